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
             --cgroup-parent /{group}",
            run = run.display(),
            data = data.display(),
            group = control_group(name),
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
        remove_control_groups(&control_group(self.name));
    }
}

/// The parent of those of the machine's containers. Docker makes it, and leaves it.
fn control_group(name: &str) -> String {
    format!("codealong-{}-{name}", std::process::id())
}

/// In the one hierarchy of version 2, or in each of version 1. One that still has a process stays.
fn remove_control_groups(group: &str) {
    let root = Path::new("/sys/fs/cgroup");
    let hierarchies = fs::read_dir(root).into_iter().flatten().flatten();
    let parents = hierarchies.map(|entry| entry.path());
    for parent in parents.chain([root.to_owned()]) {
        remove_empty_folders(&parent.join(group));
    }
}

fn remove_empty_folders(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_empty_folders(&entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("{} can't be removed", folder.display()))?;
    }
    Ok(())
}
