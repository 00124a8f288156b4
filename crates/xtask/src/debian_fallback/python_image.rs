//! A Python base image made from Debian's packages, where no image registry can be reached.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::packages;
use crate::command::{self, HOUR};
use crate::docker_client::docker;
use crate::screen::Screen;
use crate::workspace;

/// The `sandbox` crate prefers this image over the one from the registry.
pub(crate) const TAG: &str = "codealong-python-base:3.11";

/// Imports a root filesystem that holds an interpreter and nothing else.
pub(crate) fn build(screen: &Screen, title: &'static str) -> Result<()> {
    if command::find("mmdebstrap").is_none() {
        packages::install(screen, title, &packages::MMDEBSTRAP)?;
    }
    let step = screen.begin(title, format_args!("building {TAG} with mmdebstrap"));
    let archive = workspace::xtask_folder()?.join("python-base.tar");
    let mut mmdebstrap = Command::new("mmdebstrap");
    mmdebstrap
        .args([
            "--variant=extract",
            "--include=python3.11,libpython3.11-stdlib",
        ])
        .arg("bookworm")
        .arg(&archive);
    let finished = command::run_streaming(&mut mmdebstrap, Duration::from_secs(300), |_, line| {
        step.update(line)
    })?;
    if !finished.succeeded() {
        bail!(
            "the base image could not be built: mmdebstrap ended with {}",
            finished.failure_reason(),
        );
    }
    let mut import = docker(&["import"]);
    import.arg(&archive).arg(TAG);
    command::output(&mut import, HOUR).context("the base image could not be imported")?;
    let _ = std::fs::remove_file(&archive);
    step.done(format_args!("{TAG} built from Debian's packages"));
    Ok(())
}
