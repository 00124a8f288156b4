//! The standard library of a target, built once from Debian's sources.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::system_toolchain;
use crate::cargo;
use crate::command::{self, HOUR};
use crate::rust_target::{self, RustTarget};
use crate::screen::Screen;
use crate::workspace;

const SYSROOT: &str = "/usr/lib/rustlib";

/// Holds the version of the compiler that built the library: no other one can read it.
const BUILT_BY: &str = "codealong-built-by";

pub(super) fn sources_are_missing() -> bool {
    !Path::new(SYSROOT).join("src/rust/library/std").exists()
}

/// Whether the present compiler built the library; one that xtask did not build is trusted.
pub(super) fn matches_compiler(target: RustTarget) -> bool {
    match fs::read_to_string(library_folder(target).join(BUILT_BY)) {
        Ok(built_by) => compiler_version().is_ok_and(|version| version == built_by),
        Err(_) => true,
    }
}

/// Builds the library and copies it to where the compiler looks for it.
pub(super) fn build(screen: &Screen, target: RustTarget) -> Result<()> {
    let triple = target.triple;
    let step = screen.begin(
        target.title,
        "building its standard library from Debian's sources",
    );
    let package = write_empty_package()?;
    let built = package.join("target");
    let mut cargo = system_toolchain::cargo();
    cargo
        .args(["build", "--release", "--target", triple])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind")
        .current_dir(&package)
        .env("CARGO_TARGET_DIR", &built)
        // -Zbuild-std needs it. Nothing of this project is built with it.
        .env("RUSTC_BOOTSTRAP", "1");
    cargo::compile(screen, &step, &mut cargo)
        .with_context(|| format!("the standard library for {triple} could not be built"))?;

    let staging = package.join("lib");
    collect_libraries(&built.join(triple).join("release/deps"), &staging)?;
    fs::write(staging.join(BUILT_BY), compiler_version()?)?;
    install(&staging, &library_folder(target))?;
    fs::remove_dir_all(&built)?;
    step.done(format_args!(
        "built and installed in {}",
        library_folder(target).display()
    ));
    Ok(())
}

fn library_folder(target: RustTarget) -> PathBuf {
    Path::new(SYSROOT).join(target.triple).join("lib")
}

fn compiler_version() -> Result<String> {
    command::output(system_toolchain::rustc().arg("-vV"), HOUR)
}

/// `-Zbuild-std` builds the library only as a dependency of some package.
fn write_empty_package() -> Result<PathBuf> {
    let package = workspace::xtask_folder()?.join("built-std");
    if package.exists() {
        fs::remove_dir_all(&package)?;
    }
    fs::create_dir_all(package.join("src"))?;
    fs::write(
        package.join("Cargo.toml"),
        "[package]\nname = \"nothing\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n",
    )?;
    fs::write(package.join("src/lib.rs"), "")?;
    Ok(package)
}

/// Leaves out the library of the empty package.
fn collect_libraries(built: &Path, staging: &Path) -> Result<()> {
    fs::create_dir_all(staging)?;
    for entry in fs::read_dir(built)? {
        let path = entry?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else {
            continue;
        };
        if name.ends_with(".rlib") && !name.starts_with("libnothing-") {
            fs::copy(&path, staging.join(&*name))?;
        }
    }
    if !rust_target::contains_std(staging) {
        bail!("the build left no standard library in {}", built.display());
    }
    Ok(())
}

fn install(staging: &Path, folder: &Path) -> Result<()> {
    let copy = || -> Result<()> {
        if folder.exists() {
            // Two versions of a library side by side are ambiguous to the compiler.
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        for entry in fs::read_dir(staging)? {
            let entry = entry?;
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
        Ok(())
    };
    copy().with_context(|| {
        format!(
            "the standard library is built, but can't be installed: run `sudo mkdir -p {folder} && sudo cp {staging}/* {folder}/` and start again",
            folder = folder.display(),
            staging = staging.display()
        )
    })
}
