//! `cargo xtask`: sets a machine up, serves CodeAlong, and runs the development tasks.
//!
//! Each task is a variant of [`Task`]. What it needs is prepared by `prerequisites`, in parallel: the
//! engine and its base image, the server, the front end, the site. Each way to get something tries the
//! ordinary one first; `debian_fallback` is for machines that reach package registries only.
//! `testing` runs the suites and counts, `dependency_rules` is `cargo xtask walls`, and `screen` shows
//! what is going on. Programs are run by `command`, with a time limit and their output kept.

mod arm64;
mod base_image;
mod build_stamp;
mod cargo;
mod command;
mod compressed_files;
mod content_hash;
mod debian_fallback;
mod dependency_rules;
mod docker_client;
mod editor_bundle;
mod engine;
mod front_end;
mod image;
mod interrupt;
mod page_bench;
mod prerequisites;
mod rust_target;
mod screen;
mod server;
mod site;
mod testing;
mod wasm_target;
mod workspace;

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use compression::CompressionLevel;

use crate::image::Platform;
use crate::screen::Screen;
use crate::server::{OutputTarget, Profile, Server};
use crate::testing::Suite;

const SITE_CHECK_INTERVAL: Duration = Duration::from_millis(300);

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    about = "Sets CodeAlong up, serves it, and runs its development tasks"
)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Install what is missing, build, and serve on http://127.0.0.1:3000
    Up {
        /// The port to serve on instead of 3000; CODEALONG_ADDRESS sets the whole address
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
        /// Run the long tests too: the sandbox's, two engines in a swarm, half an hour at full load
        #[arg(long)]
        soak: bool,
    },
    /// Check which crate depends on which, and every package from outside
    Walls,
    /// Check the front end with clippy, using the compiler that builds it
    ClippyFrontEnd,
    /// Build what browsers load, into target/site
    Site,
    /// Build the server's image, for a host with Docker alone
    Image {
        /// The image's name
        #[arg(long, default_value = "codealong")]
        tag: String,
        /// The machines that it is for
        #[arg(long, value_enum, default_value_t = Platform::Here)]
        platform: Platform,
    },
    /// Put all that the server's image holds into an empty folder
    Stage {
        /// The folder
        folder: PathBuf,
    },
    /// Judge a learner's program against a step, as the site would
    Judge(PassedArguments),
    /// Check the curriculum on the real sandbox
    Check(PassedArguments),
    /// Measure runs on the real sandbox, with optimised code; with --http, pages a second and runs
    /// through HTTP; with --page, how fast the pages load
    Bench {
        /// Measure how the pages load in a slow browser, not runs
        #[arg(long, conflicts_with = "arguments")]
        page: bool,
        /// Where another version serves: its pages are measured in turns with these
        #[arg(long, requires = "page", value_name = "URL")]
        before: Option<String>,
        #[command(flatten)]
        arguments: PassedArguments,
    },
    /// Set up as `up` does, then rebuild and serve on every change with `cargo leptos watch`
    Watch,
}

/// Arguments passed on to one of the project's binaries.
#[derive(Debug, Args)]
struct PassedArguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// The exit code for a task that could not run, where 1 means that it ran and found something: a
/// program that does not pass, a wrong course, a missed goal. The binaries use the same codes.
const EXIT_NOT_RUN: u8 = 2;

impl Task {
    fn failure_exit_code(&self) -> u8 {
        match self {
            Self::Judge(_) | Self::Check(_) | Self::Bench { .. } => EXIT_NOT_RUN,
            Self::Up { .. }
            | Self::Test { .. }
            | Self::Walls
            | Self::ClippyFrontEnd
            | Self::Site
            | Self::Image { .. }
            | Self::Stage { .. }
            | Self::Watch => 1,
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let screen = Screen::new();
    let failure_exit_code = cli.task.failure_exit_code();
    let outcome = interrupt::listen()
        .context("the signal handlers could not be installed")
        .and_then(|()| run(&screen, cli.task));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            screen.eprintln(format_args!("error: {error:#}"));
            ExitCode::from(failure_exit_code)
        }
    }
}

