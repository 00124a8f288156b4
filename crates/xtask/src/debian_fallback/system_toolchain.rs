//! The commands of the system's own Rust compiler in /usr.

use std::path::Path;
use std::process::Command;

use crate::command::{self, HOUR};

pub(super) const CARGO: &str = "/usr/bin/cargo";
pub(super) const RUSTC: &str = "/usr/bin/rustc";

/// Whether this `rustc` is the system's: some systems put rustup's own under its name.
pub(crate) fn is_system(mut rustc: Command) -> bool {
    rustc.args(["--print", "sysroot"]);
    command::output(&mut rustc, HOUR).is_ok_and(|sysroot| sysroot.trim() == "/usr")
}

pub(super) fn is_installed() -> bool {
    Path::new(CARGO).exists() && is_system(rustc())
}

pub(super) fn rustc() -> Command {
    without_rustup(Command::new(RUSTC))
}

/// A cargo without a wasm linker, which the standard library does not need.
pub(super) fn cargo() -> Command {
    let mut cargo = without_rustup(Command::new(CARGO));
    cargo.env("RUSTC", RUSTC);
    cargo
}

/// Removes what the cargo that started xtask set for its own compiler.
pub(super) fn without_rustup(mut command: Command) -> Command {
    command
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
    command
}
