//! `cargo xtask test`: prepares what the suites need, runs them, and prints a summary.

pub(crate) mod browser;
mod deployment;
mod failures;
mod programs;
mod suite;
mod swarm;
mod test_count;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use compression::CompressionLevel;

use self::browser::Browser;
use self::suite::Requirement;
use self::test_count::TestCount;
use crate::base_image;
use crate::command::{self, HOUR};
use crate::docker_client::docker;
use crate::engine::{self, Engine};
use crate::front_end;
use crate::interrupt;
use crate::screen::Screen;
use crate::server::{self, Profile};
use crate::site;
use crate::wasm_target;
use crate::workspace;

pub(crate) use self::suite::Suite;

/// A prerequisite that can't be prepared fails the suites that require it, and only those.
#[derive(Debug)]
struct Prerequisites {
    tests: Result<(), String>,
    server: Result<(), String>,
    site: Result<(), String>,
    downloads: Downloads,
}

/// Those that come from elsewhere, ready made.
#[derive(Debug)]
struct Downloads {
    engine: Result<Engine, String>,
    base_image: Result<(), String>,
    python: Result<PathBuf, String>,
    redis: Result<(), String>,
    proxies: Result<(), String>,
    compose: Result<PathBuf, String>,
    networks: Result<(), String>,
    browser: Result<Browser, String>,
}

#[derive(Debug)]
struct SuiteResult {
    name: &'static str,
    count: TestCount,
    seconds: f64,
}

pub(crate) fn run(screen: &Screen, only: &[Suite], soak: bool) -> Result<ExitCode> {
    let all: Vec<Suite> = Suite::ALL
        .into_iter()
        .filter(|suite| soak || !suite.is_long())
        .collect();
    let suites = if only.is_empty() { &all } else { only };
    workspace::check_disk()?;
    let prerequisites = Prerequisites::prepare(screen, suites);
    interrupt::check()?;

    let containers_before = containers().unwrap_or_default();
    let mut results = Vec::new();
    for &suite in suites {
        screen.eprintln(format_args!("\n== {} ==", suite.name()));
        let began = Instant::now();
        let count = prerequisites
            .run(screen, suite, soak)
            .unwrap_or_else(|error| {
                let failure = format!("the suite {} failed: {error:#}", suite.name());
                screen.eprintln(&failure);
                TestCount::one_failed().with_failures(vec![failure])
            });
        interrupt::check()?;
        results.push(SuiteResult {
            name: suite.name(),
            count,
            seconds: began.elapsed().as_secs_f64(),
        });
    }
    if any_requires(suites, Requirement::Engine) {
        results.push(no_container_is_left(&containers_before));
    }
    if let Ok(engine) = prerequisites.downloads.engine {
        engine.stop(screen);
    }
    Ok(print_summary(screen, results))
}

fn any_requires(suites: &[Suite], requirement: Requirement) -> bool {
    suites
        .iter()
        .any(|suite| suite.requirements().contains(&requirement))
}

impl Prerequisites {
    /// Downloads run in the background, compilations in the foreground, one at a time.
    fn prepare(screen: &Screen, suites: &[Suite]) -> Self {
        let required = |requirement| any_requires(suites, requirement);
        thread::scope(|scope| {
            let (sender, compiler) = mpsc::channel();
            let downloads = scope.spawn(move || {
                if required(Requirement::Site) {
                    let _ = sender.send(wasm_target::fetch(screen));
                }
                Downloads::fetch(screen, &required)
            });
            let tests = prepare_if(required(Requirement::Tests), || {
                suite::compile_tests(screen)
            });
            let server = prepare_if(required(Requirement::Server), || {
                if tests.is_ok() {
                    // The program has come with its integration tests. A build of its own would
                    // compile half of it again, without the features that only tests turn on.
                    return Ok(());
                }
                server::build(screen, Profile::Dev)
            });
            let site = prepare_if(required(Requirement::Site), || {
                let compiler = compiler.recv()??;
                compiler.finish_setup(screen)?;
                let bindings = front_end::build(screen, &compiler)?;
                site::assemble(screen, &bindings, CompressionLevel::Quick)
            });
            let downloads = downloads.join().unwrap_or_else(|_| Downloads::panicked());
            Self {
                tests,
                server,
                site,
                downloads,
            }
        })
    }

    fn run(&self, screen: &Screen, suite: Suite, soak: bool) -> Result<TestCount> {
        for requirement in suite.requirements() {
            self.require(*requirement)?;
        }
        match suite {
            Suite::Rust => suite::rust(screen),
            Suite::RunnerImage => suite::runner_image(screen, ready(&self.downloads.python)?),
            Suite::Sandbox => suite::sandbox(screen, soak),
            Suite::Course => suite::course(screen, soak),
            Suite::Swarm => swarm::test(screen),
            Suite::Image => deployment::test(screen, ready(&self.downloads.compose)?),
            Suite::End2end => suite::end2end(screen, ready(&self.downloads.browser)?),
        }
    }

