//! `cargo xtask test`: the ground made ready, the suites run on it, the sum of it all.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::base_image;
use crate::browser::{self, Browser};
use crate::command::{self, HOUR};
use crate::engine::{self, Engine};
use crate::front_end;
use crate::interrupt;
use crate::screen::Screen;
use crate::server::{self, Profile};
use crate::site;
use crate::suite::{self, Need, Suite};
use crate::tally::Tally;
use crate::wasm_target;
use crate::workspace;

/// What could be made ready; what could not fails the suites that need it, and only those.
#[derive(Debug)]
struct Ground {
    tests: Result<(), String>,
    server: Result<(), String>,
    site: Result<(), String>,
    engine: Result<Engine, String>,
    base_image: Result<(), String>,
    python: Result<PathBuf, String>,
    redis: Result<(), String>,
    browser: Result<Browser, String>,
}

#[derive(Debug)]
struct Row {
    name: &'static str,
    tally: Tally,
    seconds: f64,
}

pub(crate) fn run(screen: &Screen, only: &[Suite], soak: bool) -> Result<ExitCode> {
    let suites = if only.is_empty() {
        &Suite::ALL[..]
    } else {
        only
    };
    workspace::check_disk()?;
    let ground = Ground::prepare(screen, suites);
    interrupt::check()?;

    let strangers = containers().unwrap_or_default();
    let mut rows = Vec::new();
    for &suite in suites {
        screen.say(format_args!("\n== {} ==", suite.name()));
        let began = Instant::now();
        let tally = ground.run(screen, suite, soak).unwrap_or_else(|error| {
            let failure = format!("the suite {} failed: {error:#}", suite.name());
            screen.say(&failure);
            Tally::one_failed().explained(vec![failure])
        });
        interrupt::check()?;
        rows.push(Row {
            name: suite.name(),
            tally,
            seconds: began.elapsed().as_secs_f64(),
        });
    }
    if needed(suites, Need::Engine) {
        rows.push(no_container_is_left(&strangers));
    }
    if let Ok(engine) = ground.engine {
        engine.stop(screen);
    }
    Ok(sum_up(screen, rows))
}

fn needed(suites: &[Suite], need: Need) -> bool {
    suites.iter().any(|suite| suite.needs().contains(&need))
}

impl Ground {
    /// Downloads in the background, compilations in the foreground, one at a time.
    fn prepare(screen: &Screen, suites: &[Suite]) -> Self {
        let needs = |need| needed(suites, need);
        thread::scope(|scope| {
            let (sender, compiler) = mpsc::channel();
            let fetching = scope.spawn(move || {
                if needs(Need::Site) {
                    let _ = sender.send(wasm_target::fetch(screen));
                }
                let engine = when(needs(Need::Engine), || {
                    engine::require_means().and_then(|()| engine::ensure(screen))
                });
                let base_image = when(needs(Need::Engine) && engine.is_ok(), || {
                    base_image::ensure(screen)
                });
                let python = when(needs(Need::Python), || suite::ensure_python(screen));
                let redis = when(needs(Need::Redis), || suite::ensure_redis(screen));
                let browser = when(needs(Need::Browser), || browser::ensure(screen));
                (engine, base_image, python, redis, browser)
            });
            let tests = when(needs(Need::Tests), || suite::compile_tests(screen));
            let server = when(needs(Need::Server), || server::build(screen, Profile::Dev));
            let site = when(needs(Need::Site), || {
                let compiler = compiler.recv()??;
                compiler.complete(screen)?;
                let bound = front_end::build(screen, &compiler)?;
                site::assemble(screen, &bound)
            });
            let (engine, base_image, python, redis, browser) =
                fetching.join().unwrap_or_else(|_| {
                    let gone = "the set-up panicked";
                    (
                        Err(gone.to_owned()),
                        Err(gone.to_owned()),
                        Err(gone.to_owned()),
                        Err(gone.to_owned()),
                        Err(gone.to_owned()),
                    )
                });
            Self {
                tests,
                server,
                site,
                engine,
                base_image,
                python,
                redis,
                browser,
            }
        })
    }

    fn run(&self, screen: &Screen, suite: Suite, soak: bool) -> Result<Tally> {
        for need in suite.needs() {
            self.require(*need)?;
        }
        match suite {
            Suite::Rust => suite::rust(screen),
            Suite::RunnerImage => suite::runner_image(screen, ready(&self.python)?),
            Suite::Sandbox => suite::sandbox(screen, soak),
            Suite::Course => suite::course(screen),
            Suite::End2end => suite::end2end(screen, ready(&self.browser)?),
        }
    }

    fn require(&self, need: Need) -> Result<()> {
        match need {
            Need::Tests => ready(&self.tests).map(drop),
            Need::Python => ready(&self.python).map(drop),
            Need::Engine => ready(&self.engine).and(ready(&self.base_image)).map(drop),
            Need::Server => ready(&self.server).map(drop),
            Need::Site => ready(&self.site).map(drop),
            Need::Redis => ready(&self.redis).map(drop),
            Need::Browser => ready(&self.browser).map(drop),
        }
    }
}

/// Runs a part of the set-up, if a suite asks for it.
fn when<T>(wanted: bool, make: impl FnOnce() -> Result<T>) -> Result<T, String> {
    if wanted {
        make().map_err(|error| format!("{error:#}"))
    } else {
        Err("nothing asked for it".to_owned())
    }
}

fn ready<T>(part: &Result<T, String>) -> Result<&T> {
    part.as_ref().map_err(|reason| anyhow!("{reason}"))
}

/// The containers of any CodeAlong on this engine.
fn containers() -> Result<Vec<String>> {
    let mut list = engine::docker(&[
        "ps",
        "--all",
        "--quiet",
        "--filter",
        "label=codealong.owner",
    ]);
    let ids = command::output(&mut list, HOUR)?;
    Ok(ids.lines().map(str::to_owned).collect())
}

/// One test more: what the suites started is gone, or goes within seconds.
fn no_container_is_left(strangers: &[String]) -> Row {
    let began = Instant::now();
    let outcome = loop {
        let left = containers().map(|ids| {
            ids.into_iter()
                .filter(|id| !strangers.contains(id))
                .collect::<Vec<_>>()
        });
        match left {
            Ok(left) if left.is_empty() => break Ok(()),
            Ok(left) if began.elapsed() > Duration::from_secs(10) => {
                break Err(anyhow!(
                    "left behind: {} (is another CodeAlong at work on this engine?)",
                    left.join(", ")
                ));
            }
            Ok(_) => thread::sleep(Duration::from_millis(200)),
            Err(error) => break Err(error),
        }
    };
    let tally = match outcome {
        Ok(()) => Tally::one_passed(),
        Err(error) => {
            Tally::one_failed().explained(vec![format!("no container is left: {error:#}")])
        }
    };
    Row {
        name: "no container is left",
        tally,
        seconds: began.elapsed().as_secs_f64(),
    }
}

fn sum_up(screen: &Screen, rows: Vec<Row>) -> ExitCode {
    let mut sum = Tally::default();
    screen.result("\nsuite                   passed  failed  skipped   seconds");
    for row in rows {
        screen.result(format_args!(
            "{:<22} {:>7} {:>7} {:>8} {:>9.1}",
            row.name, row.tally.passed, row.tally.failed, row.tally.skipped, row.seconds
        ));
        sum += row.tally;
    }
    for failure in &sum.failures {
        screen.result(format_args!("\nfailed: {failure}"));
    }
    screen.result(format_args!(
        "\n{} passed, {} failed",
        sum.passed, sum.failed
    ));
    if sum.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
