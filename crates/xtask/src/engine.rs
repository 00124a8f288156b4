//! The Docker engine: found, or installed and started.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command;
use crate::interrupt;
use crate::packages;
use crate::screen::Screen;
use crate::workspace;

const TITLE: &str = "Docker engine";
const START_LIMIT: Duration = Duration::from_secs(60);

/// An engine that answers. Whoever started it stops it: at the latest when this is dropped.
#[derive(Debug)]
pub(crate) struct Engine {
    started_here: Option<Child>,
}

/// Fails now if the engine is missing and can't be had, before minutes of compiling are spent.
pub(crate) fn check_obtainable() -> Result<()> {
    if answer().is_ok() {
        return Ok(());
    }
    if let Some(host) = remote_host() {
        bail!("no Docker engine answers at DOCKER_HOST={host}: start it, or unset DOCKER_HOST");
    }
    if command::find("dockerd").is_none() {
        packages::require_access(&["docker.io", "iptables"], "Docker is missing")?;
    } else if !packages::is_root() {
        bail!(
            "no Docker engine answers you, and only root may start one: run `sudo systemctl start docker`, or `sudo usermod -aG docker $USER` and log in anew if it runs"
        );
    }
    Ok(())
}

pub(crate) fn ensure(screen: &Screen) -> Result<Engine> {
    if command::find("docker").is_some()
        && let Ok(version) = answer()
    {
        screen.found(TITLE, format_args!("version {version} answers"));
        return Ok(Engine { started_here: None });
    }
    check_obtainable()?;
    if command::find("dockerd").is_none() {
        packages::install(
            screen,
            TITLE,
            &["docker.io", "iptables"],
            "Docker is missing",
        )?;
    }
    if command::find("docker").is_none() {
        packages::install(screen, TITLE, &["docker-cli"], "Docker's client is missing")?;
    }
    let step = screen.begin(TITLE, "none answers, starting one");
    if Path::new("/run/systemd/system").exists() {
        command::output(
            Command::new("systemctl").args(["start", "docker"]),
            START_LIMIT,
        )
        .context("the service `docker` does not start")?;
        let version = answer().context("the service `docker` started and does not answer")?;
        step.done(format_args!(
            "version {version} answers, a service of this machine"
        ));
        return Ok(Engine { started_here: None });
    }
    let mut daemon = spawn()?;
    let version = wait_until_it_answers(&mut daemon)?;
    step.done(format_args!(
        "version {version} answers, started as process {} (log in target/dockerd.log)",
        daemon.id()
    ));
    Ok(Engine {
        started_here: Some(daemon),
    })
}

impl Engine {
    /// For `up`: the engine outlives us, and the person learns how to stop it.
    pub(crate) fn leave_running(mut self, screen: &Screen) {
        if let Some(daemon) = self.started_here.take() {
            screen.eprintln(format_args!(
                "The Docker engine stays up for the next start; `kill {}` stops it.",
                daemon.id()
            ));
        }
    }

    /// For `test`: stops the engine if and only if we started it.
    pub(crate) fn stop(mut self, screen: &Screen) {
        if let Some(mut daemon) = self.started_here.take() {
            let step = screen.begin(TITLE, "stopping the one started here");
            stop(&mut daemon);
            step.done("stopped");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.started_here {
            stop(daemon);
        }
    }
}

/// A docker command line.
pub(crate) fn docker(arguments: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.args(arguments);
    command
}

/// The engine's version, if one answers.
fn answer() -> Result<String> {
    let mut command = docker(&["version", "--format", "{{.Server.Version}}"]);
    let version = command::output(&mut command, Duration::from_secs(10))?;
    Ok(version.trim().to_owned())
}

/// An engine elsewhere is not ours to start.
fn remote_host() -> Option<String> {
    let host = std::env::var("DOCKER_HOST").ok()?;
    (!host.is_empty() && host != "unix:///var/run/docker.sock").then_some(host)
}

fn log_path() -> PathBuf {
    workspace::target().join("dockerd.log")
}

/// Starts `dockerd` in a session of its own, so that closing the terminal does not end it.
fn spawn() -> Result<Child> {
    fs::create_dir_all(workspace::target())?;
    let log = File::create(log_path()).context("target/dockerd.log can't be written")?;
    let dockerd = command::find("dockerd").context("dockerd is missing after its installation")?;
    let mut command = match command::find("setsid") {
        Some(setsid) => {
            let mut command = Command::new(setsid);
            command.arg(dockerd);
            command
        }
        None => Command::new(dockerd),
    };
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("dockerd could not be started")
}

fn wait_until_it_answers(daemon: &mut Child) -> Result<String> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        if let Ok(version) = answer() {
            return Ok(version);
        }
        let trouble = if let Some(status) = daemon.try_wait()? {
            format!("dockerd ended with {status}")
        } else if interrupt::requested() {
            "stopped on request".to_owned()
        } else if Instant::now() > deadline {
            format!("dockerd does not answer within {} s", START_LIMIT.as_secs())
        } else {
            thread::sleep(Duration::from_millis(200));
            continue;
        };
        stop(daemon);
        let log = fs::read_to_string(log_path()).unwrap_or_default();
        let words = command::last_lines(&log, 2).unwrap_or_default();
        bail!("{trouble}; the end of target/dockerd.log says: {words}");
    }
}

fn stop(daemon: &mut Child) {
    command::signal("TERM", i64::from(daemon.id()));
    if !command::exits_within(daemon, Duration::from_secs(30)) {
        let _ = daemon.kill();
        let _ = daemon.wait();
    }
}
