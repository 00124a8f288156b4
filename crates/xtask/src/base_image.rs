//! The base images that the runner images are built from: Python for learners' programs, and for the judge
//! Python with the real programs that tests use.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::command::{self, HOUR};
use crate::debian_fallback::{judge_image, python_image};
use crate::docker_client::docker;
use crate::screen::{Screen, SetupStep};

const TITLE: &str = "Python base image";
const JUDGE_TITLE: &str = "judge's base image";

const PUBLIC_BASE: &str = "python:3.11-slim";

/// Of `runner-image/judge-base/Dockerfile`, by which the server builds the judge's base.
const PUBLIC_REDIS: &str = "redis:7.0.15-bookworm";

pub(crate) fn ensure(screen: &Screen) -> Result<()> {
    ensure_python(screen)?;
    ensure_judge(screen)
}

fn ensure_python(screen: &Screen) -> Result<()> {
    let tags = [python_image::TAG, PUBLIC_BASE];
    if is_here_or_pulled(screen, TITLE, &tags, PUBLIC_BASE)? {
        return Ok(());
    }
    python_image::build(screen, TITLE)
        .with_context(|| format!("run `docker pull {PUBLIC_BASE}` on a connected machine, or"))
}

fn ensure_judge(screen: &Screen) -> Result<()> {
    let local = judge_image::tag()?;
    if is_here_or_pulled(screen, JUDGE_TITLE, &[&local, PUBLIC_REDIS], PUBLIC_REDIS)? {
        return Ok(());
    }
    judge_image::build(screen, JUDGE_TITLE)
        .with_context(|| format!("run `docker pull {PUBLIC_REDIS}` on a connected machine, or"))
}

/// Whether one of `tags` is here, or `public` can be pulled.
fn is_here_or_pulled(
    screen: &Screen,
    title: &'static str,
    tags: &[&str],
    public: &str,
) -> Result<bool> {
    for tag in tags {
        if is_local(tag)? {
            screen.found(title, format_args!("{tag} is here"));
            return Ok(true);
        }
    }
    let step = screen.begin(title, format_args!("docker pull {public}"));
    match pull(&step, public)? {
        Ok(()) => {
            step.done(format_args!("{public} pulled"));
            Ok(true)
        }
        Err(reason) => {
            step.fall_back(format_args!(
                "no image registry can be reached ({reason}): the image is built from Debian's packages"
            ));
            Ok(false)
        }
    }
}

fn is_local(tag: &str) -> Result<bool> {
    let mut command = docker(&["image", "ls", "--quiet", tag]);
    Ok(!command::output(&mut command, HOUR)?.trim().is_empty())
}

/// The registry has to answer soon; the download may take longer.
fn pull(step: &SetupStep<'_>, image: &str) -> Result<Result<(), String>> {
    let finished = command::run_download(
        &mut docker(&["pull", image]),
        |line| line.contains("Pulling from"),
        Duration::from_secs(10),
        Duration::from_secs(300),
        |line| step.update(line),
    )?;
    Ok(if finished.succeeded() {
        Ok(())
    } else {
        Err(finished.failure_reason())
    })
}
