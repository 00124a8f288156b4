//! The command `docker`, and the engine's version as it answers.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::command;

pub(crate) fn docker(arguments: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.args(arguments);
    command
}

/// The version of the engine, if one answers.
pub(crate) fn engine_version() -> Result<String> {
    let mut command = docker(&["version", "--format", "{{.Server.Version}}"]);
    let version = command::output(&mut command, Duration::from_secs(10))?;
    Ok(version.trim().to_owned())
}
