//! A root filesystem of Debian's packages, as an image.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::packages;
use crate::command::{self, HOUR};
use crate::docker_client::docker;
use crate::screen::Screen;
use crate::workspace;

/// Imports one that holds these packages and what they depend on, unpacked and not set up.
pub(super) fn import(
    screen: &Screen,
    title: &'static str,
    packages: &[&str],
    tag: &str,
) -> Result<()> {
    if command::find("mmdebstrap").is_none() {
        packages::install(screen, title, &packages::MMDEBSTRAP)?;
    }
    let step = screen.begin(title, format_args!("building {tag} with mmdebstrap"));
    let archive = workspace::xtask_folder()?.join("root-filesystem.tar");
    let mut mmdebstrap = Command::new("mmdebstrap");
    mmdebstrap
        .arg("--variant=extract")
        .arg(format!("--include={}", packages.join(",")))
        .arg("bookworm")
        .arg(&archive);
    let finished = command::run_streaming(&mut mmdebstrap, Duration::from_secs(300), |_, line| {
        step.update(line)
    })?;
    if !finished.succeeded() {
        bail!(
            "{tag} could not be built: mmdebstrap ended with {}",
            finished.failure_reason(),
        );
    }
    let mut import = docker(&["import"]);
    import.arg(&archive).arg(tag);
    command::output(&mut import, HOUR).with_context(|| format!("{tag} could not be imported"))?;
    let _ = std::fs::remove_file(&archive);
    step.done(format_args!("{tag} built from Debian's packages"));
    Ok(())
}
