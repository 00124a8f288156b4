//! A machine with a Docker engine of its own.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::network::{Namespace, Network};
use crate::command::{self, HOUR};
use crate::interrupt;
use crate::workspace;

const STARTS_WITHIN: Duration = Duration::from_secs(60);
const STOPS_WITHIN: Duration = Duration::from_secs(60);

/// The machine. Dropping it stops its engine, and removes all that it had.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) name: &'static str,
    pub(crate) address: &'static str,
    folder: PathBuf,
    engine: Child,
    // Last, so that the engine goes first.
    _namespace: Namespace,
}

impl Machine {
    pub(crate) fn start(
        network: &Network,
        name: &'static str,
        address: &'static str,
    ) -> Result<Self> {
        let namespace = network.connect(name, address)?;
        let folder = workspace::xtask_folder()?.join("swarm").join(name);
        remove(&folder)?;
        fs::create_dir_all(&folder)?;
        let log = File::create(folder.join("log"))?;
        let (run, data) = (folder.join("run"), folder.join("data"));
        fs::create_dir(&run)?;
        // It has a /run of its own, so that its socket is where those of other machines are, and a name,
        // by which a swarm calls its nodes.
        let engine = format!(
            "hostname {name}; mount --bind {run} /run; \
             exec dockerd --data-root {data} --exec-opt native.cgroupdriver=cgroupfs \
             --cgroup-parent /codealong-{process}-{name}",
            run = run.display(),
            data = data.display(),
            process = std::process::id(),
        );
        let engine = namespace
            .command("unshare")
            .args(["--uts", "--mount", "sh", "-c", &engine])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // Ctrl-C must not reach it before the end of what uses it.
            .process_group(0)
            .spawn()
            .context("nsenter could not be started")?;
        let mut machine = Self {
            name,
            address,
            folder,
            engine,
            _namespace: namespace,
        };
        machine.wait_until_ready()?;
        Ok(machine)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + STARTS_WITHIN;
        while self.docker(&["version"]).is_err() {
            interrupt::check()?;
            let ended = self.engine.try_wait()?;
            if ended.is_some() || Instant::now() > deadline {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                let tail = command::last_lines(&log, 3).unwrap_or_default();
                bail!("the engine of {} does not start: {tail}", self.name);
            }
            thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// What `docker` says with these arguments, on this machine.
    pub(crate) fn docker(&self, arguments: &[&str]) -> Result<String> {
        let said = command::output(&mut self.docker_command(arguments), HOUR)?;
        Ok(said.trim().to_owned())
    }

    pub(crate) fn docker_command(&self, arguments: &[&str]) -> Command {
        let mut docker = Command::new("docker");
        docker
            .arg("--host")
            .arg(format!("unix://{}", self.socket().display()))
            .args(arguments);
        docker
    }

    /// Where the engine listens; for what runs on it, /var/run/docker.sock.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join("run/docker.sock")
    }

    /// The containers of learners and their judges, in any state.
    pub(crate) fn lane_containers(&self) -> Result<Vec<String>> {
        let label = "label=codealong.owner";
        let ids = self.docker(&["ps", "--all", "--quiet", "--filter", label])?;
        Ok(ids.lines().map(str::to_owned).collect())
    }

    /// All containers, in any state.
    pub(crate) fn containers(&self) -> Result<Vec<String>> {
        let ids = self.docker(&["ps", "--all", "--quiet"])?;
        Ok(ids.lines().map(str::to_owned).collect())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        command::signal("TERM", i64::from(self.engine.id()));
        if !command::exits_within(&mut self.engine, STOPS_WITHIN) {
            let _ = self.engine.kill();
            let _ = self.engine.wait();
        }
        let _ = remove(&self.folder);
    }
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("{} can't be removed", folder.display()))?;
    }
    Ok(())
}
