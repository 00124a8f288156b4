//! A compiler that can build for the browser: the one at hand, rustup's addition to it, or the system's own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{self, HOUR};
use crate::packages;
use crate::screen::Screen;
use crate::wasm_std;
use crate::workspace;

pub(crate) const TRIPLE: &str = "wasm32-unknown-unknown";

const TITLE: &str = "wasm32 target";
const SYSTEM_CARGO: &str = "/usr/bin/cargo";
const SYSTEM_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// The name under which rustup, where there is one, knows Debian's compiler.
const LINKED_NAME: &str = "codealong-web";

/// Long enough for a server that answers at all; a closed machine may hang for a minute.
const RESPONSE_LIMIT: Duration = Duration::from_secs(10);

/// Which compiler builds the front end.
#[derive(Debug, Clone)]
pub(crate) enum Compiler {
    /// The one that builds the server too.
    Default,
    /// The system's own in /usr, from Debian's packages as a rule, with a wasm linker for it.
    System { linker: PathBuf },
}

/// Fails now if the target is missing and can't be had, before minutes of compiling are spent.
pub(crate) fn check_obtainable() -> Result<()> {
    if default_has_std() || system_has_std() || command::find("rustup").is_some() {
        return Ok(());
    }
    packages::require_access(&DEBIAN_PACKAGES, "the compiler has no wasm32 target")
}

/// Downloads what is missing; compiles nothing, so that it can go beside a compilation.
pub(crate) fn fetch(screen: &Screen) -> Result<Compiler> {
    if default_has_std() {
        screen.found(TITLE, "the compiler at hand has it");
        return Ok(Compiler::Default);
    }
    if system_has_std() {
        let linker = linker(screen)?;
        screen.found(
            TITLE,
            format_args!("the system's compiler {SYSTEM_RUSTC} has it"),
        );
        return Ok(Compiler::System { linker });
    }
    if add_with_rustup(screen)? {
        return Ok(Compiler::Default);
    }
    if !has_system_compiler() || wasm_std::sources_are_missing() {
        packages::install(
            screen,
            TITLE,
            &DEBIAN_PACKAGES,
            "the compiler has no wasm32 target",
        )
        .context("run `rustup target add wasm32-unknown-unknown` on a connected machine, or")?;
    }
    let linker = linker(screen)?;
    Ok(Compiler::System { linker })
}

impl Compiler {
    /// Compiles the standard library where it is still missing.
    pub(crate) fn finish_setup(&self, screen: &Screen) -> Result<()> {
        match self {
            Self::Default => Ok(()),
            Self::System { .. } => {
                if !system_has_std() {
                    wasm_std::build(screen, Path::new(SYSTEM_CARGO), Path::new(SYSTEM_RUSTC))?;
                }
                link_for_maintainers(screen);
                Ok(())
            }
        }
    }

    /// A cargo that builds for the browser, into a target folder of its own.
    ///
    /// Two compilers in one folder would rebuild every build script and macro at each switch.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = match self {
            Self::Default => workspace::cargo(),
            Self::System { .. } => Command::new(SYSTEM_CARGO),
        };
        self.prepare(&mut command);
        command
    }

    /// The same for clippy, which cargo looks for among rustup's programs first.
    pub(crate) fn clippy(&self) -> Command {
        let mut command = match self {
            Self::Default => workspace::cargo(),
            Self::System { .. } => {
                let mut command = Command::new("/usr/bin/cargo-clippy");
                command.env("CARGO", SYSTEM_CARGO);
                command
            }
        };
        self.prepare(&mut command);
        command.arg("clippy");
        command
    }

    /// Clippy comes in a package of its own.
    pub(crate) fn ensure_clippy(&self, screen: &Screen) -> Result<()> {
        match self {
            Self::System { .. } if !Path::new("/usr/bin/cargo-clippy").exists() => {
                packages::install(screen, "clippy", &["rust-web-clippy"], "clippy is missing")
            }
            _ => Ok(()),
        }
    }

    fn prepare(&self, command: &mut Command) {
        command
            .current_dir(workspace::root())
            .env("CARGO_TARGET_DIR", workspace::target().join("wasm"));
        if let Self::System { linker } = self {
            without_rustup(command, SYSTEM_RUSTC)
                .env("RUSTC", SYSTEM_RUSTC)
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }
}

