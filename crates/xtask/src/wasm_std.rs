//! The standard library for wasm32, built once from Debian's sources where no prebuilt one is to be had.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{self, HOUR};
use crate::screen::Screen;
use crate::wasm_target::TRIPLE;
use crate::workspace;

const SYSROOT: &str = "/usr/lib/rustlib";

/// Which compiler built the library: another one can't read it.
const BUILT_BY: &str = "codealong-built-by";

pub(crate) fn sources_are_missing() -> bool {
    !Path::new(SYSROOT).join("src/rust/library/std").exists()
}

/// Whether a standard library lies in `folder`.
pub(crate) fn is_in(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        })
    })
}

/// Whether the library in Debian's sysroot was built by the compiler of today; one from elsewhere is trusted.
pub(crate) fn fits(rustc: &Path) -> bool {
    match fs::read_to_string(library_folder().join(BUILT_BY)) {
        Ok(built_by) => version(rustc).is_ok_and(|version| version == built_by),
        Err(_) => true,
    }
}

/// Builds the library and places it where the compiler looks for it.
pub(crate) fn build(screen: &Screen, cargo: &Path, rustc: &Path) -> Result<()> {
    let step = screen.begin("wasm32 std", "building it from Debian's sources");
    let package = write_empty_package()?;
    let built = package.join("target");
    let mut command = Command::new(cargo);
    command
        .args(["build", "--release", "--target", TRIPLE])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind")
        .current_dir(&package)
        .env("CARGO_TARGET_DIR", &built)
        .env("RUSTC", rustc)
        // The option is cargo's own, and so is what it builds: nothing of the project uses it.
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
    workspace::compile(screen, &step, &mut command)
        .context("the standard library for wasm32 could not be built")?;

    let staged = package.join("lib");
    stage(&built.join(TRIPLE).join("release/deps"), &staged)?;
    fs::write(staged.join(BUILT_BY), version(rustc)?)?;
    place(&staged, &library_folder())?;
    fs::remove_dir_all(&built)?;
    step.done(format_args!(
        "built and placed in {}",
        library_folder().display()
    ));
    Ok(())
}

fn library_folder() -> PathBuf {
    Path::new(SYSROOT).join(TRIPLE).join("lib")
}

fn version(rustc: &Path) -> Result<String> {
    let mut command = Command::new(rustc);
    command.arg("-vV").env_remove("LD_LIBRARY_PATH");
    command::output(&mut command, HOUR)
}

/// `-Zbuild-std` builds the library as a dependency of something: of nothing, here.
fn write_empty_package() -> Result<PathBuf> {
    let package = workspace::xtask_folder()?.join("wasm-std");
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

/// Collects the libraries, less that of the empty package.
fn stage(built: &Path, staged: &Path) -> Result<()> {
    fs::create_dir_all(staged)?;
    for entry in fs::read_dir(built)? {
        let path = entry?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else {
            continue;
        };
        if name.ends_with(".rlib") && !name.starts_with("libnothing-") {
            fs::copy(&path, staged.join(&*name))?;
        }
    }
    if !is_in(staged) {
        bail!("the build left no standard library in {}", built.display());
    }
    Ok(())
}

fn place(staged: &Path, folder: &Path) -> Result<()> {
    let copy = || -> Result<()> {
        if folder.exists() {
            // A library of two versions side by side is ambiguous to the compiler.
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        for entry in fs::read_dir(staged)? {
            let entry = entry?;
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
        Ok(())
    };
    copy().with_context(|| {
        format!(
            "the standard library for wasm32 is built and can't be placed: run `sudo mkdir -p {folder} && sudo cp {staged}/* {folder}/` and start again",
            folder = folder.display(),
            staged = staged.display()
        )
    })
}
