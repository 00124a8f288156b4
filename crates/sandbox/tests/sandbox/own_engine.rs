//! An engine of the test's own, beside the one that all others share: to be stopped and started.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use bollard::query_parameters::{ImportImageOptions, ListImagesOptions};
use bollard::{API_DEFAULT_VERSION, Docker, body_full};
use bytes::BytesMut;
use futures::StreamExt;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::lab::engine;

/// What the runner images may be built on, by the beginnings of their names.
const BASES: [&str; 3] = [
    "codealong-python-base:3.11",
    "python:3.11-slim",
    "codealong-judge-base:",
];

const STARTS_WITHIN: Duration = Duration::from_secs(30);
const ENDS_WITHIN: Duration = Duration::from_secs(60);

/// The engine. Dropping it ends it, with all that it left.
pub(crate) struct OwnEngine {
    folder: TempDir,
    daemon: Option<Child>,
}

impl OwnEngine {
    /// Starts an engine and gives it the base images. Needs `dockerd`, and to be root.
    pub(crate) async fn start() -> Self {
        let mut own = Self {
            folder: tempfile::tempdir().unwrap(),
            daemon: None,
        };
        own.start_again().await;
        own.take_base_images().await;
        own
    }

    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.path("docker.sock"))
    }

    pub(crate) fn client(&self) -> Docker {
        let socket = self.path("docker.sock");
        Docker::connect_with_unix(&socket, 60, API_DEFAULT_VERSION).unwrap()
    }

    /// Ends it as the machine's owner would: its containers end with it.
    pub(crate) async fn stop(&mut self) {
        let Some(mut daemon) = self.daemon.take() else {
            return;
        };
        terminate(&daemon);
        let ended = timeout(ENDS_WITHIN, daemon.wait()).await;
        ended.expect("an engine ends in time").unwrap();
    }

    /// Kills it: it has no time to clean up, and its containers outlive it.
    pub(crate) async fn kill(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill().await.unwrap();
        }
    }

    /// Starts it on its old data, and waits until it answers.
    pub(crate) async fn start_again(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.path("log"))
            .unwrap();
        let daemon = Command::new("dockerd")
            .args(["--data-root", &self.path("data")])
            .args(["--exec-root", &self.path("exec")])
            .args(["--pidfile", &self.path("pid")])
            .args(["--host", &self.host()])
            .args(["--bridge", "none", "--iptables=false", "--ip-masq=false"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the long tests need dockerd");
        self.daemon = Some(daemon);
        let begin = Instant::now();
        while !self.answers().await {
            let log = || std::fs::read_to_string(self.path("log")).unwrap_or_default();
            assert!(begin.elapsed() < STARTS_WITHIN, "no engine: {}", log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn answers(&self) -> bool {
        Path::new(&self.path("docker.sock")).exists() && self.client().ping().await.is_ok()
    }

    async fn take_base_images(&self) {
        let shared = engine();
        let images = shared.list_images(None::<ListImagesOptions>).await.unwrap();
        let names = images.into_iter().flat_map(|image| image.repo_tags);
        let bases: Vec<String> = names
            .filter(|name| BASES.iter().any(|base| name.starts_with(base)))
            .collect();
        assert!(bases.len() >= 2, "the shared engine has only {bases:?}");
        for base in bases {
            let mut image = BytesMut::new();
            let mut export = Box::pin(shared.export_image(&base));
            while let Some(chunk) = export.next().await {
                image.extend_from_slice(&chunk.unwrap());
            }
            let client = self.client();
            let options = ImportImageOptions::default();
            let mut import =
                Box::pin(client.import_image(options, body_full(image.freeze()), None));
            while let Some(step) = import.next().await {
                step.unwrap();
            }
        }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

impl Drop for OwnEngine {
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            terminate(daemon);
            let begin = Instant::now();
            while matches!(daemon.try_wait(), Ok(None)) && begin.elapsed() < ENDS_WITHIN {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        // An engine mounts its directory once per start, and a killed one leaves the mount.
        let unmount = || {
            let mut command = std::process::Command::new("umount");
            command
                .arg(self.path("data"))
                .stderr(Stdio::null())
                .status()
        };
        while unmount().is_ok_and(|status| status.success()) {}
    }
}

/// Asks a process to end.
fn terminate(process: &Child) {
    if let Some(id) = process.id() {
        let id = id.to_string();
        std::process::Command::new("kill").arg(id).status().unwrap();
    }
}