/// Whether the library folder that `rustc` names for wasm32 holds the standard library.
fn has_std(rustc: &str) -> bool {
    let mut command = Command::new(rustc);
    command.args(["--print", "target-libdir", "--target", TRIPLE]);
    command::output(without_rustup(&mut command, rustc), HOUR)
        .is_ok_and(|folder| wasm_std::is_in(Path::new(folder.trim())))
}

/// A usual compiler that is the system's is taken as such: it comes without a wasm linker.
fn default_has_std() -> bool {
    !is_systems("rustc") && has_std("rustc")
}

fn system_has_std() -> bool {
    has_system_compiler() && has_std(SYSTEM_RUSTC) && wasm_std::fits(Path::new(SYSTEM_RUSTC))
}

/// Some systems put rustup itself under this name.
fn has_system_compiler() -> bool {
    Path::new(SYSTEM_CARGO).exists() && is_systems(SYSTEM_RUSTC)
}

fn is_systems(rustc: &str) -> bool {
    let mut command = Command::new(rustc);
    command.args(["--print", "sysroot"]);
    command::output(without_rustup(&mut command, rustc), HOUR)
        .is_ok_and(|sysroot| sysroot.trim() == "/usr")
}

/// Takes away what the cargo that started us set for its own compiler.
fn without_rustup<'command>(command: &'command mut Command, rustc: &str) -> &'command mut Command {
    if rustc == SYSTEM_RUSTC {
        command
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("LD_LIBRARY_PATH");
    }
    command
}

/// The connected way; says whether it was open.
fn add_with_rustup(screen: &Screen) -> Result<bool> {
    if command::find("rustup").is_none() {
        screen.eprintln("     no rustup here: Debian's compiler builds the front end");
        return Ok(false);
    }
    let step = screen.begin(TITLE, "asking rustup's server");
    let reached = command::run(Command::new("rustup").arg("check"), RESPONSE_LIMIT)?;
    let answered = ["update available", "up to date"]
        .iter()
        .any(|words| reached.stdout.to_lowercase().contains(words));
    if !answered {
        step.fall_back(
            "rustup's server is not in reach, so this is a closed machine: Debian's compiler builds the front end",
        );
        return Ok(false);
    }
    step.note("connected machine: rustup target add wasm32-unknown-unknown");
    let mut add = Command::new("rustup");
    add.args(["target", "add", TRIPLE]);
    let finished = command::run(&mut add, Duration::from_secs(180))?;
    if finished.succeeded() && default_has_std() {
        step.done("added by rustup");
        return Ok(true);
    }
    step.fall_back(format_args!(
        "rustup could not add it ({}): Debian's compiler builds the front end",
        finished.failure_reason()
    ));
    Ok(false)
}

/// The wasm linker: rustup's toolchains carry one, Debian's compiler does not.
fn linker(screen: &Screen) -> Result<PathBuf> {
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
    let mut system = Command::new(SYSTEM_RUSTC);
    system.arg("-vV");
    let version = command::output(without_rustup(&mut system, SYSTEM_RUSTC), HOUR)?;
    let llvm = field(&version, "LLVM version")
        .and_then(|version| version.split('.').next())
        .unwrap_or_default();
    let of_llvm = |name: &str| format!("{name}-{llvm}");
    for name in [of_llvm("wasm-ld"), "wasm-ld".to_owned()] {
        if let Some(found) = command::find(&name) {
            return Ok(found);
        }
    }
    let package = if packages::is_known(&of_llvm("lld")) {
        of_llvm("lld")
    } else {
        "lld".to_owned()
    };
    packages::install(screen, TITLE, &[&package], "no linker for wasm32 is here")?;
    match command::find(&of_llvm("wasm-ld")).or_else(|| command::find("wasm-ld")) {
        Some(found) => Ok(found),
        None => bail!("the package {package} brought no wasm-ld"),
    }
}

/// Lets `RUSTUP_TOOLCHAIN=codealong-web cargo leptos watch` use the same compiler.
fn link_for_maintainers(screen: &Screen) {
    if command::find("rustup").is_none() {
        return;
    }
    let known = command::output(Command::new("rustup").args(["toolchain", "list"]), HOUR)
        .is_ok_and(|list| list.lines().any(|line| line.starts_with(LINKED_NAME)));
    if known {
        return;
    }
    let mut link = Command::new("rustup");
    link.args(["toolchain", "link", LINKED_NAME, "/usr"]);
    // Nothing here needs the link: a rustup that refuses it is no reason to stop.
    if command::output(&mut link, HOUR).is_ok() {
        screen.found(
            TITLE,
            format_args!("rustup knows this compiler as {LINKED_NAME} (for cargo leptos)"),
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
