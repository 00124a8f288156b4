//! The suite `image`: the server's image by `deploy/compose.yaml`, as an owner starts, uses and stops it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::test_count::TestCount;
use crate::command::{self, HOUR};
use crate::docker_client::docker;
use crate::image::{self, Platform};
use crate::screen::Screen;
use crate::server::{self, Profile};
use crate::workspace;

const TAG: &str = "codealong-tested";
const PROJECT: &str = "codealong-tested";
const SOCKET: &str = "/var/run/docker.sock";

/// With the site, in bytes of a million to the megabyte.
const SIZE_MAX: u64 = 120_000_000;

const HEALTHY_WITHIN: Duration = Duration::from_secs(180);

/// The project of `deploy/compose.yaml`, with a name and ports of its own.
struct Deployment {
    compose: PathBuf,
    port: u16,
    metrics_port: u16,
}

/// Each step builds on those before, so the first that fails is the last.
pub(crate) fn test(screen: &Screen, compose: &Path) -> Result<TestCount> {
    let deployment = Deployment {
        compose: compose.to_owned(),
        port: server::free_port()?,
        metrics_port: server::free_port()?,
    };
    type Step = fn(&Deployment, &Screen) -> Result<()>;
    let steps: [(&str, Step); 7] = [
        ("the image is built and small", Deployment::build),
        ("compose starts it without an edit", Deployment::start),
        (
            "it is healthy once it takes runs",
            Deployment::becomes_healthy,
        ),
        ("a program is judged by it", Deployment::judges),
        (
            "it can change nothing and has no shell",
            Deployment::is_locked_down,
        ),
        ("its metrics are for this machine", Deployment::has_metrics),
        ("it stops in time and leaves nothing", Deployment::stops),
    ];
    let mut count = TestCount::default();
    for (name, step) in steps {
        match step(&deployment, screen) {
            Ok(()) => {
                screen.println(format_args!("ok      {name}"));
                count += TestCount::one_passed();
            }
            Err(error) => {
                let failure = format!("{name}: {error:#}\n{}", deployment.log());
                screen.println(format_args!("FAILED  {failure}"));
                count += TestCount::one_failed().with_failures(vec![failure]);
                break;
            }
        }
    }
    deployment.clean_up();
    Ok(count)
}

impl Deployment {
    fn build(&self, screen: &Screen) -> Result<()> {
        // Optimised code is the owner's; what is in the image is the same.
        image::build(screen, Platform::Here, Profile::Dev, TAG)?;
        let size = inspect(&["image", "inspect", "--format", "{{.Size}}", TAG])?;
        let size: u64 = size.parse().context("a size is a number")?;
        screen.println(format_args!("the image has {} MB", size / 1_000_000));
        if size > SIZE_MAX {
            bail!("the image has {size} bytes");
        }
        Ok(())
    }

    fn start(&self, _: &Screen) -> Result<()> {
        self.compose(&["config", "--quiet"])?;
        self.compose(&["up", "--detach", "--no-build"])
    }

    fn becomes_healthy(&self, _: &Screen) -> Result<()> {
        let deadline = Instant::now() + HEALTHY_WITHIN;
        loop {
            let state = self.inspect("{{.State.Status}} {{.State.Health.Status}}")?;
            match state.as_str() {
                "running healthy" => return Ok(()),
                "running starting" if Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(300));
                }
                _ => bail!("the container is {state}"),
            }
        }
    }

    fn judges(&self, _: &Screen) -> Result<()> {
        let mut test = Command::new(server::binary(Profile::Dev));
        test.arg("test")
            .arg(workspace::root().join("curriculum/redis/ping/solution.py"))
            .args(["--step", "ping", "--server"])
            .arg(format!("http://127.0.0.1:{}", self.port));
        command::output(&mut test, HOUR)?;
        Ok(())
    }

    fn is_locked_down(&self, _: &Screen) -> Result<()> {
        let seen = self
            .inspect("{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}")?;
        if seen != "10000:10000 true [ALL]" {
            bail!("user, read-only and dropped capabilities are {seen}");
        }
        for shell in ["sh", "/bin/sh", "bash"] {
            let mut exec = docker(&["exec", &self.container()?, shell, "-c", "true"]);
            if command::run(&mut exec, HOUR)?.succeeded() {
                bail!("there is a {shell}");
            }
        }
        Ok(())
    }

    fn has_metrics(&self, _: &Screen) -> Result<()> {
        let bound = inspect(&["port", &self.container()?, "9464"])?;
        let expected = format!("127.0.0.1:{}", self.metrics_port);
        if bound != expected {
            bail!("metrics are on {bound}, not on {expected} alone");
        }
        Ok(())
    }

    fn stops(&self, _: &Screen) -> Result<()> {
        self.compose(&["stop"])?;
        let code = self.inspect("{{.State.ExitCode}}")?;
        if code != "0" {
            bail!("it ended with {code}");
        }
        let left = format!("label=codealong.owner=codealong-{}", self.port);
        let left = inspect(&["ps", "--all", "--quiet", "--filter", &left])?;
        if !left.is_empty() {
            bail!("left behind: {left}");
        }
        Ok(())
    }

    /// The end of what the server has logged, for the report of a failure.
    fn log(&self) -> String {
        let Ok(container) = self.container() else {
            return String::new();
        };
        let mut logs = docker(&["logs", "--tail", "5", &container]);
        command::run(&mut logs, HOUR).map_or_else(|_| String::new(), |log| log.stdout + &log.stderr)
    }

    /// Where a step has failed there may be nothing to clean up.
    fn clean_up(&self) {
        let _ = self.compose(&["down", "--volumes"]);
        let _ = command::output(&mut docker(&["image", "rm", "--force", TAG]), HOUR);
    }

    fn compose(&self, arguments: &[&str]) -> Result<()> {
        let file = workspace::root().join("deploy/compose.yaml");
        let mut compose = Command::new(&self.compose);
        compose
            .args(["--project-name", PROJECT, "--file"])
            .arg(file)
            .args(arguments)
            .env("IMAGE", TAG)
            .env("PORT", self.port.to_string())
            .env("METRICS_PORT", self.metrics_port.to_string())
            .env("SUBNET", "10.214.0.0/24")
            .env("DOCKER_GID", group_of_socket()?.to_string());
        command::output(&mut compose, HOUR)?;
        Ok(())
    }

    fn container(&self) -> Result<String> {
        let label = format!("label=com.docker.compose.project={PROJECT}");
        inspect(&["ps", "--all", "--quiet", "--filter", &label])
    }

    fn inspect(&self, format: &str) -> Result<String> {
        inspect(&["inspect", "--format", format, &self.container()?])
    }
}

fn group_of_socket() -> Result<u32> {
    let metadata = fs::metadata(SOCKET).with_context(|| format!("there is no {SOCKET}"))?;
    Ok(metadata.gid())
}

fn inspect(arguments: &[&str]) -> Result<String> {
    let told = command::output(&mut docker(arguments), HOUR)?;
    Ok(told.trim().to_owned())
}
