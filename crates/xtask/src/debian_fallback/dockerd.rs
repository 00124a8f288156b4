//! A Docker engine from Debian's packages, started by xtask where there is no systemd.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::packages;
use crate::command;
use crate::docker_client::engine_version;
use crate::interrupt;
use crate::screen::Screen;
use crate::workspace;

#[derive(Debug)]
pub(crate) struct Dockerd {
    child: Child,
}

pub(crate) fn install_missing(screen: &Screen, title: &'static str) -> Result<()> {
    if command::find("dockerd").is_none() {
        packages::install(screen, title, &packages::DOCKER)?;
    }
    if command::find("docker").is_none() {
        packages::install(screen, title, &packages::DOCKER_CLIENT)?;
    }
    Ok(())
}

impl Dockerd {
    /// Gives the daemon a session of its own, so that it survives a closed terminal.
    pub(crate) fn start() -> Result<Self> {
        fs::create_dir_all(workspace::target())?;
        let log = File::create(log_path()).context("target/dockerd.log can't be written")?;
        let dockerd =
            command::find("dockerd").context("dockerd is missing after its installation")?;
        let mut command = match command::find("setsid") {
            Some(setsid) => {
                let mut command = Command::new(setsid);
                command.arg(dockerd);
                command
            }
            None => Command::new(dockerd),
        };
        let child = command
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("dockerd could not be started")?;
        Ok(Self { child })
    }

    /// Returns the engine's version once it answers.
    pub(crate) fn wait_until_ready(&mut self, limit: Duration) -> Result<String> {
        let deadline = Instant::now() + limit;
        loop {
            if let Ok(version) = engine_version() {
                return Ok(version);
            }
            let problem = if let Some(status) = self.child.try_wait()? {
                format!("dockerd ended with {status}")
            } else if interrupt::requested() {
                "stopped on request".to_owned()
            } else if Instant::now() > deadline {
                format!("dockerd does not answer within {} s", limit.as_secs())
            } else {
                thread::sleep(Duration::from_millis(200));
                continue;
            };
            self.stop();
            let log = fs::read_to_string(log_path()).unwrap_or_default();
            let tail = command::last_lines(&log, 2).unwrap_or_default();
            bail!("{problem}; target/dockerd.log ends with: {tail}");
        }
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stop(&mut self) {
        command::signal("TERM", i64::from(self.child.id()));
        if !command::exits_within(&mut self.child, Duration::from_secs(30)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn log_path() -> PathBuf {
    workspace::target().join("dockerd.log")
}
