//! The commands of the program `codealong`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

mod budget;
mod check;
mod check_step;
mod control_characters;
mod doctor;
mod finding;
mod healthcheck;
mod images;
mod judge;
mod local_judge;
mod machine_use;
mod report_text;
mod serve;
mod test;

pub use check::check;
pub use doctor::doctor;
pub use healthcheck::healthcheck;
pub use images::save_images;
pub use judge::judge;
pub use local_judge::find_course;
pub use serve::{check_config, serve};
pub use test::test;

/// Learn by building real systems in the browser.
#[derive(Debug, Parser)]
#[command(name = "codealong", version)]
pub struct Arguments {
    /// What to do; without a command, serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Check settings, courses and pages as the server would at its start, and end.
    #[arg(long)]
    pub check_config: bool,
}

/// A command and its arguments.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the courses to browsers (also without a command).
    Serve,
    /// List every setting, its meaning and its default.
    Settings,
    /// Look for what keeps this machine from hosting, and say what mends it.
    Doctor,
    /// The sandbox's images, for a machine that reaches no registry.
    #[command(subcommand)]
    Images(ImagesCommand),
    /// Ask the server of these settings whether it is healthy: for a container's health check.
    Healthcheck,
    /// Test a program from your own editor: a server judges it, and the verdict streams in.
    Test(TestArguments),
    /// Judge programs from the command line, in the real sandbox.
    Judge(JudgeArguments),
    /// Check courses on the real sandbox: solutions pass, starters fail, mistakes are recognised.
    Check(CheckArguments),
}

/// What is done with the sandbox's images.
#[derive(Debug, Subcommand)]
pub enum ImagesCommand {
    /// Save them into an archive for `docker load`; builds those that are missing.
    Save(SaveArguments),
}

/// The arguments of `images save`.
#[derive(Debug, Args)]
pub struct SaveArguments {
    /// The archive, which must not be there yet.
    pub file: PathBuf,
    /// Another image of this engine, such as the server's own; may be given more than once.
    #[arg(long, value_name = "IMAGE")]
    pub also: Vec<String>,
}

/// The arguments of `test`.
#[derive(Debug, Args)]
pub struct TestArguments {
    /// The program, as in main.py.
    pub file: PathBuf,
    /// The step's name; all steps before it are tested too.
    #[arg(long)]
    pub step: String,
    /// The course's name.
    #[arg(long, default_value = "redis")]
    pub course: String,
    /// Where CodeAlong is served.
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    pub server: String,
    /// Only this test, as in `ping.2`.
    #[arg(long)]
    pub test: Option<String>,
    /// The seed of an earlier run, to repeat it.
    #[arg(long)]
    pub seed: Option<protocol::Seed>,
    /// Test again whenever the file changes, until Ctrl-C.
    #[arg(long)]
    pub watch: bool,
}

/// The arguments of `judge`.
#[derive(Debug, Args)]
pub struct JudgeArguments {
    /// The course's name, or the folder of a course anywhere.
    #[arg(long, default_value = "redis")]
    pub course: String,
    /// The step's name; all steps before it are judged too.
    #[arg(long)]
    pub step: String,
    /// The seed of an earlier run, to repeat it.
    #[arg(long)]
    pub seed: Option<protocol::Seed>,
    /// Write each report as a line of JSON.
    #[arg(long)]
    pub json: bool,
    /// The programs.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

/// The arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// A course's folder; without it, every course of CODEALONG_CURRICULUM.
    #[arg(long)]
    pub course: Option<PathBuf>,
}
