//! What a run is asked for and what it says: the words between the sandbox and its callers.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use protocol::{
    Outcome, OutputChunk, PlannedTest, Program, ProgramOutput, Seed, StepId, TestId, TestResult,
};

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
    /// The learner's program; its files are named as they are to be in `/code`.
    pub program: Program,
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

/// Whom a run belongs to, for fairness alone: one run in flight and one waiting for each, and time
/// that is shared out by address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientId {
    name: String,
    network: Option<IpAddr>,
}

impl ClientId {
    /// The client with this name, from an address of its own; what follows the 128th character
    /// does not count.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.chars().take(128).collect(),
            network: None,
        }
    }

    /// A client that no other is, for a request that bears no name. The space keeps it apart from
    /// every name that can be asked for.
    pub fn unnamed() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self::new(&format!("unnamed {}", NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// The same client, from an address that it may share with others. Of an IPv6 address the
    /// first half counts: one household has all of the other.
    #[must_use]
    pub fn at(self, address: IpAddr) -> Self {
        let network = match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let half = address.to_bits() >> 64 << 64;
                IpAddr::V6(Ipv6Addr::from_bits(half))
            }
        };
        Self {
            network: Some(network),
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

/// Those whose runs' time counts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Share<'client> {
    /// All at one address.
    Of(IpAddr),
    /// One client, whose address nobody knows.
    Own(&'client str),
}

/// What a run says while it goes on. The last event of a run that went well for *us* is
/// `Finished`, whatever became of the learner's program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEvent {
    /// The run waits for a place; said again as the place moves.
    Queued {
        /// Runs before this one, and this one: 1 is next.
        position: u32,
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
    /// The most memory that the learner's container had in use, where the kernel tells.
    pub memory_peak_bytes: Option<u64>,
    /// Processor time of the learner's container and of the judge's process, where the kernel tells.
    pub cpu_us: Option<u64>,
    /// Time in which the learner's container had used up its share of a processor, likewise.
    pub throttled_us: Option<u64>,
}

impl JobReport {
    /// Whether there are tests and all of them passed.
    pub fn is_passed(&self) -> bool {
        !self.results.is_empty() && self.results.iter().all(|result| result.outcome.is_passed())
    }

    /// Whether the program ran into a limit of the container's, or reached for its judge.
    pub(crate) fn hit_a_limit(&self) -> bool {
        self.results.iter().any(|result| {
            matches!(
                result.outcome,
                Outcome::TimedOut { .. }
                    | Outcome::OutOfMemory { .. }
                    | Outcome::TooManyProcesses { .. }
                    | Outcome::TooManySockets { .. }
                    | Outcome::Interfered { .. }
            )
        })
    }
}

/// Where a run's time went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    /// From the run asked for to a container at hand.
    pub waited_us: u32,
    /// From there to the whole job written.
    pub written_us: u32,
    /// From the job written to the judge's word that it begins.
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
