//! The test suites: what each one needs and how it is run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use cargo_metadata::TargetKind;
use clap::ValueEnum;

use crate::browser::Browser;
use crate::command::{self, Finished, Stream};
use crate::failures;
use crate::screen::Screen;
use crate::server::{self, Profile, Server, Words};
use crate::tally::{self, Tally};
use crate::workspace;

/// The integration tests that need a Docker engine, which their suites run; `rust` runs all others.
const SANDBOX_TESTS: &str = "sandbox";
const JUDGE_TESTS: &str = "judge";

/// A suite that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(30 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// The Rust tests that need no Docker
    Rust,
    /// The Python tests of judge and launcher
    RunnerImage,
    /// The sandbox against a real Docker engine
    Sandbox,
    /// The curriculum's own check, and programs of all kinds before the judge, in the real sandbox
    Course,
    /// The served page in a real browser
    End2end,
}

/// What a suite stands on, beside the built workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
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

    pub(crate) fn needs(self) -> &'static [Need] {
        match self {
            Self::Rust => &[Need::Tests],
            Self::RunnerImage => &[Need::Python, Need::Redis],
            Self::Sandbox => &[Need::Tests, Need::Engine],
            Self::Course => &[Need::Tests, Need::Engine, Need::Server],
            Self::End2end => &[Need::Engine, Need::Server, Need::Site, Need::Browser],
        }
    }
}

/// Compiles what `rust`, `sandbox` and `course` run, all at once, so that no feature is resolved twice.
pub(crate) fn compile_tests(screen: &Screen) -> Result<()> {
    let step = screen.begin("tests", "cargo test --no-run");
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--no-run", "--tests"]);
    workspace::compile(screen, &step, &mut cargo)?;
    step.done("built");
    Ok(())
}

pub(crate) fn rust(screen: &Screen) -> Result<Tally> {
    let mut cargo = cargo_test(&["--lib", "--bins"]);
    for name in integration_tests()? {
        if ![SANDBOX_TESTS, JUDGE_TESTS].contains(&name.as_str()) {
            cargo.args(["--test", &name]);
        }
    }
    let mut tally = cargo_tally(&stream(screen, &mut cargo)?);
    let documented = stream(screen, &mut cargo_test(&["--doc"]))?;
    let mut examples = tally::of_cargo_test(&documented.stdout);
    // Having no example at all is fine, failing to compile one is not.
    if !documented.succeeded() {
        examples = examples.judged(false);
    }
    tally += examples;
    Ok(tally)
}

pub(crate) fn sandbox(screen: &Screen, soak: bool) -> Result<Tally> {
    let mut cargo = cargo_test(&["--test", SANDBOX_TESTS]);
    if !soak {
        return Ok(cargo_tally(&stream(screen, &mut cargo)?));
    }
    cargo.env("CODEALONG_SOAK", "1");
    let mut tally = cargo_tally(&stream(screen, &mut cargo)?);
    // The long ones are ignored otherwise, and know each other by their names.
    let long = &["--test", SANDBOX_TESTS, "--", "--ignored", "::soak_"];
    tally += cargo_tally(&stream(screen, &mut cargo_test(long))?);
    Ok(tally)
}

pub(crate) fn runner_image(screen: &Screen, python: &Path) -> Result<Tally> {
    let folder = workspace::root().join("runner-image");
    if !folder.join("tests").exists() {
        bail!("runner-image/tests is not there");
    }
    let mut unittest = Command::new(python);
    unittest
        .args(["-m", "unittest", "discover", "--start-directory", "tests"])
        .current_dir(&folder)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    if folder.join("tests/__init__.py").exists() {
        // Then the tests are a package, and import each other as one.
        unittest.args(["--top-level-directory", "."]);
    }
    let finished = stream(screen, &mut unittest)?;
    Ok(tally::of_unittest(&finished.stderr).judged(finished.succeeded()))
}

pub(crate) fn course(screen: &Screen) -> Result<Tally> {
    let mut check = Command::new(server::binary(Profile::Dev));
    check.arg("check").current_dir(workspace::root());
    let finished = stream(screen, &mut check)?;
    let tally = tally::of_plain_line(&finished.stdout)
        .context("`codealong check` did not end with `N passed, N failed`")?;
    let mut tally = tally
        .judged(finished.succeeded())
        .explained(failures::of_check(&finished.stdout));
    // Its table of programs and tests is for people to read, passed or not.
    let judge = &["--test", JUDGE_TESTS, "--", "--nocapture"];
    tally += cargo_tally(&stream(screen, &mut cargo_test(judge))?);
    Ok(tally)
}