fn run(screen: &Screen, task: Task) -> Result<ExitCode> {
    match task {
        Task::Up { port, release } => {
            let (profile, level) = if release {
                (Profile::Release, CompressionLevel::Thorough)
            } else {
                (Profile::Dev, CompressionLevel::Quick)
            };
            up(screen, port, profile, level)
        }
        Task::Test { only, soak } => testing::run(screen, &only, soak),
        Task::Walls => {
            dependency_rules::check(screen)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::ClippyFrontEnd => {
            let compiler = wasm_target::fetch(screen)?;
            compiler.finish_setup(screen)?;
            front_end::clippy(screen, &compiler)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Site => {
            build_site(screen)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Image { tag, platform } => {
            engine::check_obtainable()?;
            prerequisites::for_staging(
                screen,
                platform,
                Profile::Release,
                CompressionLevel::Thorough,
            )?;
            engine::ensure(screen)?.leave_running(screen);
            image::build(screen, platform, Profile::Release, &tag)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Stage { folder } => {
            let platform = Platform::Here;
            prerequisites::for_staging(
                screen,
                platform,
                Profile::Release,
                CompressionLevel::Thorough,
            )?;
            image::stage(screen, platform, Profile::Release, &folder)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Judge(arguments) => judge_or_check(screen, "judge", &arguments),
        Task::Check(arguments) => judge_or_check(screen, "check", &arguments),
        Task::Bench {
            page: true, before, ..
        } => page_bench::run(screen, before.as_deref()),
        Task::Bench { arguments, .. } => bench(screen, &arguments),
        Task::Watch => watch(screen),
    }
}

fn build_site(screen: &Screen) -> Result<()> {
    let compiler = wasm_target::fetch(screen)?;
    compiler.finish_setup(screen)?;
    let bindings = front_end::build(screen, &compiler)?;
    site::assemble(screen, &bindings, CompressionLevel::Thorough)
}

fn up(
    screen: &Screen,
    port: Option<u16>,
    profile: Profile,
    level: CompressionLevel,
) -> Result<ExitCode> {
    let began = Instant::now();
    let address = server::chosen_address(port)?;
    server::require_free(address)?;
    let engine = prerequisites::for_serving(screen, profile, level)?;
    let mut server = Server::start(profile, address, OutputTarget::Terminal)?;
    server.wait_until_ready(screen)?;
    engine.leave_running(screen);
    let others = if address.ip().is_unspecified() {
        format!(
            ", and to others at this machine's address, port {},",
            address.port()
        )
    } else {
        String::new()
    };
    screen.println(format_args!(
        "CodeAlong serves on {}{others} after {:.1} s. Ctrl-C stops it.",
        server::page_address(address),
        began.elapsed().as_secs_f64()
    ));
    let status = server.run_until_stopped()?;
    if !status.success() {
        bail!("the server ended with {status}");
    }
    Ok(ExitCode::SUCCESS)
}

fn judge_or_check(
    screen: &Screen,
    subcommand: &str,
    arguments: &PassedArguments,
) -> Result<ExitCode> {
    engine::check_obtainable()?;
    server::build(screen, Profile::Dev)?;
    let mut command = Command::new(server::binary(Profile::Dev));
    command.arg(subcommand).args(&arguments.arguments);
    exec(screen, command)
}

fn bench(screen: &Screen, arguments: &PassedArguments) -> Result<ExitCode> {
    engine::check_obtainable()?;
    // The server that is measured in a process of its own doesn't start without one.
    if !site::is_built() {
        build_site(screen)?;
    }
    server::build_for_bench(screen)?;
    let mut command = Command::new(server::bench_binary());
    command.args(&arguments.arguments);
    exec(screen, command)
}

/// Replaces this process with a binary, whose output and exit code are the task's.
fn exec(screen: &Screen, mut command: Command) -> Result<ExitCode> {
    prerequisites::for_sandbox(screen)?.leave_running(screen);
    // The user's file names are relative to the current folder, the project's own to its root.
    for (setting, folder) in [
        ("CODEALONG_CURRICULUM", "curriculum"),
        ("CODEALONG_IMAGE_FOLDER", "runner-image"),
    ] {
        if env::var_os(setting).is_none() {
            command.env(setting, workspace::root().join(folder));
        }
    }
    let error = command.exec();
    Err(error).context("the binary could not be started")
}

fn watch(screen: &Screen) -> Result<ExitCode> {
    if command::find("cargo-leptos").is_none() {
        bail!(
            "cargo-leptos is missing: run `cargo install cargo-leptos --locked`, which takes a while. \
             Without access to GitHub it also needs `cargo install wasm-bindgen-cli`, in the version \
             that Cargo.toml names"
        );
    }
    let compiler = wasm_target::fetch(screen)?;
    compiler.finish_setup(screen)?;
    prerequisites::for_sandbox(screen)?.leave_running(screen);
    let mut watching = compiler
        .cargo()
        .args(["leptos", "watch"])
        .spawn()
        .context("cargo leptos could not be started")?;
    // cargo-leptos empties the site folder when it starts and doesn't know some of its files. Ctrl-C
    // reaches it too, and then it ends by itself.
    let status = loop {
        if let Some(status) = watching.try_wait()? {
            break status;
        }
        // This fails while the folder is being emptied; the next round succeeds.
        let _ = site::add_files_missed_by_cargo_leptos();
        thread::sleep(SITE_CHECK_INTERVAL);
    };
    Ok(if status.success() || interrupt::requested() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
