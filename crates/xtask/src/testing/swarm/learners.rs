//! Learners who test a program again and again, each in a terminal.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use super::network::Network;
use crate::command;
use crate::interrupt;
use crate::server::{self, Profile};

/// Longer than a lost connection and the run after it take.
const RUN_LIMIT: Duration = Duration::from_secs(180);

/// Where nobody answers, a run fails at once.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(500);

/// What `codealong test` says where a run is asked for once more, and where it had only waited at a server
/// that stops, as `protocol::RunError::Unavailable` has it. Any other one was cut off.
const ASKED_AGAIN: &str = "asking again";
const UNAVAILABLE: &str = "the sandbox is not available right now";

/// Beyond this something is stuck.
const RUNS_END_WITHIN: Duration = Duration::from_secs(300);

/// What has come of the runs.
#[derive(Debug, Default, Clone)]
pub(crate) struct Outcomes {
    /// Verdicts that came, at the first attempt or at the second.
    pub(crate) passed: usize,
    /// Of these, the runs that were asked for once more.
    pub(crate) asked_again: usize,
    /// Of these again, the ones that were cut off. The others waited at a server that stopped.
    pub(crate) lost: usize,
    /// What runs without a verdict said.
    pub(crate) failed: Vec<String>,
}

/// They go on until they are told to stop.
#[derive(Debug)]
pub(crate) struct Learners {
    is_over: Arc<AtomicBool>,
    outcomes: Arc<Mutex<Outcomes>>,
    /// How many runs have ended.
    ended: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
}

/// One run of a program of the course's first step, which must pass.
pub(crate) fn test_once(
    network: &Network,
    program: &Path,
    step: &str,
    server: &str,
) -> Result<String> {
    let mut test = test_command(network, program, step, server);
    command::output(&mut test, RUN_LIMIT)
}

fn test_command(network: &Network, program: &Path, step: &str, server: &str) -> Command {
    let codealong = server::binary(Profile::Dev).display().to_string();
    let mut command = network.switch.command(&codealong);
    command
        .arg("test")
        .arg(program)
        .args(["--step", step, "--server"])
        .arg(format!("http://{server}"));
    command
}

impl Learners {
    pub(crate) fn start(
        network: &Arc<Network>,
        count: usize,
        program: &Path,
        server: &'static str,
    ) -> Self {
        let mut learners = Self {
            is_over: Arc::default(),
            outcomes: Arc::default(),
            ended: Arc::default(),
            threads: Vec::new(),
        };
        for _ in 0..count {
            let network = Arc::clone(network);
            let program: PathBuf = program.to_owned();
            let (is_over, outcomes, ended) = (
                Arc::clone(&learners.is_over),
                Arc::clone(&learners.outcomes),
                Arc::clone(&learners.ended),
            );
            learners.threads.push(thread::spawn(move || {
                while !is_over.load(Ordering::Relaxed) && !interrupt::requested() {
                    let mut test = test_command(&network, &program, "listen", server);
                    let result = command::run(&mut test, RUN_LIMIT);
                    if !matches!(&result, Ok(finished) if finished.succeeded()) {
                        thread::sleep(PAUSE_AFTER_FAILURE);
                    }
                    let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
                    match result {
                        Ok(finished) if finished.succeeded() => {
                            outcomes.passed += 1;
                            let says = |part: &str| finished.stdout.contains(part);
                            outcomes.asked_again += usize::from(says(ASKED_AGAIN));
                            outcomes.lost += usize::from(says(ASKED_AGAIN) && !says(UNAVAILABLE));
                        }
                        Ok(finished) => outcomes.failed.push(finished.failure_reason()),
                        Err(error) => outcomes.failed.push(format!("{error:#}")),
                    }
                    ended.fetch_add(1, Ordering::Relaxed);
                }
            }));
        }
        learners
    }

    /// Waits until so many runs have ended from now on.
    pub(crate) fn wait_for_runs(&self, count: usize) -> Result<()> {
        let deadline = Instant::now() + RUNS_END_WITHIN;
        let target = self.ended.load(Ordering::Relaxed) + count;
        while self.ended.load(Ordering::Relaxed) < target {
            interrupt::check()?;
            if Instant::now() > deadline {
                bail!("too few runs end: {count} were waited for");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Lets the runs under way end, and says what has come of all.
    pub(crate) fn finish(mut self) -> Result<Outcomes> {
        self.end()?;
        let outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(outcomes.clone())
    }
}

impl Learners {
    fn end(&mut self) -> Result<()> {
        self.is_over.store(true, Ordering::Relaxed);
        for thread in std::mem::take(&mut self.threads) {
            thread
                .join()
                .map_err(|_| anyhow!("a learner's thread panicked"))?;
        }
        Ok(())
    }
}

/// After a step that failed: the machines are removed next, and nobody may be at work on them.
impl Drop for Learners {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            asked_again,
            lost,
            failed,
        } = self;
        let failed = failed.len();
        write!(
            formatter,
            "{passed} runs passed, {failed} failed; {asked_again} of them were asked for again, {lost} \
             as they were cut off"
        )
    }
}

impl Outcomes {
    /// Every run had a verdict.
    pub(crate) fn require_none_failed(&self) -> Result<()> {
        match self.failed.first() {
            None => Ok(()),
            Some(first) => bail!(
                "{} of {} runs failed, the first one so: {first}",
                self.failed.len(),
                self.failed.len() + self.passed
            ),
        }
    }

    /// … and none was cut in the middle.
    pub(crate) fn require_none_lost(&self) -> Result<()> {
        self.require_none_failed()?;
        if self.lost > 0 {
            bail!("{} of {} runs were cut off", self.lost, self.passed);
        }
        Ok(())
    }
}
