//! Starts the command that the arguments name.

use std::process::ExitCode;

use clap::Parser;
use server::ServerSettings;
use server::commands::{
    Arguments, Command, ImagesCommand, check, check_config, doctor, healthcheck, judge,
    save_images, serve, test,
};

/// Exit code of our own failure; 1 is a program that did not pass.
const OUR_FAILURE: u8 = 2;

/// Docker's exit code of a health check that has failed; it reserves 2.
const UNHEALTHY: u8 = 1;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let failure = match arguments.command {
        Some(Command::Healthcheck) => UNHEALTHY,
        _ => OUR_FAILURE,
    };
    match run(arguments).await {
        Ok(code) => code,
        Err(error) => {
            report(&error);
            ExitCode::from(failure)
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let command = arguments.command.unwrap_or(Command::Serve);
    if let Command::Settings = command {
        // Before they are read: a bad one is looked up here.
        print_settings();
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Test(arguments) = command {
        // It has no settings, and waits for its server without a runtime.
        return tokio::task::spawn_blocking(move || test(&arguments)).await?;
    }
    let settings = ServerSettings::from_environment()?;
    if arguments.check_config {
        check_config(&settings).await?;
        print_fine();
        return Ok(ExitCode::SUCCESS);
    }
    match command {
        Command::Serve => serve(settings).await,
        Command::Settings | Command::Test(_) => Ok(ExitCode::SUCCESS),
        Command::Doctor => doctor(&settings).await,
        Command::Images(ImagesCommand::Save(arguments)) => save_images(&settings, &arguments).await,
        Command::Healthcheck => healthcheck(&settings).await,
        Command::Judge(arguments) => judge(&settings, &arguments).await,
        Command::Check(arguments) => check(&settings, &arguments).await,
    }
}

#[expect(clippy::print_stdout, reason = "this is what the command is for")]
fn print_fine() {
    println!("settings, courses and pages are fine");
}

#[expect(clippy::print_stdout, reason = "this is what the command is for")]
fn print_settings() {
    print!("{}", ServerSettings::table());
}

#[expect(clippy::print_stderr, reason = "a start that fails has no log yet")]
fn report(error: &anyhow::Error) {
    eprintln!("codealong can't go on: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
}
