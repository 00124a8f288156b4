//! The test suites: what each one requires and how it runs.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use cargo_metadata::TargetKind;
use clap::ValueEnum;

use super::browser::Browser;
use super::failures;
use super::test_count::{self, TestCount};
use crate::cargo;
use crate::command::{self, Finished, Stream};
use crate::screen::Screen;
use crate::server::{self, OutputTarget, Profile, Server};
use crate::workspace;

/// The integration tests that need a Docker engine have suites of their own; `rust` runs all others.
const SANDBOX_TESTS: &str = "sandbox";
const JUDGE_TESTS: &str = "judge";

/// A suite that takes longer hangs.
const TIME_LIMIT: Duration = Duration::from_secs(30 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// The Rust tests that need no Docker
    Rust,
    /// The Python tests of judge and launcher
    RunnerImage,
    /// The sandbox against a real Docker engine
    Sandbox,
    /// The curriculum's check, and right and wrong programs before the judge, in the real sandbox
    Course,
    /// The served page in a real browser
    End2end,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    Tests,
    Python,
    Engine,
    Server,
    Site,
    Redis,
    Browser,
}

impl Suite {
    pub(crate) const ALL: [Self; 5] = [
        Self::Rust,
        Self::RunnerImage,
        Self::Sandbox,
        Self::Course,
        Self::End2end,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::RunnerImage => "runner-image",
            Self::Sandbox => "sandbox",
            Self::Course => "course",
            Self::End2end => "end2end",
        }
    }

    pub(crate) fn requirements(self) -> &'static [Requirement] {
        match self {
            Self::Rust => &[Requirement::Tests],
            Self::RunnerImage => &[Requirement::Python, Requirement::Redis],
            Self::Sandbox => &[Requirement::Tests, Requirement::Engine],
            Self::Course => &[Requirement::Tests, Requirement::Engine, Requirement::Server],
            Self::End2end => &[
                Requirement::Engine,
                Requirement::Server,
                Requirement::Site,
                Requirement::Browser,
            ],
        }
    }
}

/// Compiles the tests of `rust`, `sandbox` and `course` at once, so that all use the same features.
pub(crate) fn compile_tests(screen: &Screen) -> Result<()> {
    let step = screen.begin("tests", "cargo test --no-run");
    let mut cargo = cargo::command();
    cargo.args(["test", "--no-run", "--tests"]);
    cargo::compile(screen, &step, &mut cargo)?;
    step.done("built");
    Ok(())
}

pub(crate) fn rust(screen: &Screen) -> Result<TestCount> {
    let mut cargo = cargo_test(&["--lib", "--bins"]);
    for name in integration_tests()? {
        if ![SANDBOX_TESTS, JUDGE_TESTS].contains(&name.as_str()) {
            cargo.args(["--test", &name]);
        }
    }
    let mut count = cargo_test_count(&stream(screen, &mut cargo)?);
    let finished = stream(screen, &mut cargo_test(&["--doc"]))?;
    let mut doc_tests = test_count::from_cargo_test(&finished.stdout);
    // Having no doc test at all is fine, failing to compile one is not.
    if !finished.succeeded() {
        doc_tests = doc_tests.with_runner_status(false);
    }
    count += doc_tests;
    Ok(count)
}

pub(crate) fn sandbox(screen: &Screen, soak: bool) -> Result<TestCount> {
    let mut cargo = cargo_test(&["--test", SANDBOX_TESTS]);
    if !soak {
        return Ok(cargo_test_count(&stream(screen, &mut cargo)?));
    }
    cargo.env("CODEALONG_SOAK", "1");
    let mut count = cargo_test_count(&stream(screen, &mut cargo)?);
    // The long tests are ignored unless they are asked for by name.
    let long = &["--test", SANDBOX_TESTS, "--", "--ignored", "::soak_"];
    count += cargo_test_count(&stream(screen, &mut cargo_test(long))?);
    Ok(count)
}

pub(crate) fn runner_image(screen: &Screen, python: &Path) -> Result<TestCount> {
    let folder = workspace::root().join("runner-image");
    if !folder.join("tests").exists() {
        bail!("runner-image/tests is missing");
    }
    let mut unittest = Command::new(python);
    unittest
        .args(["-m", "unittest", "discover", "--start-directory", "tests"])
        .current_dir(&folder)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    if folder.join("tests/__init__.py").exists() {
        // The tests are a package then, and import each other as one.
        unittest.args(["--top-level-directory", "."]);
    }
    let finished = stream(screen, &mut unittest)?;
    Ok(test_count::from_unittest(&finished.stderr).with_runner_status(finished.succeeded()))
}

