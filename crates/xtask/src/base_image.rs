//! The Python base image that the runner image is built from.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{self, HOUR};
use crate::engine::docker;
use crate::packages;
use crate::screen::{Screen, Step};
use crate::workspace;

const TITLE: &str = "Python base image";

/// What the `sandbox` crate looks for first: made here, from Debian's packages.
const LOCAL_BASE: &str = "codealong-python-base:3.11";
/// What it takes else, from a registry of images.
const PUBLIC_BASE: &str = "python:3.11-slim";

pub(crate) fn ensure(screen: &Screen) -> Result<()> {
    for tag in [LOCAL_BASE, PUBLIC_BASE] {
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
            "no registry of images is in reach ({reason}), so this is a closed machine: Debian's packages it is"
        )),
    }
    make(screen)
}

fn is_local(tag: &str) -> Result<bool> {
    let mut command = docker(&["image", "ls", "--quiet", tag]);
    Ok(!command::output(&mut command, HOUR)?.trim().is_empty())
}

/// Pulls the official image: the registry has to answer soon, the download may take its time.
fn pull(step: &Step<'_>) -> Result<Result<(), String>> {
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

/// A root filesystem with an interpreter and nothing else, imported as an image.
fn make(screen: &Screen) -> Result<()> {
    if command::find("mmdebstrap").is_none() {
        packages::install(screen, TITLE, &["mmdebstrap"], "mmdebstrap is missing")?;
    }
    let step = screen.begin(TITLE, format_args!("making {LOCAL_BASE} by mmdebstrap"));
    let archive = workspace::xtask_folder()?.join("python-base.tar");
    let mut strap = Command::new("mmdebstrap");
    strap
        .args([
            "--variant=extract",
            "--include=python3.11,libpython3.11-stdlib",
        ])
        .arg("bookworm")
        .arg(&archive);
    let finished = command::run_streaming(&mut strap, Duration::from_secs(300), |_, line| {
        step.update(line)
    })?;
    if !finished.succeeded() {
        bail!(
            "the base image could not be made: mmdebstrap ended with {}; on a connected machine `docker pull {PUBLIC_BASE}` does as well",
            finished.failure_reason()
        );
    }
    let mut import = docker(&["import"]);
    import.arg(&archive).arg(LOCAL_BASE);
    command::output(&mut import, HOUR).context("the base image could not be imported")?;
    let _ = std::fs::remove_file(&archive);
    step.done(format_args!("{LOCAL_BASE} made from Debian's packages"));
    Ok(())
}
