//! The Python base image that the runner images are built from.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::command::{self, HOUR};
use crate::debian_fallback::python_image;
use crate::docker_client::docker;
use crate::screen::{Screen, SetupStep};

const TITLE: &str = "Python base image";

const PUBLIC_BASE: &str = "python:3.11-slim";

pub(crate) fn ensure(screen: &Screen) -> Result<()> {
    for tag in [python_image::TAG, PUBLIC_BASE] {
        if is_local(tag)? {
            screen.found(TITLE, format_args!("{tag} is here"));
            return Ok(());
        }
    }
    let step = screen.begin(TITLE, format_args!("docker pull {PUBLIC_BASE}"));
    match pull(&step)? {
        Ok(()) => {
            step.done(format_args!("{PUBLIC_BASE} pulled"));
            return Ok(());
        }
        Err(reason) => step.fall_back(format_args!(
            "no image registry can be reached ({reason}): the image is built from Debian's packages"
        )),
    }
    python_image::build(screen, TITLE)
        .with_context(|| format!("run `docker pull {PUBLIC_BASE}` on a connected machine, or"))
}

fn is_local(tag: &str) -> Result<bool> {
    let mut command = docker(&["image", "ls", "--quiet", tag]);
    Ok(!command::output(&mut command, HOUR)?.trim().is_empty())
}

/// The registry has to answer soon; the download may take longer.
fn pull(step: &SetupStep<'_>) -> Result<Result<(), String>> {
    let finished = command::run_download(
        &mut docker(&["pull", PUBLIC_BASE]),
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
