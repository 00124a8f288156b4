//! The Docker engine: one that answers, this machine's service, or one that xtask starts.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command;
use crate::debian_fallback::dockerd::{self, Dockerd};
use crate::debian_fallback::packages;
use crate::docker_client::engine_version;
use crate::screen::Screen;

const TITLE: &str = "Docker engine";

const START_LIMIT: Duration = Duration::from_secs(60);

/// An engine that answers. If xtask started it, dropping this stops it.
#[derive(Debug)]
pub(crate) struct Engine {
    started_here: Option<Dockerd>,
}

/// Fails early, before minutes of compiling, if there is no engine and none can be started.
pub(crate) fn check_obtainable() -> Result<()> {
    if engine_version().is_ok() {
        return Ok(());
    }
    if let Some(host) = remote_host() {
        bail!("no Docker engine answers at DOCKER_HOST={host}: start it, or unset DOCKER_HOST");
    }
    if command::find("dockerd").is_none() {
        packages::require_access(&packages::DOCKER)?;
    } else if !packages::is_root() {
        bail!(
            "no Docker engine answers you, and only root may start one: run `sudo systemctl start docker`, or `sudo usermod -aG docker $USER` and log in again if it runs"
        );
    }
    Ok(())
}

pub(crate) fn ensure(screen: &Screen) -> Result<Engine> {
    if command::find("docker").is_some()
        && let Ok(version) = engine_version()
    {
        screen.found(TITLE, format_args!("version {version} answers"));
        return Ok(Engine { started_here: None });
    }
    check_obtainable()?;
    dockerd::install_missing(screen, TITLE)?;
    let step = screen.begin(TITLE, "none answers, starting one");
    if Path::new("/run/systemd/system").exists() {
        command::output(
            Command::new("systemctl").args(["start", "docker"]),
            START_LIMIT,
        )
        .context("the service `docker` does not start")?;
        let version =
            engine_version().context("the service `docker` started, but does not answer")?;
        step.done(format_args!(
            "version {version} answers, a service of this machine"
        ));
        return Ok(Engine { started_here: None });
    }
    let mut dockerd = Dockerd::start()?;
    let version = dockerd.wait_until_ready(START_LIMIT)?;
    step.done(format_args!(
        "version {version} answers, started as process {} (log in target/dockerd.log)",
        dockerd.process_id()
    ));
    Ok(Engine {
        started_here: Some(dockerd),
    })
}

impl Engine {
    /// `up` and `judge` leave the engine running for the next start.
    pub(crate) fn leave_running(mut self, screen: &Screen) {
        if let Some(dockerd) = self.started_here.take() {
            screen.eprintln(format_args!(
                "The Docker engine stays up for the next start; `kill {}` stops it.",
                dockerd.process_id()
            ));
        }
    }

    /// Stops the engine only if xtask started it.
    pub(crate) fn stop(mut self, screen: &Screen) {
        if let Some(mut dockerd) = self.started_here.take() {
            let step = screen.begin(TITLE, "stopping the one started here");
            dockerd.stop();
            step.done("stopped");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(dockerd) = &mut self.started_here {
            dockerd.stop();
        }
    }
}

/// xtask can't start an engine on another host.
fn remote_host() -> Option<String> {
    let host = std::env::var("DOCKER_HOST").ok()?;
    (!host.is_empty() && host != "unix:///var/run/docker.sock").then_some(host)
}
