//! What a run found: the plan it makes, each test's result, and the whole.

use serde::{Deserialize, Serialize};

use crate::{CourseId, Exchange, Outcome, Seed, SourceSpan, StepId, TestId};

/// A test that a run will make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTest {
    /// Which.
    pub id: TestId,
    /// Its line in the checklist.
    pub name: String,
}

/// The tests of one step that a run will make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Which step.
    pub step: StepId,
    /// The step's title.
    pub title: String,
    /// Its tests, in order.
    pub tests: Vec<PlannedTest>,
}

/// A mistake that the course's author foresaw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecognisedMistake {
    /// The mistake's name in `step.toml`.
    pub id: String,
    /// What the author says of it; Markdown's inline code marks are the only markup.
    pub message: String,
}

/// How one test ended, with all that explains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// Which test.
    pub id: TestId,
    /// Its line in the checklist.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The outcome as a sentence for the learner; empty where the test passed.
    pub message: String,
    /// The mistake that the author foresaw, where this is one.
    pub mistake: Option<RecognisedMistake>,
    /// The learner's line to look at, where it is known.
    pub span: Option<SourceSpan>,
    /// What passed between the clients and the program, in order.
    pub exchanges: Vec<Exchange>,
    /// How long the test took.
    pub duration_us: u32,
}

/// The results of one step's tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// Which step.
    pub step: StepId,
    /// The step's title.
    pub title: String,
    /// Its tests' results, in order.
    pub tests: Vec<TestResult>,
}

impl StepReport {
    /// How many tests passed.
    pub fn passed(&self) -> usize {
        let passed = |test: &&TestResult| test.outcome.is_passed();
        self.tests.iter().filter(passed).count()
    }

    /// Whether all tests passed.
    pub fn is_passed(&self) -> bool {
        self.passed() == self.tests.len()
    }
}

/// Where a program wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What a program wrote, in one piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputChunk {
    /// Which start of the program wrote it, from 1: a run starts the program anew after a failure.
    pub launch: u16,
    /// Where it was written.
    pub stream: OutputStream,
    /// The text; bytes that are not UTF-8 stand as U+FFFD.
    pub text: String,
}

/// All that a program wrote in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramOutput {
    /// What was kept, in order.
    pub chunks: Vec<OutputChunk>,
    /// Bytes that were dropped because there were too many.
    pub dropped_bytes: u64,
}

/// The run in one word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Verdict {
    /// Every planned test passed.
    Passed,
    /// At least one did not.
    Failed {
        /// The earliest step with a test that did not pass.
        earliest_broken: StepId,
    },
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The course.
    pub course: CourseId,
    /// The step that the run was for; the steps before it are judged too.
    pub step: StepId,
    /// What the random values grew from.
    pub seed: Seed,
    /// The run in one word.
    pub verdict: Verdict,
    /// The results, step by step in the course's order.
    pub steps: Vec<StepReport>,
    /// What the program wrote.
    pub output: ProgramOutput,
    /// From the job written to the last result, without waiting for a place.
    pub duration_us: u32,
}

impl Report {
    /// The verdict over `steps`: a pass needs every test of every step passed, and at least one.
    pub fn verdict_of(step: &StepId, steps: &[StepReport]) -> Verdict {
        let broken = steps.iter().find(|step| !step.is_passed());
        match broken {
            Some(broken) => Verdict::Failed {
                earliest_broken: broken.step.clone(),
            },
            None if steps.iter().all(|step| step.tests.is_empty()) => Verdict::Failed {
                earliest_broken: step.clone(),
            },
            None => Verdict::Passed,
        }
    }

    /// How many tests there were.
    pub fn total(&self) -> usize {
        self.steps.iter().map(|step| step.tests.len()).sum()
    }

    /// How many tests passed.
    pub fn passed(&self) -> usize {
        self.steps.iter().map(StepReport::passed).sum()
    }

    /// The first test that did not pass, in the earliest broken step.
    pub fn first_broken(&self) -> Option<&TestResult> {
        self.steps
            .iter()
            .flat_map(|step| &step.tests)
            .find(|test| !test.outcome.is_passed())
    }

    /// The verdict as a headline.
    pub fn headline(&self) -> String {
        let (passed, total) = (self.passed(), self.total());
        match self.verdict {
            Verdict::Passed if total == 1 => "The test passed".to_owned(),
            Verdict::Passed => format!("All {total} tests passed"),
            Verdict::Failed { .. } => format!("{} of {total} tests failed", total - passed),
        }
    }
}
