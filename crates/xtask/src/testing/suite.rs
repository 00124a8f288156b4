//! The test suites: what each one requires and how it runs.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
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

/// Half an hour at full load, and what its length may be set to.
const SOAK_LIMIT: Duration = Duration::from_secs(3 * 60 * 60);

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
    /// The server's image, by compose.yaml
    Image,
    /// The image on two engines, by stack.yaml, with HAProxy in front; with --soak, or by its name
    Swarm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    Tests,
    Python,
    Engine,
    Server,
    Site,
    Redis,
    Proxies,
    Compose,
    Networks,
    Browser,
}

impl Suite {
    pub(crate) const ALL: [Self; 7] = [
        Self::Rust,
        Self::RunnerImage,
        Self::Sandbox,
        Self::Course,
        Self::End2end,
        Self::Image,
        Self::Swarm,
    ];

    /// Whether it runs with `--soak` alone, unless it is asked for by its name.
    pub(crate) fn is_long(self) -> bool {
        self == Self::Swarm
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::RunnerImage => "runner-image",
            Self::Sandbox => "sandbox",
            Self::Course => "course",
            Self::End2end => "end2end",
            Self::Image => "image",
            Self::Swarm => "swarm",
        }
    }

    pub(crate) fn requirements(self) -> &'static [Requirement] {
        match self {
            Self::Rust => &[Requirement::Tests],
            Self::RunnerImage => &[Requirement::Python, Requirement::Redis],
            Self::Sandbox => &[Requirement::Tests, Requirement::Engine],
            Self::Course => &[
                Requirement::Tests,
                Requirement::Engine,
                Requirement::Server,
                Requirement::Proxies,
            ],
            Self::End2end => &[
                Requirement::Engine,
                Requirement::Server,
                Requirement::Site,
                Requirement::Browser,
            ],
            Self::Image => &[
                Requirement::Engine,
                Requirement::Server,
                Requirement::Site,
                Requirement::Compose,
            ],
            Self::Swarm => &[
                Requirement::Engine,
                Requirement::Server,
                Requirement::Site,
                Requirement::Networks,
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

/// A process for each file of tests, as many at a time as there are cores: they wait much.
pub(crate) fn runner_image(screen: &Screen, python: &Path) -> Result<TestCount> {
    let folder = workspace::root().join("runner-image");
    let files = Mutex::new(python_test_files(&folder)?);
    let next_file = || files.lock().ok()?.pop();
    let run_files = || -> Result<TestCount> {
        let mut count = TestCount::default();
        while let Some(file) = next_file() {
            count += python_tests(screen, python, &folder, &file)?;
        }
        Ok(count)
    };
    let processes = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let running: Vec<_> = (0..processes).map(|_| scope.spawn(run_files)).collect();
        let mut count = TestCount::default();
        for counted in running {
            count += counted
                .join()
                .map_err(|_| anyhow!("a thread of the suite panicked"))??;
        }
        Ok(count)
    })
}

/// The names of the files of tests, the largest last.
fn python_test_files(folder: &Path) -> Result<Vec<String>> {
    let tests = folder.join("tests");
    let mut files = Vec::new();
    for entry in fs::read_dir(&tests).with_context(|| format!("no {}", tests.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("test_") && name.ends_with(".py") {
            files.push((entry.metadata()?.len(), name));
        }
    }
    files.sort();
    Ok(files.into_iter().map(|(_, name)| name).collect())
}

/// Prints the output at the end, so that two processes do not talk at the same time.
fn python_tests(screen: &Screen, python: &Path, folder: &Path, file: &str) -> Result<TestCount> {
    let mut unittest = Command::new(python);
    unittest
        .args(["-m", "unittest", "discover", "--start-directory", "tests"])
        .args(["--pattern", file])
        .current_dir(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let finished = command::run(&mut unittest, TIME_LIMIT)?;
    screen.eprintln(format_args!(
        "$ {}\n{}{}",
        command::command_line(&unittest),
        finished.stdout,
        finished.stderr
    ));
    let count = test_count::from_unittest(&finished.stderr);
    if count.failed > 0 {
        return Ok(count);
    }
    let reason = format!("{file}: {}", finished.failure_reason());
    Ok(count
        .with_runner_status(finished.succeeded())
        .with_failures(vec![reason]))
}

pub(crate) fn course(screen: &Screen, soak: bool) -> Result<TestCount> {
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
    if soak {
        // The other long ones make tables to read.
        let mut long = cargo_test(&["--test", JUDGE_TESTS, "--", "--ignored", "--nocapture"]);
        long.arg("full_load::soak_");
        count += cargo_test_count(&stream_within(screen, &mut long, SOAK_LIMIT)?);
    }
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
    stream_within(screen, command, TIME_LIMIT)
}

fn stream_within(screen: &Screen, command: &mut Command, limit: Duration) -> Result<Finished> {
    screen.eprintln(format_args!("$ {}", command::command_line(command)));
    let finished = command::run_streaming(command, limit, |stream, line| match stream {
        Stream::Out => screen.println(line),
        Stream::Err => screen.eprintln(line),
    })?;
    if let command::CommandEnd::TimedOut(limit) = finished.end {
        screen.eprintln(format_args!(
            "stopped after {} minutes: it hangs",
            limit.as_secs() / 60
        ));
    }
    Ok(finished)
}
