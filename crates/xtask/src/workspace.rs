//! Paths, packages and disk space of this workspace, and cargo builds in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Metadata, MetadataCommand};

use crate::command::{self, HOUR, Outcome};
use crate::screen::{Screen, Step};

/// What the first build and the runner image take, with a margin.
const REQUIRED_GIB: u64 = 6;

static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("xtask is two folders below the root")
        .to_owned()
});

pub(crate) fn root() -> &'static Path {
    &ROOT
}

pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Where xtask keeps intermediate files and build stamps.
pub(crate) fn xtask_folder() -> Result<PathBuf> {
    let folder = target().join("xtask");
    fs::create_dir_all(&folder)
        .with_context(|| format!("the folder {} can't be created", folder.display()))?;
    Ok(folder)
}

/// A cargo without the variables that `cargo xtask` itself runs with, and with the target folder in
/// which xtask expects its output.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command
        .current_dir(root())
        .env_remove("CARGO_MANIFEST_DIR")
        .env("CARGO_TARGET_DIR", target());
    command
}

pub(crate) fn members() -> Result<Metadata> {
    MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()
        .context("`cargo metadata` could not read this workspace")
}

/// The source folder of a package that the front end depends on.
pub(crate) fn package_folder(name: &str) -> Result<PathBuf> {
    let metadata = MetadataCommand::new()
        .current_dir(root())
        .other_options(["--filter-platform", "wasm32-unknown-unknown"].map(str::to_owned))
        .exec()
        .context("`cargo metadata` could not read the dependencies")?;
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == name)
        .with_context(|| format!("the front end does not depend on a package `{name}`"))?;
    let manifest = package.manifest_path.as_std_path();
    Ok(manifest
        .parent()
        .expect("a manifest is in a folder")
        .to_owned())
}

/// Fails early, in one sentence, where the compiler would fail late.
pub(crate) fn check_disk() -> Result<()> {
    if target().join("debug/codealong").exists() {
        return Ok(());
    }
    let mut command = Command::new("df");
    command.args(["-Pk", "."]).current_dir(root());
    let Some(free) = command::output(&mut command, HOUR)
        .ok()
        .as_deref()
        .and_then(free_gib)
    else {
        return Ok(());
    };
    if free < REQUIRED_GIB {
        bail!(
            "only {free} GiB are free on the disk of {}, and the first build needs about {REQUIRED_GIB}",
            root().display()
        );
    }
    Ok(())
}

fn free_gib(df: &str) -> Option<u64> {
    let kib: u64 = df.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kib / (1024 * 1024))
}

/// Runs a cargo build, shows its progress in `step`, and prints its warnings and errors in full.
pub(crate) fn compile(screen: &Screen, step: &Step<'_>, command: &mut Command) -> Result<()> {
    command.env("CARGO_TERM_COLOR", "never");
    if screen.is_live() {
        command
            .env("CARGO_TERM_PROGRESS_WHEN", "always")
            .env("CARGO_TERM_PROGRESS_WIDTH", "120");
    }
    let finished = command::run_streaming(command, HOUR, |_, line| {
        if let Some((position, length, what)) = progress_of(line) {
            step.progress(position, length, what);
        } else if line.trim_start().starts_with("Blocking") {
            step.note("waiting for another cargo that builds in this folder");
        }
    })?;
    let diagnostics: Vec<_> = finished
        .stderr
        .lines()
        .filter(|line| !is_status(line) && progress_of(line).is_none())
        .collect();
    let diagnostics = diagnostics.join("\n");
    if !diagnostics.trim().is_empty() {
        screen.eprintln(diagnostics.trim_matches('\n'));
    }
    match finished.outcome {
        Outcome::Exited(status) if status.success() => Ok(()),
        Outcome::Exited(_) => bail!(
            "{}",
            environment_problem(&finished.stderr).map_or_else(
                || format!(
                    "`{}` failed, see its output above",
                    command::command_line(command)
                ),
                str::to_owned
            )
        ),
        Outcome::TimedOut(_) => bail!("{}", finished.failure_reason()),
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
fn progress_of(line: &str) -> Option<(u64, u64, &str)> {
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
fn is_status(line: &str) -> bool {
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
            progress_of("    Building [=====>      ] 12/345: serde, syn"),
            Some((12, 345, "serde, syn"))
        );
        assert_eq!(progress_of("   Compiling serde v1.0.0"), None);
    }

    #[test]
    fn status_lines_differ_from_diagnostics() {
        assert!(is_status("   Compiling serde v1.0.0"));
        assert!(is_status("    Finished `dev` profile in 1 s"));
        assert!(!is_status("warning: unused variable: `x`"));
        assert!(!is_status("  --> src/main.rs:1:1"));
    }

    #[test]
    fn the_free_disk_is_read_from_df() {
        let df = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 263112772 13958168 81684968 15% /\n";
        assert_eq!(free_gib(df), Some(77));
    }

    #[test]
    fn a_full_disk_and_a_missing_network_are_explained() {
        assert!(environment_problem("error: No space left on device (os error 28)").is_some());
        assert!(environment_problem("warning: spurious network error").is_some());
        assert!(environment_problem("error[E0308]: mismatched types").is_none());
    }
}
