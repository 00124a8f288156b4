//! The state of a run, as a headline and a sentence.

use crate::{LiveRun, LiveTest};
use protocol::{Outcome, PlannedTest, RunError, Verdict, sentence_case};

/// The state of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunPhase {
    /// The request is on its way.
    Starting,
    /// It waits in the queue.
    Queued {
        /// Its queue position: 1 is next.
        position: u32,
    },
    /// Its tests are running.
    Running {
        /// The test under way, counted from 1.
        number: usize,
        /// How many tests the run includes.
        total: usize,
        /// The name of the test under way; none between two tests.
        name: Option<String>,
    },
    /// It ended with a pass.
    Passed {
        /// As in `All 12 tests passed`.
        headline: String,
        /// How many steps passed.
        steps: usize,
    },
    /// It was for one test only, which passed.
    TestPassed {
        /// The verdict as a headline.
        headline: String,
        /// The test's name.
        name: String,
    },
    /// It ended with a failure of the learner's program.
    Failed {
        /// The verdict as a headline.
        headline: String,
        /// The message of the first broken test, or of its recognised mistake.
        reason: String,
    },
    /// The learner stopped it.
    Stopped,
    /// It ended without a verdict.
    NoVerdict {
        /// Why there is no verdict.
        error: RunError,
    },
}

impl LiveRun {
    /// The state of the run.
    pub fn phase(&self) -> RunPhase {
        if let Some(report) = &self.report {
            let headline = report.headline();
            return match report.verdict {
                Verdict::Passed => RunPhase::Passed {
                    headline,
                    steps: report.steps.len(),
                },
                Verdict::TestPassed { .. } => RunPhase::TestPassed {
                    headline,
                    name: report
                        .only()
                        .map(|test| test.name.clone())
                        .unwrap_or_default(),
                },
                Verdict::Failed { .. } => RunPhase::Failed {
                    headline,
                    reason: report
                        .first_broken()
                        .map(|test| match &test.mistake {
                            Some(mistake) => mistake.message.clone(),
                            None => test.message.clone(),
                        })
                        .unwrap_or_default(),
                },
            };
        }
        if let Some(error) = &self.error {
            return RunPhase::NoVerdict {
                error: error.clone(),
            };
        }
        if let Some(position) = self.position {
            return RunPhase::Queued { position };
        }
        if self.steps.is_empty() {
            return RunPhase::Starting;
        }
        let total = self.total();
        let running = self
            .planned()
            .find(|test| self.running.as_ref() == Some(&test.id));
        RunPhase::Running {
            number: (self.results.len() + usize::from(running.is_some())).clamp(1, total.max(1)),
            total,
            name: running.map(|test| test.name.clone()),
        }
    }

    /// The tests of the run's plan, in order.
    pub fn planned(&self) -> impl Iterator<Item = &PlannedTest> {
        self.steps.iter().flat_map(|step| &step.tests)
    }

    /// How many tests of the plan's step at index `step` have passed.
    pub fn passed_in(&self, step: usize) -> usize {
        let passed = |test: &&PlannedTest| matches!(self.test(&test.id), LiveTest::Ended(result) if result.outcome.is_passed());
        self.steps
            .get(step)
            .map_or(0, |step| step.tests.iter().filter(passed).count())
    }
}

impl RunPhase {
    /// The headline over the panel.
    pub fn headline(&self) -> String {
        match self {
            Self::Starting => "Starting…".to_owned(),
            Self::Queued { position: 1 } => "Waiting · next in the queue".to_owned(),
            Self::Queued { position } => format!("Waiting · number {position} in the queue"),
            Self::Running { number, total, .. } => format!("Running · {number} of {total}"),
            Self::Passed { headline, .. }
            | Self::TestPassed { headline, .. }
            | Self::Failed { headline, .. } => headline.clone(),
            Self::Stopped => "Stopped".to_owned(),
            Self::NoVerdict {
                error: RunError::Busy { .. },
            } => "Busy: no verdict".to_owned(),
            Self::NoVerdict {
                error: RunError::Left,
            } => "No verdict".to_owned(),
            Self::NoVerdict {
                error: RunError::Offline,
            } => "Offline: no verdict".to_owned(),
            Self::NoVerdict { error } if error.is_ours() => "No verdict: our fault".to_owned(),
            Self::NoVerdict {
                error: RunError::Gateway { .. },
            } => "No verdict".to_owned(),
            Self::NoVerdict { .. } => "Not run".to_owned(),
        }
    }

