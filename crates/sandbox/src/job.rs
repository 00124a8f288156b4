//! What a run is asked for and what it says: the words between the sandbox and its callers.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use lesson::{OutputChunk, PlannedTest, ProgramOutput, Seed, StepId, TestId, TestResult};

/// One run: a learner's files and the tests that judge them. The sandbox knows no courses; what
/// stands here is all that a container gets to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// What the tests' random values grow from.
    pub seed: Seed,
    /// The port that the tests speak to.
    pub port: u16,
    /// Wall clock from the job written to the last result.
    pub limit: Duration,
    /// The learner's files by name; `main.py` is the one that is started.
    pub files: BTreeMap<String, String>,
    /// The steps that are judged, in the course's order.
    pub steps: Vec<JobStep>,
}

impl Job {
    /// A run's limit where nothing says otherwise.
    pub const LIMIT: Duration = Duration::from_secs(10);

    /// The tests that the run makes, in order.
    pub fn tests(&self) -> impl Iterator<Item = &PlannedTest> {
        self.steps.iter().flat_map(|step| &step.tests)
    }
}

/// The tests of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStep {
    /// Which step.
    pub step: StepId,
    /// The text of its `tests.py`.
    pub source: String,
    /// The tests that the text holds, in order.
    pub tests: Vec<PlannedTest>,
}

/// Whom a run belongs to, for fairness alone: one run in flight and one waiting for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(String);

impl ClientId {
    /// The client with this name; what follows the 128th character does not count.
    pub fn new(name: &str) -> Self {
        Self(name.chars().take(128).collect())
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a run says while it goes on. The last event of a run that went well for *us* is
/// `Finished`, whatever became of the learner's program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEvent {
    /// The run waits for a place; said again as the place moves.
    Queued {
        /// Runs before this one, and this one: 1 is next.
        place: u32,
    },
    /// The container has the job and begins.
    Started,
    /// A test began.
    TestStarted(TestId),
    /// The program wrote something.
    Output(OutputChunk),
    /// A test ended. What the report says of it later holds: a run that breaks off badly takes
    /// its passes back.
    TestFinished(Box<TestResult>),
    /// The run ended.
    Finished(Box<JobReport>),
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobReport {
    /// One result for each test of the job, in its order.
    pub results: Vec<TestResult>,
    /// What the program wrote.
    pub output: ProgramOutput,
    /// From the job written to the last result.
    pub duration_us: u32,
    /// Where the time went.
    pub timings: Timings,
    /// The most memory that the container had in use, where the harness could tell.
    pub memory_peak_bytes: Option<u64>,
    /// Processor time of all that ran in the container for the run, where the harness could tell.
    pub cpu_us: Option<u64>,
    /// Time in which the container had used up its share of a processor, likewise.
    pub throttled_us: Option<u64>,
}

impl JobReport {
    /// Whether there are tests and all of them passed.
    pub fn is_passed(&self) -> bool {
        !self.results.is_empty() && self.results.iter().all(|result| result.outcome.is_passed())
    }
}

/// Where a run's time went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    /// From the run asked for to a container at hand.
    pub waited_us: u32,
    /// From there to the whole job written.
    pub written_us: u32,
    /// From the job written to the harness's word that it begins.
    pub started_us: u32,
    /// From the job written to the last test's result.
    pub judged_us: u32,
    /// From the job written to the harness's last word.
    pub finished_us: u32,
    /// The first start of the learner's program, as the harness measured it.
    pub launch_us: Option<u32>,
    /// From that start to its first accepted connection, where there was one.
    pub listen_us: Option<u32>,
    /// How many times the program was started.
    pub launches: u16,
}
