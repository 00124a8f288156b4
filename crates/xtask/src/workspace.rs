//! Paths, packages and disk space of this workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use cargo_metadata::{CargoOpt, Metadata, MetadataCommand};

use crate::command::{self, HOUR};

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

pub(crate) fn members() -> Result<Metadata> {
    MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()
        .context("`cargo metadata` could not read this workspace")
}

/// Every package that this workspace can be built with, on any platform and with any feature.
pub(crate) fn dependency_graph() -> Result<Metadata> {
    MetadataCommand::new()
        .current_dir(root())
        .features(CargoOpt::AllFeatures)
        .exec()
        .context("`cargo metadata` could not read the dependencies")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_free_disk_is_read_from_df() {
        let df = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 263112772 13958168 81684968 15% /\n";
        assert_eq!(free_gib(df), Some(77));
    }
}