    /// The sentence under it, with code between backticks.
    pub fn sentence(&self) -> String {
        match self {
            Self::Starting => String::new(),
            Self::Passed { steps: 1, .. } => "Step 1 works.".to_owned(),
            Self::Passed { steps: 2, .. } => "Steps 1 and 2 work.".to_owned(),
            Self::Passed { steps, .. } => format!("Steps 1 to {steps} work."),
            Self::TestPassed { name, .. } => format!("Your program {name}."),
            Self::Queued { .. } => {
                "Other runs are before yours. It starts by itself when its turn comes.".to_owned()
            }
            Self::Running { name, .. } => name
                .as_ref()
                .map(|name| format!("{name}…"))
                .unwrap_or_default(),
            Self::Failed { reason, .. } => reason.clone(),
            Self::Stopped => "You stopped this run. Your code is as it was.".to_owned(),
            Self::NoVerdict { error } => sentence_case(&error.to_string()),
        }
    }
}

/// The state of one test, for the lists of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestState {
    /// No run has reached it.
    Open,
    /// The current run has not reached it.
    Waiting,
    /// It is under way.
    Running,
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// The run ended before its turn.
    NotRun,
    /// The run was for another test only.
    NotAsked,
}

impl TestState {
    /// The state of a test in a run; `over` says that the run is finished.
    pub fn of(test: LiveTest<'_>, over: bool) -> Self {
        match test {
            LiveTest::NotAsked => Self::NotAsked,
            LiveTest::Waiting | LiveTest::Running if over => Self::NotRun,
            LiveTest::Waiting => Self::Waiting,
            LiveTest::Running => Self::Running,
            LiveTest::Ended(result) => match result.outcome {
                Outcome::Passed => Self::Passed,
                Outcome::NotRun => Self::NotRun,
                Outcome::NotAsked => Self::NotAsked,
                _ => Self::Failed,
            },
        }
    }

    /// The state in English.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "not run yet",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotRun => "not run",
            Self::NotAsked => "not asked for",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{PlannedStep, RunEvent, Seed, StepId, TestId};

    fn started(tests: u16) -> LiveRun {
        let step = StepId::parse("ping").unwrap();
        let mut run = LiveRun::default();
        run.apply(RunEvent::Started {
            seed: Seed::new(1),
            steps: vec![PlannedStep {
                step: step.clone(),
                title: "PING".to_owned(),
                tests: (1..=tests)
                    .map(|number| PlannedTest {
                        id: TestId::new(step.clone(), number),
                        name: format!("test {number}"),
                    })
                    .collect(),
            }],
            only: None,
        });
        run
    }

    #[test]
    fn a_run_counts_the_test_under_way() {
        let mut run = started(3);
        assert_eq!(run.phase().headline(), "Running · 1 of 3");
        let id = TestId::new(StepId::parse("ping").unwrap(), 1);
        run.apply(RunEvent::TestStarted { id });
        assert_eq!(run.phase().headline(), "Running · 1 of 3");
        assert_eq!(run.phase().sentence(), "test 1…");
    }

    #[test]
    fn the_queue_says_who_is_next() {
        let mut run = LiveRun::default();
        assert_eq!(run.phase(), RunPhase::Starting);
        run.apply(RunEvent::Queued { position: 1 });
        assert_eq!(run.phase().headline(), "Waiting · next in the queue");
        run.apply(RunEvent::Queued { position: 4 });
        assert_eq!(run.phase().headline(), "Waiting · number 4 in the queue");
    }

    #[test]
    fn a_fault_of_ours_is_said_to_be_ours() {
        let mut run = started(1);
        run.interrupt(RunError::Broken);
        assert_eq!(run.phase().headline(), "No verdict: our fault");
        assert!(run.phase().sentence().starts_with("The run broke off"));
        assert!(run.phase().sentence().ends_with('.'));
    }
}
