//! The rule of what counts as a pass: each frame of the judge's is checked against the plan, and
//! anything that does not fit is no pass.

use std::collections::HashMap;
use std::time::Duration;

use protocol::{
    Interference, Outcome, OutputChunk, PlannedTest, ProtocolViolation, TestId, TestResult,
};

use crate::found_lines::LinesToCome;
use crate::frame::{Envelope, JudgeMessage, RunSummary, TestFinished};
use crate::output::BoundedOutput;
use crate::plan::plan;
use crate::{Job, JobEvent, JobReport, Timings};

/// The most bytes that a judge may send in one run, output and exchanges included.
const MESSAGES_MAX: usize = 24 * 1024 * 1024;

/// What the judge has sent, checked against the plan.
#[derive(Debug)]
pub(crate) struct RunVerifier {
    nonce: String,
    /// The tests that are asked for, in the order in which they run.
    planned: Vec<PlannedTest>,
    /// Their indices in the course's order.
    course_order: HashMap<TestId, usize>,
    limit: Duration,
    /// Whether a recording is asked for that has not come.
    awaits_recording: bool,
    next_seq: u64,
    message_bytes: usize,
    state: RunState,
    results: Vec<TestResult>,
    output: BoundedOutput,
    timings: Timings,
}

/// Where the judge is in its run.
#[derive(Debug)]
enum RunState {
    /// The judge has not reported that the learner's code starts.
    Waiting,
    /// Between two tests.
    Between,
    /// In the test whose turn it is.
    InTest,
    /// It sent its summary.
    Finished(RunSummary),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The judge sent its summary in time.
    Clean,
    /// The server's own deadline came first.
    Deadline,
    /// The judge, or someone in its place, sent what it must not.
    ProtocolViolation(ProtocolViolation),
}

impl RunVerifier {
    /// An empty verifier for a job. `timings` has what is known before the job is written.
    pub(crate) fn new(job: &Job, nonce: String, timings: Timings) -> Self {
        Self {
            nonce,
            planned: plan(job)
                .into_iter()
                .flat_map(|(_, tests)| tests)
                .filter(|planned| planned.asked)
                .map(|planned| planned.test.clone())
                .collect(),
            course_order: (job.tests().map(|test| test.id.clone()).zip(0..)).collect(),
            limit: job.limit,
            awaits_recording: job.record && job.only.is_some(),
            next_seq: 0,
            message_bytes: 0,
            state: RunState::Waiting,
            results: Vec::new(),
            output: BoundedOutput::default(),
            timings,
        }
    }

    /// Whether the learner's code may have started. Until then a run can be given to another
    /// container.
    pub(crate) fn is_started(&self) -> bool {
        !matches!(self.state, RunState::Waiting)
    }

