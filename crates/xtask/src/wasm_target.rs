//! The compiler that builds the front end, with the wasm32 target.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::cargo;
use crate::command;
use crate::debian_fallback::packages;
use crate::debian_fallback::system_compiler::{self, SystemCompiler};
use crate::debian_fallback::system_toolchain;
use crate::rust_target::{RustTarget, WASM32};
use crate::screen::Screen;
use crate::workspace;

/// Without it, rustup hangs for a minute where it can't reach its server.
const RESPONSE_LIMIT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
pub(crate) enum Compiler {
    /// The one that builds the server too.
    Default,
    System(SystemCompiler),
}

/// Fails early, before minutes of compiling, if the target is missing and can't be installed.
pub(crate) fn check_obtainable() -> Result<()> {
    if default_has_target() || system_compiler::has_target() || command::find("rustup").is_some() {
        return Ok(());
    }
    packages::require_access(&packages::WASM_COMPILER)
}

/// Downloads what is missing, but compiles nothing, so that it can run beside a compilation.
pub(crate) fn fetch(screen: &Screen) -> Result<Compiler> {
    if default_has_target() {
        screen.found(WASM32.title, "the default compiler has it");
        return Ok(Compiler::Default);
    }
    if let Some(compiler) = SystemCompiler::find(screen)? {
        return Ok(Compiler::System(compiler));
    }
    if add_with_rustup(screen, WASM32)? {
        return Ok(Compiler::Default);
    }
    SystemCompiler::install(screen).map(Compiler::System)
}

impl Compiler {
    /// Compiles what `fetch` only downloaded.
    pub(crate) fn finish_setup(&self, screen: &Screen) -> Result<()> {
        match self {
            Self::Default => Ok(()),
            Self::System(compiler) => compiler.finish_setup(screen),
        }
    }

    pub(crate) fn ensure_clippy(&self, screen: &Screen) -> Result<()> {
        match self {
            Self::Default => Ok(()),
            Self::System(compiler) => compiler.ensure_clippy(screen),
        }
    }

    pub(crate) fn cargo(&self) -> Command {
        with_own_target_folder(match self {
            Self::Default => cargo::command(),
            Self::System(compiler) => compiler.cargo(),
        })
    }

    pub(crate) fn clippy(&self) -> Command {
        let mut clippy = with_own_target_folder(match self {
            Self::Default => cargo::command(),
            Self::System(compiler) => compiler.clippy(),
        });
        clippy.arg("clippy");
        clippy
    }
}

/// Two compilers in one folder would rebuild every build script and macro at each switch.
fn with_own_target_folder(mut cargo: Command) -> Command {
    cargo
        .current_dir(workspace::root())
        .env("CARGO_TARGET_DIR", workspace::target().join("wasm"));
    cargo
}

fn default_has_target() -> bool {
    default_has(WASM32)
}

/// A system compiler on PATH does not count: it comes without a linker for its targets.
pub(crate) fn default_has(target: RustTarget) -> bool {
    !system_toolchain::is_system(Command::new("rustc")) && target.is_known_to(Command::new("rustc"))
}

/// Says whether it succeeded.
pub(crate) fn add_with_rustup(screen: &Screen, target: RustTarget) -> Result<bool> {
    const INSTEAD: &str = "Debian's compiler takes its place";
    if command::find("rustup").is_none() {
        screen.eprintln(format_args!("     no rustup here: {INSTEAD}"));
        return Ok(false);
    }
    let step = screen.begin(target.title, "asking rustup's server");
    let check = command::run(Command::new("rustup").arg("check"), RESPONSE_LIMIT)?;
    let answered = ["update available", "up to date"]
        .iter()
        .any(|text| check.stdout.to_lowercase().contains(text));
    if !answered {
        step.fall_back(format_args!("rustup's server can't be reached: {INSTEAD}"));
        return Ok(false);
    }
    step.note(format_args!("rustup target add {}", target.triple));
    let mut add = Command::new("rustup");
    add.args(["target", "add", target.triple]);
    let finished = command::run(&mut add, Duration::from_secs(180))?;
    if finished.succeeded() && default_has(target) {
        step.done("added by rustup");
        return Ok(true);
    }
    step.fall_back(format_args!(
        "rustup could not add it ({}): {INSTEAD}",
        finished.failure_reason()
    ));
    Ok(false)
}
