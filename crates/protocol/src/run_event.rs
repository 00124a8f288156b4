//! What a browser asks of a run and what a run says while it goes on.

use serde::{Deserialize, Serialize};

use crate::{OutputChunk, PlannedStep, Program, Report, RunError, Seed, TestId, TestResult};

/// What a run is asked for. The fields are not checked: the server parses each one and says which
/// is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRequest {
    /// The course's name.
    pub course: String,
    /// The step's name.
    pub step: String,
    /// The program.
    pub program: Program,
    /// The seed to repeat, or none for a fresh one.
    #[serde(default)]
    pub seed: Option<String>,
    /// A random name that the browser gave itself, 1 to 40 of a-z, 0-9 and -: learners behind one
    /// address take turns by it. None: the address counts, and no place in the queue is told, so
    /// that a refusal after waiting has an HTTP status.
    #[serde(default)]
    pub client: Option<String>,
}

/// One line of a run's stream. The last is `Finished` or `Interrupted`; a stream that ends
/// without either was cut off on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum RunEvent {
    /// The run waits for a place; sent again as the place moves.
    Queued {
        /// Runs before this one, and this one: 1 is next.
        position: u32,
    },
    /// The run has a place and will make these tests.
    Started {
        /// What the random values grow from.
        seed: Seed,
        /// The tests, step by step.
        steps: Vec<PlannedStep>,
    },
    /// A test began.
    TestStarted {
        /// Which.
        id: TestId,
    },
    /// The program wrote something.
    Output {
        /// What.
        chunk: OutputChunk,
    },
    /// A test ended.
    TestFinished {
        /// How.
        result: Box<TestResult>,
    },
    /// The run ended with a verdict.
    Finished {
        /// The whole.
        report: Box<Report>,
    },
    /// The run ended without a verdict, and not by the learner's doing.
    Interrupted {
        /// Why.
        error: RunError,
    },
}