    /// Whether the judge sent its summary.
    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.state, RunState::Finished(_))
    }

    /// The frame that follows the summary, where one was announced.
    pub(crate) fn lines_to_come(&self) -> Option<LinesToCome> {
        let RunState::Finished(RunSummary {
            lines_follow: true, ..
        }) = &self.state
        else {
            return None;
        };
        let failed = (self.results.iter()).filter(|result| !result.outcome.is_passed());
        Some(LinesToCome {
            nonce: self.nonce.clone(),
            seq: self.next_seq,
            tests: failed.map(|result| result.id.clone()).collect(),
        })
    }

    /// Takes a frame that came `at` after the job was written, and returns what a reader may know
    /// of it.
    pub(crate) fn take(
        &mut self,
        frame: &[u8],
        at: Duration,
    ) -> Result<Option<JobEvent>, ProtocolViolation> {
        self.message_bytes = self.message_bytes.saturating_add(frame.len());
        if self.message_bytes > MESSAGES_MAX {
            return Err(ProtocolViolation::TooMuch);
        }
        let envelope = Envelope::read(frame)?;
        if envelope.nonce != self.nonce {
            return Err(ProtocolViolation::WrongNonce);
        }
        if envelope.seq != self.next_seq {
            return Err(ProtocolViolation::WrongNumber {
                expected: self.next_seq,
                found: envelope.seq,
            });
        }
        self.next_seq += 1;
        match (&self.state, envelope.message) {
            (RunState::Waiting, JudgeMessage::Started) => {
                self.state = RunState::Between;
                self.timings.started_us = microseconds(at);
                Ok(Some(JobEvent::Started))
            }
            (RunState::Waiting, _) => Err(ProtocolViolation::BeforeStart),
            (RunState::Finished(_), _) => Err(ProtocolViolation::AfterEnd),
            (RunState::Between, JudgeMessage::TestStarted { id }) => match self.turn() {
                Some(turn) if turn.id == id => {
                    self.state = RunState::InTest;
                    Ok(Some(JobEvent::TestStarted(id)))
                }
                _ => Err(ProtocolViolation::BeganOutOfTurn { test: id }),
            },
            (
                _,
                JudgeMessage::Output {
                    launch,
                    stream,
                    text,
                    test,
                },
            ) => {
                let planned = test.filter(|test| self.planned.iter().any(|one| one.id == *test));
                let chunk = OutputChunk {
                    launch,
                    test: planned.or_else(|| self.printing_test()),
                    stream,
                    text,
                };
                Ok(self.output.take(chunk).map(JobEvent::Output))
            }
            (_, JudgeMessage::TestFinished(test)) => {
                let result = self.judge(*test)?;
                self.state = RunState::Between;
                self.timings.judged_us = microseconds(at);
                self.results.push(result.clone());
                Ok(Some(JobEvent::TestFinished(Box::new(result))))
            }
            (RunState::Between, JudgeMessage::Recording(recording))
                if self.awaits_recording && self.has_result_of(&recording.id) =>
            {
                self.awaits_recording = false;
                Ok((recording.is_whole()).then_some(JobEvent::Recorded(recording)))
            }
            (_, JudgeMessage::Recording(recording)) => Err(ProtocolViolation::Unreadable {
                detail: format!("a recording of {}, which nobody asked for", recording.id),
            }),
            (RunState::Between, JudgeMessage::Finished(last)) if self.turn().is_none() => {
                self.timings.finished_us = microseconds(at);
                self.state = RunState::Finished(last);
                Ok(None)
            }
            (_, JudgeMessage::Finished(_)) => Err(ProtocolViolation::TestsLeft),
            // Announced by the summary, after which this reads no more.
            (_, JudgeMessage::Lines { .. }) => Err(ProtocolViolation::TestsLeft),
            (_, JudgeMessage::Started) => Err(ProtocolViolation::SecondStart),
            (_, JudgeMessage::TestStarted { .. }) => Err(ProtocolViolation::BeganInAnother),
        }
    }

    /// The report on a run with this ending, `at` after the job was written. Whatever is not a
    /// clean end leaves at least one test that did not pass.
    pub(crate) fn end(mut self, ending: &Ending, at: Duration) -> JobReport {
        if let Ending::ProtocolViolation(violation) = ending {
            // A sender of this could have sent the passes too.
            for result in &mut self.results {
                if result.outcome.is_passed() {
                    set_outcome(result, broken_by(violation));
                }
            }
        }
        let summary = match self.state {
            RunState::Finished(summary) => Some(summary),
            _ => None,
        };
        let clean = summary.is_some() && *ending == Ending::Clean;
        if !clean {
            let mut first = Some(match ending {
                Ending::ProtocolViolation(violation) => broken_by(violation),
                Ending::Deadline => Outcome::TimedOut {
                    limit_ms: u32::try_from(self.limit.as_millis()).unwrap_or(u32::MAX),
                },
                Ending::Clean => Outcome::Interfered {
                    interference: Interference::NoSummary,
                },
            });
            for planned in &self.planned[self.results.len()..] {
                let outcome = first.take().unwrap_or(Outcome::NotRun);
                self.results.push(result(planned, outcome));
            }
            // Every test had passed, but the end was not clean: the last one loses its pass.
            if let Some(outcome) = first
                && let Some(last) = self.results.last_mut()
                && last.outcome.is_passed()
            {
                set_outcome(last, outcome);
            }
            self.timings.judged_us = microseconds(at);
            self.timings.finished_us = microseconds(at);
        }
        let summary = summary.unwrap_or_default();
        self.timings.launch_us = summary.timings.launch_us;
        self.timings.listen_us = summary.timings.listen_us;
        self.timings.launches = summary.launches;
        let course_order = |result: &TestResult| self.course_order.get(&result.id).copied();
        self.results.sort_by_key(course_order);
        let tests_us = (self.results.iter())
            .fold(0, |sum: u32, result| sum.saturating_add(result.duration_us));
        let mut output = self.output.end(summary.dropped_bytes);
        // The ends of long outputs come last, and belong to what the same test wrote before.
        let turn = |test: &Option<TestId>| {
            self.planned
                .iter()
                .position(|one| Some(&one.id) == test.as_ref())
        };
        (output.chunks).sort_by_cached_key(|chunk| (turn(&chunk.test), chunk.launch));
        JobReport {
            results: self.results,
            output,
            // Frames that the judge wrote in one go arrive at one moment: a run is never shorter
            // than its tests together.
            duration_us: self.timings.judged_us.max(tests_us),
            timings: self.timings,
            memory_peak_bytes: summary.memory_peak_bytes,
            cpu_us: summary.cpu_us,
            throttled_us: summary.throttled_us,
        }
    }

    fn has_result_of(&self, test: &TestId) -> bool {
        self.results.iter().any(|result| result.id == *test)
    }

    /// The test whose turn it is.
    fn turn(&self) -> Option<&PlannedTest> {
        self.planned.get(self.results.len())
    }

    /// The test in which the program prints now. What it prints as a test's clients leave still
    /// belongs to that test, and what it prints at its first start to the first.
    fn printing_test(&self) -> Option<TestId> {
        let last = self.results.last().map(|result| &result.id);
        let turn = self.turn().map(|turn| &turn.id);
        match self.state {
            RunState::InTest => turn,
            _ => last.or(turn),
        }
        .cloned()
    }

    fn judge(&self, test: TestFinished) -> Result<TestResult, ProtocolViolation> {
        // The judge is told of no test that is not asked for.
        let is_asked = test.outcome != Outcome::NotAsked;
        let Some(turn) = self.turn().filter(|turn| is_asked && turn.id == test.id) else {
            return Err(ProtocolViolation::EndedOutOfTurn { test: test.id });
        };
        // A test that did not run has an outcome all the same, but no pass.
        if test.outcome.is_passed() && !matches!(self.state, RunState::InTest) {
            return Err(ProtocolViolation::PassedBeforeItBegan { test: test.id });
        }
        Ok(TestResult {
            span: test.span.or_else(|| test.outcome.span()),
            exchanges: test.exchanges,
            duration_us: test.duration_us,
            ..result(turn, test.outcome)
        })
    }
}

fn result(planned: &PlannedTest, outcome: Outcome) -> TestResult {
    TestResult {
        id: planned.id.clone(),
        name: planned.name.clone(),
        message: outcome.message(),
        outcome,
        mistake: None,
        same_as: None,
        span: None,
        exchanges: Vec::new(),
        duration_us: 0,
    }
}

fn set_outcome(result: &mut TestResult, outcome: Outcome) {
    result.message = outcome.message();
    result.outcome = outcome;
}

fn broken_by(violation: &ProtocolViolation) -> Outcome {
    Outcome::Interfered {
        interference: Interference::ProtocolViolation {
            violation: violation.clone(),
        },
    }
}

fn microseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