pub(crate) fn end2end(screen: &Screen, browser: &Browser) -> Result<Tally> {
    let folder = workspace::root().join("end2end");
    // Playwright strips types and never looks at them.
    let mut check = Command::new("npx");
    check.args(["tsc", "--project", "."]).current_dir(&folder);
    let types = if stream(screen, &mut check)?.succeeded() {
        Tally::one_passed()
    } else {
        Tally::one_failed().explained(vec!["the types of the browser tests".to_owned()])
    };
    let own = workspace::own_folder()?;
    let log = own.join("end2end-server.log");
    let report = own.join("playwright.json");
    if report.exists() {
        fs::remove_file(&report)?;
    }

    let address = server::address(server::free_port()?);
    let words = Words::InFile(File::create(&log).context("the server's log can't be written")?);
    let mut server = Server::start(Profile::Dev, address, words)?;
    server
        .wait_until_ready(screen)
        .with_context(|| last_words(&log))?;
    let mut playwright = Command::new("npx");
    playwright
        .args(["playwright", "test", "--reporter=list,json"])
        .current_dir(&folder)
        .envs(server::environment(address))
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report)
        .env("CODEALONG_URL", format!("http://{address}"))
        .env("CODEALONG_SERVER_BIN", server::binary(Profile::Dev));
    if let Browser::At(chromium) = browser {
        playwright.env("CODEALONG_CHROMIUM", chromium);
    }
    let finished = stream(screen, &mut playwright)?;
    let stopped = server.stop().with_context(|| last_words(&log));
    let mut tally = fs::read_to_string(&report)
        .ok()
        .and_then(|report| tally::of_playwright(&report))
        .context("Playwright wrote no report")?
        .judged(finished.succeeded());
    tally += types;
    let fault = match stopped {
        Ok(status) if status.success() => return Ok(tally),
        Ok(status) => format!("after the browser tests the server ended with {status}"),
        Err(error) => format!("after the browser tests: {error:#}"),
    };
    tally += Tally::one_failed().explained(vec![fault]);
    Ok(tally)
}

fn last_words(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let words = command::last_lines(&text, 3).unwrap_or_default();
    format!("the server's log {} ends with: {words}", log.display())
}

fn cargo_test(which: &[&str]) -> Command {
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--no-fail-fast"]).args(which);
    cargo
}

fn cargo_tally(finished: &Finished) -> Tally {
    let mut failures = failures::of_cargo_test(&finished.stdout);
    failures.extend(failures::of_cargo_test(&finished.stderr));
    tally::of_cargo_test(&finished.stdout)
        .judged(finished.succeeded())
        .explained(failures)
}

/// The names of all integration tests of the default members.
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

/// Runs a suite's runner, its output passed on as it comes.
fn stream(screen: &Screen, command: &mut Command) -> Result<Finished> {
    screen.say(format_args!("$ {}", command::line_of(command)));
    let finished = command::run_watched(command, LIMIT, |stream, line| match stream {
        Stream::Out => screen.result(line),
        Stream::Err => screen.say(line),
    })?;
    if let command::End::OutOfTime(limit) = finished.end {
        screen.say(format_args!(
            "ended after {} minutes: it hangs",
            limit.as_secs() / 60
        ));
    }
    Ok(finished)
}

/// A Python that is new enough, installed if need be.
pub(crate) fn ensure_python(screen: &Screen) -> Result<PathBuf> {
    if let Some(python) = find_python() {
        screen.found("Python", python.display());
        return Ok(python);
    }
    crate::packages::install(
        screen,
        "Python",
        &["python3"],
        "Python 3.11 or newer is missing",
    )?;
    find_python().context("Debian's python3 is older than 3.11")
}

fn find_python() -> Option<PathBuf> {
    let names = [
        "python3.11",
        "python3.12",
        "python3.13",
        "python3.14",
        "python3",
    ];
    names.into_iter().filter_map(command::find).find(|python| {
        let mut probe = Command::new(python);
        probe.args(["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]);
        command::output(&mut probe, command::HOUR).is_ok()
    })
}

/// The Redis that `runner-image/tests/test_real_redis.py` puts in the learner's place; that test
/// starts it, and ends it.
pub(crate) fn ensure_redis(screen: &Screen) -> Result<()> {
    if command::find("redis-server").is_some() {
        screen.found("Redis", "redis-server is here");
        return Ok(());
    }
    crate::packages::install(
        screen,
        "Redis",
        &["redis-server"],
        "redis-server is missing",
    )
}
