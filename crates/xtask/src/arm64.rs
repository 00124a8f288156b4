//! The server for arm64, built on a machine that can't run it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::command::{self, HOUR};
use crate::debian_fallback::{packages, system_compiler};
use crate::rust_target::ARM64;
use crate::screen::Screen;
use crate::server::Profile;
use crate::wasm_target;
use crate::workspace;

/// Debian's cross compiler: it links, and builds the C in dependencies.
const LINKER: &str = "aarch64-linux-gnu-gcc";
const OBJDUMP: &str = "aarch64-linux-gnu-objdump";
pub(crate) const STRIP: &str = "aarch64-linux-gnu-strip";

/// The C library of arm64, which comes with the linker.
const LIBRARIES: &str = "/usr/aarch64-linux-gnu/lib";

pub(crate) fn build(screen: &Screen, profile: Profile) -> Result<()> {
    if command::find(LINKER).is_none() || !Path::new(LIBRARIES).join("crti.o").exists() {
        packages::install(screen, ARM64.title, &packages::ARM64_LINKER)?;
    }
    let mut cargo = compiler(screen)?;
    let step = screen.begin("server for arm64", "cargo build");
    cargo
        .args(["build", "--bin", "codealong", "--target", ARM64.triple])
        .current_dir(workspace::root())
        // Two compilers in one folder would rebuild every build script and macro at each switch.
        .env("CARGO_TARGET_DIR", target_folder())
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", LINKER);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    cargo::compile(screen, &step, &mut cargo)?;
    step.done("built");
    Ok(())
}

/// A cargo whose compiler has the target.
fn compiler(screen: &Screen) -> Result<Command> {
    if wasm_target::default_has(ARM64) {
        screen.found(ARM64.title, "the default compiler has it");
        return Ok(cargo::command());
    }
    if wasm_target::add_with_rustup(screen, ARM64)? {
        return Ok(cargo::command());
    }
    system_compiler::cargo_for_arm64(screen)
}

fn target_folder() -> PathBuf {
    workspace::target().join("arm64")
}

pub(crate) fn binary(profile: Profile) -> PathBuf {
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    target_folder()
        .join(ARM64.triple)
        .join(folder)
        .join("codealong")
}

/// The shared libraries that a program needs, theirs among them, and the loader. `ldd` would have to run
/// it.
pub(crate) fn libraries(program: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut to_look_at = vec![program.to_owned()];
    while let Some(file) = to_look_at.pop() {
        let mut objdump = Command::new(OBJDUMP);
        objdump.arg("--private-headers").arg(&file);
        let headers = command::output(&mut objdump, HOUR)
            .context("objdump for arm64 comes with its linker")?;
        for name in needed(&headers) {
            let library = Path::new(LIBRARIES).join(name);
            if !library.exists() {
                bail!(
                    "{} needs {name}, which is not in {LIBRARIES}",
                    file.display()
                );
            }
            if found.insert(library.clone()) {
                to_look_at.push(library);
            }
        }
    }
    Ok(found)
}

/// Of lines such as `  NEEDED               libc.so.6`.
fn needed(headers: &str) -> impl Iterator<Item = &str> {
    headers
        .lines()
        .filter_map(|line| line.trim().strip_prefix("NEEDED"))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_needs_is_read_from_its_headers() {
        let headers = "Dynamic Section:\n  NEEDED               libgcc_s.so.1\n  \
                       NEEDED               ld-linux-aarch64.so.1\n  INIT  0x1\n";
        let expected = ["libgcc_s.so.1", "ld-linux-aarch64.so.1"];
        assert_eq!(needed(headers).collect::<Vec<_>>(), expected);
    }
}
