//! The request for a run, and the events that answer it.

use serde::{Deserialize, Serialize};

use crate::{
    OutputChunk, PlannedStep, Program, Recording, Report, RunError, Seed, TestId, TestResult,
};

/// A request for a run. The fields are not checked: the server parses each one and says which is
/// wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRequest {
    /// The course's id.
    pub course: String,
    /// The step's id.
    pub step: String,
    /// What the learner wrote, which need not be a program that can be run.
    pub program: Program,
    /// The only test to run, as in `ping.2`, or none for all. Such a run passes no step.
    #[serde(default)]
    pub test: Option<String>,
    /// Whether that test is recorded, line by line, which makes the program slower.
    #[serde(default)]
    pub record: bool,
    /// The seed to repeat, or none for a fresh one.
    #[serde(default)]
    pub seed: Option<String>,
    /// A random name that the browser gave itself, 1 to 40 of a-z, 0-9 and -. It tells apart the
    /// clients at one address, which share that address's time; a newer run replaces the one that
    /// waits under the same name. None: no other run replaces this one, and no queue position is
    /// sent, so that a refusal after waiting has an HTTP status.
    #[serde(default)]
    pub client: Option<String>,
}

/// Seconds without an event after which the response has an empty line: the connection lives.
pub const HEARTBEAT_S: u32 = 5;

/// One line of a run's stream. A stream without `Finished` or `Interrupted` was cut off on the way;
/// only `LineFound` follows `Finished`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum RunEvent {
    /// The run waits in the queue; sent again whenever its position changes.
    Queued {
        /// Runs before this one, and this one: 1 is next.
        position: u32,
    },
    /// The run began.
    Started {
        /// The seed of the random values.
        seed: Seed,
        /// The tests of its step and of those before, step by step.
        steps: Vec<PlannedStep>,
        /// The only one of them that it makes, where one was asked for.
        #[serde(default)]
        only: Option<TestId>,
    },
    /// A test began.
    TestStarted {
        /// The test's id.
        id: TestId,
    },
    /// The program wrote something.
    Output {
        /// What it wrote on one stream, one after the other.
        chunk: OutputChunk,
    },
    /// A test ended.
    TestFinished {
        /// The test's result; where the report's differs, that one holds.
        result: Box<TestResult>,
    },
    /// The only test of the run, recorded, after its result.
    Recorded {
        /// What the program recorded.
        recording: Box<Recording>,
    },
    /// The run ended with a verdict.
    Finished {
        /// All results of the run.
        report: Box<Report>,
    },
    /// After the verdict: which line decided on a test's wrong reply.
    LineFound {
        /// The test with the wrong reply.
        id: TestId,
        /// The deciding line, from 1.
        line: u32,
    },
    /// The run ended without a verdict, for no fault of the program.
    Interrupted {
        /// Why there is no verdict.
        error: RunError,
    },
}
