//! The compiler that builds the front end, with the wasm32 target.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::cargo;
use crate::command;
use crate::debian_fallback::packages;
use crate::debian_fallback::system_compiler::{self, SystemCompiler};
use crate::debian_fallback::system_toolchain;
use crate::screen::Screen;
use crate::wasm32::{TITLE, TRIPLE, has_target};
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
        screen.found(TITLE, "the default compiler has it");
        return Ok(Compiler::Default);
    }
    if let Some(compiler) = SystemCompiler::find(screen)? {
        return Ok(Compiler::System(compiler));
    }
    if add_with_rustup(screen)? {
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

/// A system compiler on PATH does not count: it comes without a wasm linker.
fn default_has_target() -> bool {
    !system_toolchain::is_system(Command::new("rustc")) && has_target(Command::new("rustc"))
}

/// Says whether it succeeded.
fn add_with_rustup(screen: &Screen) -> Result<bool> {
    if command::find("rustup").is_none() {
        screen.eprintln("     no rustup here: Debian's compiler builds the front end");
        return Ok(false);
    }
    let step = screen.begin(TITLE, "asking rustup's server");
    let check = command::run(Command::new("rustup").arg("check"), RESPONSE_LIMIT)?;
    let answered = ["update available", "up to date"]
        .iter()
        .any(|text| check.stdout.to_lowercase().contains(text));
    if !answered {
        step.fall_back("rustup's server can't be reached: Debian's compiler builds the front end");
        return Ok(false);
    }
    step.note("rustup target add wasm32-unknown-unknown");
    let mut add = Command::new("rustup");
    add.args(["target", "add", TRIPLE]);
    let finished = command::run(&mut add, Duration::from_secs(180))?;
    if finished.succeeded() && default_has_target() {
        step.done("added by rustup");
        return Ok(true);
    }
    step.fall_back(format_args!(
        "rustup could not add it ({}): Debian's compiler builds the front end",
        finished.failure_reason()
    ));
    Ok(false)
}
