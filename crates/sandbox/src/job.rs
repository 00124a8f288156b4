//! What a run takes and what it yields: the types between the sandbox and its callers.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use protocol::{
    Outcome, OutputChunk, PlannedTest, Program, ProgramOutput, Recording, Seed, StepId, TestId,
    TestResult,
};

/// One run: a learner's files and the tests that judge them. The sandbox knows no courses: this is
/// all that a container gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// What the tests' random values grow from.
    pub seed: Seed,
    /// The TCP port that the tests connect to.
    pub port: u16,
    /// Wall clock from the written job to the last result.
    pub limit: Duration,
    /// The learner's program; its files have the names that they get in `/code`.
    pub program: Program,
    /// The steps to judge, in the course's order.
    pub steps: Vec<JobStep>,
    /// The Python modules that these tests may import, each one's source by its name: `model` is
    /// imported as `support.model`. The learner's container gets none of them.
    pub support: BTreeMap<String, String>,
    /// The only test to run, or none for all.
    pub only: Option<TestId>,
    /// Whether that test is recorded, line by line.
    pub record: bool,
}

impl Job {
    /// A run's limit by default.
    pub const LIMIT: Duration = Duration::from_secs(10);

    /// The run's tests, in the course's order.
    pub fn tests(&self) -> impl Iterator<Item = &PlannedTest> {
        self.steps.iter().flat_map(|step| &step.tests)
    }
}

/// The tests of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStep {
    /// The step's id.
    pub step: StepId,
    /// The text of its `tests.py`.
    pub source: String,
    /// The tests in that text, in order.
    pub tests: Vec<PlannedTest>,
}

/// Whom a run belongs to, for fairness alone: each client has one run in flight and one that waits,
/// and time is shared out by address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientId {
    name: String,
    network: Option<IpAddr>,
}

impl ClientId {
    /// The client with this name, at an address of its own; only the first 128 characters count.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.chars().take(128).collect(),
            network: None,
        }
    }

    /// A client that equals no other, for a request without a name. The space keeps it apart from
    /// every name that a request can carry.
    pub fn unnamed() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self::new(&format!("unnamed {}", NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// The same client, at an address that it may share with others; see [`network_of`].
    #[must_use]
    pub fn at(self, address: IpAddr) -> Self {
        Self {
            network: Some(network_of(address)),
            ..self
        }
    }

    /// Whom the client shares its time with: those at its address, or nobody.
    pub(crate) fn share(&self) -> Share<'_> {
        match self.network {
            Some(network) => Share::Of(network),
            None => Share::Own(&self.name),
        }
    }
}

/// What counts as one address: of IPv6 the first half, as one household has all of the other.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let half = address.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(half))
        }
    }
}

/// Clients whose runs' time counts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Share<'client> {
    /// All at one address.
    Of(IpAddr),
    /// One client, whose address is unknown.
    Own(&'client str),
}

/// What happens in a run. A run that went well for *us* has a `Finished`, whatever became of the
/// learner's program; only `LineFound` follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEvent {
    /// The run waits for a slot; sent again when its position changes.
    Queued {
        /// Runs before this one, and this one: 1 is next.
        position: u32,
    },
    /// The judge has the job and begins.
    Started,
    /// A test began.
    TestStarted(TestId),
    /// The program wrote something.
    Output(OutputChunk),
    /// A test ended. Only the report is final: a run that breaks off badly takes its passes back.
    TestFinished(Box<TestResult>),
    /// The only test of the run, recorded; a program can write anything into it.
    Recorded(Box<Recording>),
    /// The run ended.
    Finished(Box<JobReport>),
    /// After that: the line that decided on a test's wrong reply.
    LineFound {
        /// The test with the wrong reply.
        id: TestId,
        /// The deciding line, from 1.
        line: u32,
    },
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobReport {
    /// One result for each test that the job asks for, in its order.
    pub results: Vec<TestResult>,
    /// The program's output, within bounds.
    pub output: ProgramOutput,
    /// From the written job to the last result.
    pub duration_us: u32,
    /// Where the time went.
    pub timings: Timings,
    /// Peak memory of the learner's container, where the kernel reports it.
    pub memory_peak_bytes: Option<u64>,
    /// Processor time of the learner's container and of the judge's process, where reported.
    pub cpu_us: Option<u64>,
    /// Time in which the learner's container had used up its processor share, where reported.
    pub throttled_us: Option<u64>,
}

impl JobReport {
    /// Whether there are tests and all of them passed.
    pub fn is_passed(&self) -> bool {
        !self.results.is_empty() && self.results.iter().all(|result| result.outcome.is_passed())
    }

    /// Whether the program hit a limit of its container, or attacked its judge.
    pub(crate) fn hit_a_limit(&self) -> bool {
        self.results.iter().any(|result| is_limit(&result.outcome))
    }
}

/// Whether a program ended so by a limit of its container, or by an attack on its judge.
pub(crate) fn is_limit(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::TimedOut { .. }
            | Outcome::OutOfMemory { .. }
            | Outcome::TooManyProcesses { .. }
            | Outcome::TooManySockets { .. }
            | Outcome::Interfered { .. }
    )
}

/// Where a run's time went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    /// From the request to a lane.
    pub waited_us: u32,
    /// From there to the whole job written.
    pub written_us: u32,
    /// From the job written to the judge's `started`.
    pub started_us: u32,
    /// From the job written to the last test's result.
    pub judged_us: u32,
    /// From the job written to the judge's summary.
    pub finished_us: u32,
    /// The first start of the learner's program, as the judge measured it.
    pub launch_us: Option<u32>,
    /// From that start to its first accepted connection, where there was one.
    pub listen_us: Option<u32>,
    /// How many times the program was started.
    pub launches: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_unnamed_clients_are_one() {
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let [one, other] = [ClientId::unnamed(), ClientId::unnamed()].map(|it| it.at(address));
        assert_ne!(one, other);
        assert_eq!(one.share(), other.share());
    }

    #[test]
    fn who_shares_an_address_shares_turns() {
        let at = |name: &str, address: &str| ClientId::new(name).at(address.parse().unwrap());
        let share = |a: &ClientId, b: &ClientId| a.share() == b.share();
        let one = at("one", "192.0.2.1");
        assert!(share(&one, &at("other", "192.0.2.1")));
        assert!(share(&one, &at("other", "::ffff:192.0.2.1")));
        assert!(!share(&one, &at("one", "192.0.2.2")));
        let sixth = at("one", "2001:db8:1:2::1");
        assert!(share(&sixth, &at("one", "2001:db8:1:2:ffff::")));
        assert!(!share(&sixth, &at("one", "2001:db8:1:3::1")));
        let unknown = ClientId::new("one");
        assert!(share(&unknown, &ClientId::new("one")));
        assert!(!share(&unknown, &ClientId::new("other")));
        assert!(!share(&unknown, &one));
    }
}
