//! `cargo xtask`: from a bare machine to a served page, and the project's own chores.

mod base_image;
mod browser;
mod command;
mod engine;
mod failures;
mod front_end;
mod ground;
mod interrupt;
mod packages;
mod screen;
mod server;
mod site;
mod stamp;
mod suite;
mod tally;
mod testing;
mod walls;
mod wasm_std;
mod wasm_target;
mod workspace;

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};

use crate::screen::Screen;
use crate::server::{Profile, Server, Words};
use crate::suite::Suite;

/// How often the site is looked at while cargo-leptos serves it.
const WATCHED_EVERY: Duration = Duration::from_millis(300);

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    about = "Sets CodeAlong up, serves it, and does its chores"
)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Install what is missing, build, and serve on http://127.0.0.1:3000
    Up {
        /// The port to serve on, in the place of 3000; CODEALONG_ADDRESS sets the whole address
        #[arg(long)]
        port: Option<u16>,
        /// Build the server optimised
        #[arg(long)]
        release: bool,
    },
    /// Install what is missing, build, and run every test
    Test {
        /// Run this suite only; may be given more than once
        #[arg(long, value_enum)]
        only: Vec<Suite>,
        /// Run the sandbox's long tests too
        #[arg(long)]
        soak: bool,
    },
    /// Check who depends on whom
    Walls,
    /// Check the front end with clippy, by the compiler that builds it
    ClippyFrontEnd,
    /// Judge a learner's program against a step, as the site would
    Judge(Passed),
    /// Check the curriculum on the real sandbox
    Check(Passed),
    /// Measure runs on the real sandbox, with an optimised server
    Bench(Passed),
    /// Set up as `up` does, then serve what changes by `cargo leptos watch`
    Watch,
}

/// Arguments for the server's own binary.
#[derive(Debug, Args)]
struct Passed {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// The exit code of our own failure where 1 says that the chore found something: a program that did
/// not pass, a course that is wrong, a goal that is missed. The server's binary keeps to it too.
const OUR_FAILURE: u8 = 2;

impl Chore {
    /// The exit code for a chore that could not be done.
    fn code_of_failure(&self) -> u8 {
        match self {
            Self::Judge(_) | Self::Check(_) | Self::Bench(_) => OUR_FAILURE,
            Self::Up { .. }
            | Self::Test { .. }
            | Self::Walls
            | Self::ClippyFrontEnd
            | Self::Watch => 1,
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let screen = Screen::new();
    let code_of_failure = cli.chore.code_of_failure();
    let outcome = interrupt::listen()
        .context("signals can't be listened to")
        .and_then(|()| run(&screen, cli.chore));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            screen.say(format_args!("error: {error:#}"));
            ExitCode::from(code_of_failure)
        }
    }
}

fn run(screen: &Screen, chore: Chore) -> Result<ExitCode> {
    match chore {
        Chore::Up { port, release } => {
            let profile = if release {
                Profile::Release
            } else {
                Profile::Dev
            };
            up(screen, port, profile)
        }
        Chore::Test { only, soak } => testing::run(screen, &only, soak),
        Chore::Walls => {
            walls::check(screen)?;
            Ok(ExitCode::SUCCESS)
        }
        Chore::ClippyFrontEnd => {
            let compiler = wasm_target::fetch(screen)?;
            compiler.complete(screen)?;
            front_end::clippy(screen, &compiler)?;
            Ok(ExitCode::SUCCESS)
        }
        Chore::Judge(passed) => hand_over(screen, "judge", &passed, Profile::Dev),
        Chore::Check(passed) => hand_over(screen, "check", &passed, Profile::Dev),
        Chore::Bench(passed) => hand_over(screen, "bench", &passed, Profile::Release),
        Chore::Watch => watch(screen),
    }
}

fn up(screen: &Screen, port: Option<u16>, profile: Profile) -> Result<ExitCode> {
    let began = Instant::now();
    let address = server::chosen_address(port)?;
    server::require_free(address)?;
    let engine = ground::for_serving(screen, profile)?;
    let mut server = Server::start(profile, address, Words::ToTerminal)?;
    server.wait_until_ready(screen)?;
    engine.leave_running(screen);
    screen.result(format_args!(
        "CodeAlong serves on http://{address} after {:.1} s. Ctrl-C stops it.",
        began.elapsed().as_secs_f64()
    ));
    let status = server.run_until_stopped()?;
    if !status.success() {
        bail!("the server ended with {status}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Becomes the server's binary: its output and its exit code are the chore's own.
fn hand_over(screen: &Screen, chore: &str, passed: &Passed, profile: Profile) -> Result<ExitCode> {
    engine::require_means()?;
    server::build(screen, profile)?;
    ground::for_runs(screen)?.leave_running(screen);
    let mut command = Command::new(server::binary(profile));
    // The files that are named are where the person stands, the project's own are in the project.
    for (setting, folder) in [
        ("CODEALONG_CURRICULUM", "curriculum"),
        ("CODEALONG_IMAGE_FOLDER", "runner-image"),
    ] {
        if env::var_os(setting).is_none() {
            command.env(setting, workspace::root().join(folder));
        }
    }
    let error = command.arg(chore).args(&passed.arguments).exec();
    Err(error).context("the server's binary could not be started")
}

fn watch(screen: &Screen) -> Result<ExitCode> {
    if command::find("cargo-leptos").is_none() {
        bail!(
            "cargo-leptos is missing: run `cargo install cargo-leptos --locked`, which takes a while. \
             Without a way to GitHub it wants `cargo install wasm-bindgen-cli` too, in the version \
             that Cargo.toml names"
        );
    }
    let compiler = wasm_target::fetch(screen)?;
    compiler.complete(screen)?;
    ground::for_runs(screen)?.leave_running(screen);
    let mut watching = compiler
        .cargo()
        .args(["leptos", "watch"])
        .spawn()
        .context("cargo leptos could not be started")?;
    // It empties the site when it starts, and knows nothing of a part of it. Ctrl-C reaches it too,
    // and then it ends by itself.
    let status = loop {
        if let Some(status) = watching.try_wait()? {
            break status;
        }
        // Where it is being emptied in this very moment, the next look completes it.
        let _next_time = site::complete_for_cargo_leptos();
        thread::sleep(WATCHED_EVERY);
    };
    let is_done = status.success() || interrupt::requested();
    Ok(if is_done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
