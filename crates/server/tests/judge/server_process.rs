//! `codealong serve` as a process, as an owner runs it.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::{get, until};
use crate::judge_fixture::codealong;

/// How long the server's stop may take, once it has begun.
pub(crate) const STOP_MAX: Duration = Duration::from_secs(15);

/// The server, with warm lanes. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Where its owner asks.
    pub(crate) operations: SocketAddr,
    pub(crate) owner: String,
    /// The built pages, which nobody asks for here.
    _site: TempDir,
}

/// An address that nobody listens on, given once. Its port lies below those that the kernel takes
/// by itself (`ip_local_port_range`): a client of another test could take one of them before the
/// server that it is for listens.
pub(crate) fn free_address() -> SocketAddr {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + u16::try_from(std::process::id() % 100).unwrap() * 100;
    loop {
        let port = first + GIVEN.fetch_add(1, Ordering::Relaxed);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if std::net::TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

impl Server {
    pub(crate) async fn start(name: &str, warm: u32, drain: Duration) -> Self {
        let settings = [
            ("CODEALONG_DRAIN", drain.as_secs().to_string()),
            ("CODEALONG_WARM", warm.to_string()),
        ];
        let server = Self::start_with(name, &settings);
        server.until_at_rest(warm).await;
        server
    }

    /// Starts it with these settings; it does not serve yet.
    pub(crate) fn start_with(name: &str, settings: &[(&str, String)]) -> Self {
        let name = format!("{name}-{}", std::process::id());
        let (address, operations) = (free_address(), free_address());
        let site = tempfile::tempdir().unwrap();
        std::fs::create_dir(site.path().join("pkg")).unwrap();
        let child = codealong(&name)
            .arg("serve")
            .env("CODEALONG_ADDRESS", address.to_string())
            .env("CODEALONG_METRICS_ADDRESS", operations.to_string())
            .env("CODEALONG_RELOAD", "false")
            .envs(settings.iter().cloned())
            .env("LEPTOS_OUTPUT_NAME", "codealong")
            .env("LEPTOS_SITE_ROOT", site.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let owner = format!("test-{name}");
        Self {
            child,
            address,
            operations,
            owner,
            _site: site,
        }
    }

    /// Waits until so many lanes are ready and nothing is under way.
    pub(crate) async fn until_at_rest(&self, warm: u32) {
        let ready = format!("\"ready\":{warm},\"creating\":0");
        self.until_status(&[&ready, "\"running\":0,"]).await;
    }

    /// Waits until the server's answer to its owner's `/readyz` has all these parts.
    pub(crate) async fn until_status(&self, parts: &[&str]) {
        until(&parts.join(" "), Duration::from_secs(60), async || {
            let answer = get(self.operations, "/readyz").await.unwrap_or_default();
            parts.iter().all(|part| answer.contains(part))
        })
        .await;
    }

    /// Sends SIGTERM and waits for the end; returns the status and how long it took.
    pub(crate) async fn terminate(mut self) -> (ExitStatus, Duration) {
        let begin = Instant::now();
        self.ask_to_stop();
        (self.ended().await, begin.elapsed())
    }

    /// Waits for the end of a server that was asked to stop.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        until("the server ends", 2 * STOP_MAX, async || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        })
        .await;
        status.unwrap()
    }

    /// Sends SIGTERM.
    pub(crate) fn ask_to_stop(&self) {
        // The shell's own `kill`, because the standard library sends only SIGKILL.
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.child.id())])
            .status();
        assert!(sent.unwrap().success());
    }

    /// How many descriptors the process has open.
    pub(crate) fn descriptors(&self) -> u64 {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap();
        open.count() as u64
    }

    /// The process's resident memory, in bytes.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.unwrap().split_whitespace().next().unwrap();
        kilobytes.parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where all went well, it has ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