    fn require(&self, requirement: Requirement) -> Result<()> {
        let downloads = &self.downloads;
        match requirement {
            Requirement::Tests => ready(&self.tests).map(drop),
            Requirement::Python => ready(&downloads.python).map(drop),
            Requirement::Engine => ready(&downloads.engine)
                .and(ready(&downloads.base_image))
                .map(drop),
            Requirement::Server => ready(&self.server).map(drop),
            Requirement::Site => ready(&self.site).map(drop),
            Requirement::Redis => ready(&downloads.redis).map(drop),
            Requirement::Proxies => ready(&downloads.proxies).map(drop),
            Requirement::Compose => ready(&downloads.compose).map(drop),
            Requirement::Networks => ready(&downloads.networks).map(drop),
            Requirement::Browser => ready(&downloads.browser).map(drop),
        }
    }
}

impl Downloads {
    fn fetch(screen: &Screen, required: &dyn Fn(Requirement) -> bool) -> Self {
        let engine = prepare_if(required(Requirement::Engine), || {
            engine::check_obtainable().and_then(|()| engine::ensure(screen))
        });
        Self {
            base_image: prepare_if(required(Requirement::Engine) && engine.is_ok(), || {
                base_image::ensure(screen)
            }),
            engine,
            python: prepare_if(required(Requirement::Python), || {
                programs::ensure_python(screen)
            }),
            redis: prepare_if(required(Requirement::Redis), || {
                programs::ensure_redis(screen)
            }),
            proxies: prepare_if(required(Requirement::Proxies), || {
                programs::ensure_proxies(screen)
            }),
            compose: prepare_if(required(Requirement::Compose), || {
                programs::ensure_compose(screen)
            }),
            networks: prepare_if(required(Requirement::Networks), || {
                programs::ensure_networks(screen)
            }),
            browser: prepare_if(required(Requirement::Browser), || browser::ensure(screen)),
        }
    }

    fn panicked() -> Self {
        let reason = "the set-up panicked";
        Self {
            engine: Err(reason.to_owned()),
            base_image: Err(reason.to_owned()),
            python: Err(reason.to_owned()),
            redis: Err(reason.to_owned()),
            proxies: Err(reason.to_owned()),
            compose: Err(reason.to_owned()),
            networks: Err(reason.to_owned()),
            browser: Err(reason.to_owned()),
        }
    }
}

fn prepare_if<T>(required: bool, prepare: impl FnOnce() -> Result<T>) -> Result<T, String> {
    if required {
        prepare().map_err(|error| format!("{error:#}"))
    } else {
        Err("no suite requires it".to_owned())
    }
}

fn ready<T>(prerequisite: &Result<T, String>) -> Result<&T> {
    prerequisite.as_ref().map_err(|reason| anyhow!("{reason}"))
}

/// The containers of every CodeAlong on this engine.
fn containers() -> Result<Vec<String>> {
    let mut list = docker(&[
        "ps",
        "--all",
        "--quiet",
        "--filter",
        "label=codealong.owner",
    ]);
    let ids = command::output(&mut list, HOUR)?;
    Ok(ids.lines().map(str::to_owned).collect())
}

/// One more test: the containers that the suites started are gone within seconds.
fn no_container_is_left(containers_before: &[String]) -> SuiteResult {
    let began = Instant::now();
    let outcome = loop {
        let left = containers().map(|ids| {
            ids.into_iter()
                .filter(|id| !containers_before.contains(id))
                .collect::<Vec<_>>()
        });
        match left {
            Ok(left) if left.is_empty() => break Ok(()),
            Ok(left) if began.elapsed() > Duration::from_secs(10) => {
                break Err(anyhow!(
                    "left behind: {} (does another CodeAlong use this engine?)",
                    left.join(", ")
                ));
            }
            Ok(_) => thread::sleep(Duration::from_millis(200)),
            Err(error) => break Err(error),
        }
    };
    let count = match outcome {
        Ok(()) => TestCount::one_passed(),
        Err(error) => {
            TestCount::one_failed().with_failures(vec![format!("no container is left: {error:#}")])
        }
    };
    SuiteResult {
        name: "no container is left",
        count,
        seconds: began.elapsed().as_secs_f64(),
    }
}

fn print_summary(screen: &Screen, results: Vec<SuiteResult>) -> ExitCode {
    let mut total = TestCount::default();
    screen.println("\nsuite                   passed  failed  skipped   seconds");
    for result in results {
        screen.println(format_args!(
            "{:<22} {:>7} {:>7} {:>8} {:>9.1}",
            result.name,
            result.count.passed,
            result.count.failed,
            result.count.skipped,
            result.seconds
        ));
        total += result.count;
    }
    for failure in &total.failures {
        screen.println(format_args!("\nfailed: {failure}"));
    }
    screen.println(format_args!(
        "\n{} passed, {} failed",
        total.passed, total.failed
    ));
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