pub(crate) fn course(screen: &Screen) -> Result<TestCount> {
    let mut check = Command::new(server::binary(Profile::Dev));
    check.arg("check").current_dir(workspace::root());
    let finished = stream(screen, &mut check)?;
    let count = test_count::from_check(&finished.stdout)
        .context("`codealong check` did not end with `N passed, N failed`")?;
    let mut count = count
        .with_runner_status(finished.succeeded())
        .with_failures(failures::from_check(&finished.stdout));
    // Its table of programs and tests is worth reading, passed or not.
    let judge = &["--test", JUDGE_TESTS, "--", "--nocapture"];
    count += cargo_test_count(&stream(screen, &mut cargo_test(judge))?);
    Ok(count)
}

pub(crate) fn end2end(screen: &Screen, browser: &Browser) -> Result<TestCount> {
    let folder = workspace::root().join("end2end");
    // Playwright strips types without checking them.
    let mut check = Command::new("npx");
    check.args(["tsc", "--project", "."]).current_dir(&folder);
    let type_check = if stream(screen, &mut check)?.succeeded() {
        TestCount::one_passed()
    } else {
        TestCount::one_failed().with_failures(vec!["the types of the browser tests".to_owned()])
    };
    let xtask_folder = workspace::xtask_folder()?;
    let log = xtask_folder.join("end2end-server.log");
    let report = xtask_folder.join("playwright.json");
    if report.exists() {
        fs::remove_file(&report)?;
    }

    let address = server::address(server::free_port()?);
    let log_file = File::create(&log).context("the server's log can't be written")?;
    let mut server = Server::start(Profile::Dev, address, OutputTarget::File(log_file))?;
    server
        .wait_until_ready(screen)
        .with_context(|| log_tail(&log))?;
    let mut playwright = Command::new("npx");
    playwright
        .args(["playwright", "test", "--reporter=list,json"])
        .current_dir(&folder)
        .envs(server::environment(address))
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report)
        .env("CODEALONG_URL", format!("http://{address}"))
        .env("CODEALONG_SERVER_BIN", server::binary(Profile::Dev));
    if let Browser::Executable(chromium) = browser {
        playwright.env("CODEALONG_CHROMIUM", chromium);
    }
    let finished = stream(screen, &mut playwright)?;
    let stopped = server.stop().with_context(|| log_tail(&log));
    let mut count = fs::read_to_string(&report)
        .ok()
        .and_then(|report| test_count::from_playwright(&report))
        .context("Playwright wrote no report")?
        .with_runner_status(finished.succeeded());
    count += type_check;
    let failure = match stopped {
        Ok(status) if status.success() => return Ok(count),
        Ok(status) => format!("after the browser tests the server ended with {status}"),
        Err(error) => format!("after the browser tests: {error:#}"),
    };
    count += TestCount::one_failed().with_failures(vec![failure]);
    Ok(count)
}

fn log_tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let tail = command::last_lines(&text, 3).unwrap_or_default();
    format!("the server's log {} ends with: {tail}", log.display())
}

fn cargo_test(which: &[&str]) -> Command {
    let mut cargo = cargo::command();
    cargo.args(["test", "--no-fail-fast"]).args(which);
    cargo
}

fn cargo_test_count(finished: &Finished) -> TestCount {
    let mut failures = failures::from_cargo_test(&finished.stdout);
    failures.extend(failures::from_cargo_test(&finished.stderr));
    test_count::from_cargo_test(&finished.stdout)
        .with_runner_status(finished.succeeded())
        .with_failures(failures)
}

/// Their names, in all default members.
fn integration_tests() -> Result<Vec<String>> {
    let metadata = workspace::members()?;
    Ok(metadata
        .workspace_default_packages()
        .iter()
        .flat_map(|package| &package.targets)
        .filter(|target| target.kind.contains(&TargetKind::Test))
        .map(|target| target.name.clone())
        .collect())
}

/// Runs a test runner and passes its output on as it comes.
fn stream(screen: &Screen, command: &mut Command) -> Result<Finished> {
    screen.eprintln(format_args!("$ {}", command::command_line(command)));
    let finished = command::run_streaming(command, TIME_LIMIT, |stream, line| match stream {
        Stream::Out => screen.println(line),
        Stream::Err => screen.eprintln(line),
    })?;
    if let command::Outcome::TimedOut(limit) = finished.outcome {
        screen.eprintln(format_args!(
            "stopped after {} minutes: it hangs",
            limit.as_secs() / 60
        ));
    }
    Ok(finished)
}
