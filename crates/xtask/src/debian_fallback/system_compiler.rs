//! The system's own Rust compiler, with a wasm32 standard library and a linker for it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::system_toolchain::{CARGO, RUSTC, cargo, is_installed, rustc, without_rustup};
use super::{built_std, packages};
use crate::command::{self, HOUR};
use crate::rust_target::{ARM64, RustTarget, WASM32};
use crate::screen::Screen;

const CARGO_CLIPPY: &str = "/usr/bin/cargo-clippy";

/// The name of this compiler as a rustup toolchain.
const TOOLCHAIN: &str = "codealong-web";

#[derive(Debug, Clone)]
pub(crate) struct SystemCompiler {
    linker: PathBuf,
}

impl SystemCompiler {
    pub(crate) fn find(screen: &Screen) -> Result<Option<Self>> {
        if !has_target() {
            return Ok(None);
        }
        let linker = find_or_install_linker(screen)?;
        screen.found(
            WASM32.title,
            format_args!("the system's compiler {RUSTC} has it"),
        );
        Ok(Some(Self { linker }))
    }

    pub(crate) fn install(screen: &Screen) -> Result<Self> {
        if !is_installed() || built_std::sources_are_missing() {
            packages::install(screen, WASM32.title, &packages::WASM_COMPILER).context(
                "run `rustup target add wasm32-unknown-unknown` on a connected machine, or",
            )?;
        }
        let linker = find_or_install_linker(screen)?;
        Ok(Self { linker })
    }

    /// Debian has no prebuilt standard library for wasm32, so it is built here.
    pub(crate) fn finish_setup(&self, screen: &Screen) -> Result<()> {
        if !has_target() {
            built_std::build(screen, WASM32)?;
        }
        link_as_rustup_toolchain(screen);
        Ok(())
    }

    pub(crate) fn ensure_clippy(&self, screen: &Screen) -> Result<()> {
        if Path::new(CARGO_CLIPPY).exists() {
            return Ok(());
        }
        packages::install(screen, "clippy", &packages::CLIPPY)
    }

    pub(crate) fn cargo(&self) -> Command {
        self.with_linker(cargo())
    }

    /// `cargo clippy` would prefer rustup's clippy.
    pub(crate) fn clippy(&self) -> Command {
        let mut clippy = without_rustup(Command::new(CARGO_CLIPPY));
        clippy.env("CARGO", CARGO).env("RUSTC", RUSTC);
        self.with_linker(clippy)
    }

    fn with_linker(&self, mut command: Command) -> Command {
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &self.linker);
        command
    }
}

pub(crate) fn has_target() -> bool {
    has(WASM32)
}

fn has(target: RustTarget) -> bool {
    is_installed() && target.is_known_to(rustc()) && built_std::matches_compiler(target)
}

/// A cargo of this compiler that builds for arm64. Debian has no standard library for that which this
/// machine's packages could name, so it is built here too.
pub(crate) fn cargo_for_arm64(screen: &Screen) -> Result<Command> {
    if !is_installed() || built_std::sources_are_missing() {
        packages::install(screen, ARM64.title, &packages::ARM64_COMPILER).context(
            "run `rustup target add aarch64-unknown-linux-gnu` on a connected machine, or",
        )?;
    }
    if !has(ARM64) {
        built_std::build(screen, ARM64)?;
    }
    Ok(cargo())
}

/// rustup's toolchains bundle a wasm linker, Debian's compiler does not.
fn find_or_install_linker(screen: &Screen) -> Result<PathBuf> {
    let sysroot = command::output(Command::new("rustc").args(["--print", "sysroot"]), HOUR)?;
    let version = command::output(Command::new("rustc").arg("-vV"), HOUR)?;
    let host = field(&version, "host").context("`rustc -vV` names no host")?;
    let bundled = Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(host)
        .join("bin/rust-lld");
    if bundled.exists() {
        return Ok(bundled);
    }
    let version = command::output(rustc().arg("-vV"), HOUR)?;
    let llvm = field(&version, "LLVM version")
        .and_then(|version| version.split('.').next())
        .unwrap_or_default();
    let versioned = |name: &str| format!("{name}-{llvm}");
    for name in [versioned("wasm-ld"), "wasm-ld".to_owned()] {
        if let Some(linker) = command::find(&name) {
            return Ok(linker);
        }
    }
    let package = if packages::exists(&versioned("lld")) {
        versioned("lld")
    } else {
        "lld".to_owned()
    };
    packages::install(screen, WASM32.title, &packages::wasm_linker(&[&package]))?;
    match command::find(&versioned("wasm-ld")).or_else(|| command::find("wasm-ld")) {
        Some(linker) => Ok(linker),
        None => bail!("the package {package} contains no wasm-ld"),
    }
}

/// Lets `RUSTUP_TOOLCHAIN=codealong-web cargo leptos watch` use this compiler.
fn link_as_rustup_toolchain(screen: &Screen) {
    if command::find("rustup").is_none() {
        return;
    }
    let linked = command::output(Command::new("rustup").args(["toolchain", "list"]), HOUR)
        .is_ok_and(|list| list.lines().any(|line| line.starts_with(TOOLCHAIN)));
    if linked {
        return;
    }
    let mut link = Command::new("rustup");
    link.args(["toolchain", "link", TOOLCHAIN, "/usr"]);
    // xtask itself works without the link, so a failure is ignored.
    if command::output(&mut link, HOUR).is_ok() {
        screen.found(
            WASM32.title,
            format_args!("linked as the rustup toolchain {TOOLCHAIN} (for cargo leptos)"),
        );
    }
}

fn field<'text>(version: &'text str, name: &str) -> Option<&'text str> {
    version
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_version_are_read() {
        let version = "rustc 1.96.0\nhost: x86_64-unknown-linux-gnu\nLLVM version: 22.1.8\n";
        assert_eq!(field(version, "host"), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(field(version, "LLVM version"), Some("22.1.8"));
        assert_eq!(field(version, "release"), None);
    }
}
