//! Cargo builds with progress, diagnostics, and an explanation of failures.

use std::process::Command;

use anyhow::{Result, bail};

use crate::command::{self, CommandEnd, HOUR};
use crate::screen::{Screen, SetupStep};
use crate::workspace;

/// Leaves out the variable that is about xtask itself, and sets the target folder in which
/// xtask expects the output.
pub(crate) fn command() -> Command {
    let mut command = Command::new("cargo");
    command
        .current_dir(workspace::root())
        .env_remove("CARGO_MANIFEST_DIR")
        .env("CARGO_TARGET_DIR", workspace::target());
    command
}

/// Runs a cargo build, shows its progress in `step`, and prints its warnings and errors in full.
pub(crate) fn compile(screen: &Screen, step: &SetupStep<'_>, command: &mut Command) -> Result<()> {
    command
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "120");
    let finished = command::run_streaming(command, HOUR, |_, line| {
        if let Some((position, length, what)) = parse_progress(line) {
            step.progress(position, length, what);
        } else if line.trim_start().starts_with("Blocking") {
            step.note("waiting for another cargo that builds in this folder");
        }
    })?;
    let diagnostics: Vec<_> = finished
        .stderr
        .lines()
        .filter(|line| !is_status_line(line) && parse_progress(line).is_none())
        .collect();
    let diagnostics = diagnostics.join("\n");
    if !diagnostics.trim().is_empty() {
        screen.eprintln(diagnostics.trim_matches('\n'));
    }
    match finished.end {
        CommandEnd::Exited(status) if status.success() => Ok(()),
        CommandEnd::Exited(_) => bail!(
            "{}",
            environment_problem(&finished.stderr).map_or_else(
                || format!(
                    "`{}` failed, see its output above",
                    command::command_line(command)
                ),
                str::to_owned
            )
        ),
        CommandEnd::TimedOut(_) => bail!("{}", finished.failure_reason()),
    }
}

/// Explains failures that have nothing to do with the code.
fn environment_problem(stderr: &str) -> Option<&'static str> {
    let contains = |text: &str| stderr.contains(text);
    if contains("No space left on device") {
        Some("the disk is full: free some gigabytes and start again; what is built is kept")
    } else if contains("spurious network error")
        || contains("Could not resolve host")
        || contains("failed to download from")
    {
        Some(
            "cargo could not reach its registry: connect this machine, or set a mirror in cargo's configuration, and start again",
        )
    } else {
        None
    }
}

/// Reads `Building [====>   ] 12/345: serde`.
fn parse_progress(line: &str) -> Option<(u64, u64, &str)> {
    let rest = line.trim_start().strip_prefix("Building [")?;
    let (_, rest) = rest.split_once(']')?;
    let (numbers, what) = rest.split_once(':').unwrap_or((rest, ""));
    let (position, length) = numbers.trim().split_once('/')?;
    Some((
        position.trim().parse().ok()?,
        length.trim().parse().ok()?,
        what.trim(),
    ))
}

/// Cargo's own status lines are right-aligned to the twelfth column.
fn is_status_line(line: &str) -> bool {
    let Some((verb, _)) = line.trim_start().split_once(' ') else {
        return false;
    };
    let aligned = line.len() - line.trim_start().len() + verb.len() == 12;
    aligned && verb.starts_with(|first: char| first.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_progress_line_is_read() {
        assert_eq!(
            parse_progress("    Building [=====>      ] 12/345: serde, syn"),
            Some((12, 345, "serde, syn"))
        );
        assert_eq!(parse_progress("   Compiling serde v1.0.0"), None);
    }

    #[test]
    fn status_lines_differ_from_diagnostics() {
        assert!(is_status_line("   Compiling serde v1.0.0"));
        assert!(is_status_line("    Finished `dev` profile in 1 s"));
        assert!(!is_status_line("warning: unused variable: `x`"));
        assert!(!is_status_line("  --> src/main.rs:1:1"));
    }

    #[test]
    fn a_full_disk_and_a_missing_network_are_explained() {
        assert!(environment_problem("error: No space left on device (os error 28)").is_some());
        assert!(environment_problem("warning: spurious network error").is_some());
        assert!(environment_problem("error[E0308]: mismatched types").is_none());
    }
}
