//! A pool to try things on, and the verbs that the tests are written in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bollard::Docker;
use bollard::query_parameters::ListContainersOptions;
use futures::StreamExt;
use protocol::{PlannedTest, Program, Seed, StepId, TestId};
use sandbox::{
    ClientId, Job, JobEvent, JobReport, JobStep, JobStream, Pool, Role, SandboxError,
    SandboxSettings, StopOutcome,
};

/// The four lines that pass step 1.
pub(crate) const FOUR_LINES: &str = "import socket
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(('localhost', 6379))
server.listen(1)
";

/// A program that does some work while its clients wait, and then answers each of them.
pub(crate) fn answering_after(work: &str) -> String {
    format!(
        "import socket
server = socket.create_server(('localhost', 6379))
{work}
while True:
    client, _ = server.accept()
    client.recv(100)
    client.sendall(b'+DONE\\r\\n')
"
    )
}

/// A pool with an owner label of its own.
pub(crate) struct Lab {
    pub(crate) pool: Pool,
    pub(crate) owner: String,
}

impl Lab {
    /// A small pool: two runs at a time, an attack and an honest one beside it, and one lane that
    /// waits.
    pub(crate) async fn small() -> Self {
        Self::with(|settings| {
            settings.running_max = 2;
            settings.warm = 1;
            settings.lanes_max = 4;
        })
        .await
    }

    /// A pool with settings of the test's own, once it serves.
    pub(crate) async fn with(change: impl FnOnce(&mut SandboxSettings)) -> Self {
        let lab = Self::not_ready_yet(change);
        lab.pool.ready().await.expect("the pool serves");
        lab
    }

    /// A pool that has just been started.
    pub(crate) fn not_ready_yet(change: impl FnOnce(&mut SandboxSettings)) -> Self {
        log_where_asked_for();
        let mut settings = settings();
        change(&mut settings);
        let owner = settings.owner.clone();
        let pool = Pool::start(settings).expect("the settings can work");
        Self { pool, owner }
    }

    /// Runs a program against tests; the report, or our own fault.
    pub(crate) async fn try_judge(
        &self,
        program: &str,
        tests: &Tests,
    ) -> Result<JobReport, SandboxError> {
        let stream = self.pool.run(tests.job(program), a_client());
        report_of(stream).await
    }

    /// Runs a program against tests that must have a verdict.
    pub(crate) async fn judge(&self, program: &str, tests: &Tests) -> JobReport {
        let report = self.try_judge(program, tests).await;
        report.expect("the run has a verdict")
    }

    /// Asserts that the four lines pass, right now: the honest run beside an attacker's.
    pub(crate) async fn assert_honest_run_passes(&self) {
        let report = self.judge(FOUR_LINES, &Tests::of_listening()).await;
        assert!(report.is_passed(), "an honest run was harmed: {report:#?}");
    }

    /// Runs an attacker's program with an honest run beside it; the attacker's report.
    pub(crate) async fn attack(&self, program: &str, tests: &Tests) -> JobReport {
        let attack = self.judge(program, tests);
        let (report, ()) = tokio::join!(attack, self.assert_honest_run_passes());
        report
    }

    /// Stops the pool and asserts that nothing is left.
    pub(crate) async fn close(self) {
        assert_eq!(self.pool.stop().await, StopOutcome::Nothing);
        assert_no_container(&self.owner, Duration::from_secs(5)).await;
    }
}

/// Settings for a pool of the test's own.
pub(crate) fn settings() -> SandboxSettings {
    static OWNERS: AtomicU32 = AtomicU32::new(0);
    let number = OWNERS.fetch_add(1, Ordering::Relaxed);
    SandboxSettings {
        owner: format!("test-{}-{number}", std::process::id()),
        image_folder: image_folder(),
        // A machine busy with other tests is no reason to fail.
        wait_max: Duration::from_secs(60),
        ..SandboxSettings::default()
    }
}

/// The directory of the images.
pub(crate) fn image_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runner-image")
}

/// A client unlike any other.
pub(crate) fn a_client() -> ClientId {
    static CLIENTS: AtomicU32 = AtomicU32::new(0);
    let number = CLIENTS.fetch_add(1, Ordering::Relaxed);
    ClientId::new(&format!("client-{number}"))
}

/// A step's tests.
pub(crate) struct Tests {
    source: String,
    names: Vec<String>,
    limit: Duration,
}

impl Tests {
    /// The two tests of step 1.
    pub(crate) fn of_listening() -> Self {
        Self::new(&[
            ("listens on port 6379", "server.connect()"),
            (
                "lets a second client connect",
                "server.connect()\n    server.connect()",
            ),
        ])
    }

    /// Tests with these names and bodies; each has a program of its own.
    pub(crate) fn new(tests: &[(&str, &str)]) -> Self {
        let mut source = "from codealong import *\n".to_owned();
        for (name, body) in tests {
            source += &format!("\n@test({name:?}, fresh=True)\ndef _(server):\n    {body}\n");
        }
        Self {
            source,
            names: tests.iter().map(|(name, _)| (*name).to_owned()).collect(),
            limit: Job::LIMIT,
        }
    }

    /// One test that connects and stays a moment, so that a program's output arrives.
    pub(crate) fn that_listen_a_while() -> Self {
        Self::new(&[("connects", "server.connect().expect_nothing_more(200)")])
    }

    /// Tests that a program passes by answering in the end, each with a program of its own. Only a
    /// stalled machine takes that long. The pause afterwards lets its output arrive.
    pub(crate) fn that_wait_for_the_end(names: &[&str]) -> Self {
        let body = "client = server.connect()\n    client.send('END')\n    \
                    client.expect(simple('DONE'), within_ms=100_000)\n    \
                    client.expect_nothing_more(200)";
        let tests: Vec<(&str, &str)> = names.iter().map(|name| (*name, body)).collect();
        Self::new(&tests).within(Duration::from_secs(240))
    }

    /// The same tests with another limit.
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The job that judges a program by these tests.
    pub(crate) fn job(&self, program: &str) -> Job {
        let step = StepId::parse("listen").expect("a name");
        let planned = |(number, name): (u16, &String)| PlannedTest {
            id: TestId::new(step.clone(), number),
            name: name.clone(),
        };
        Job {
            seed: Seed::new(0x4f1c),
            port: 6379,
            limit: self.limit,
            program: Program::of_one_file(program),
            steps: vec![JobStep {
                step: step.clone(),
                source: self.source.clone(),
                tests: (1..).zip(&self.names).map(planned).collect(),
            }],
            support: BTreeMap::new(),
            only: None,
            record: false,
        }
    }
}

/// The kinds of a report's outcomes, in order.
pub(crate) fn kinds(report: &JobReport) -> Vec<&'static str> {
    let kind = |result: &protocol::TestResult| result.outcome.kind();
    report.results.iter().map(kind).collect()
}

/// What the program wrote, all streams together.
pub(crate) fn output(report: &JobReport) -> String {
    let chunks = report.output.chunks.iter();
    chunks.map(|chunk| chunk.text.as_str()).collect()
}

/// Reads a run's events to the end.
pub(crate) async fn report_of(mut stream: JobStream) -> Result<JobReport, SandboxError> {
    let mut report = None;
    while let Some(event) = stream.next().await {
        if let JobEvent::Finished(finished) = event? {
            report = Some(*finished);
        }
    }
    Ok(report.expect("a stream without an error ends with a report"))
}

/// The engine, seen from outside of the sandbox.
pub(crate) fn engine() -> Docker {
    Docker::connect_with_defaults().expect("an engine")
}

/// The names of an owner's containers, in any state.
pub(crate) async fn containers_of(owner: &str) -> Vec<String> {
    containers_on(&engine(), owner).await
}

/// The same on another engine.
pub(crate) async fn containers_on(engine: &Docker, owner: &str) -> Vec<String> {
    labelled(engine, vec![format!("codealong.owner={owner}")]).await
}

/// The names of an owner's containers of one role.
pub(crate) async fn containers_in_role(owner: &str, role: Role) -> Vec<String> {
    let role = format!("codealong.role={role:?}").to_lowercase();
    labelled(&engine(), vec![format!("codealong.owner={owner}"), role]).await
}

async fn labelled(engine: &Docker, labels: Vec<String>) -> Vec<String> {
    let options = ListContainersOptions {
        all: true,
        filters: Some([("label".to_owned(), labels)].into()),
        ..ListContainersOptions::default()
    };
    let listed = engine.list_containers(Some(options)).await;
    let listed = listed.expect("the engine lists containers").into_iter();
    let names = listed.filter_map(|container| container.names?.into_iter().next());
    names
        .map(|name| name.trim_start_matches('/').to_owned())
        .collect()
}

/// Asserts that an owner's last container goes away in time.
pub(crate) async fn assert_no_container(owner: &str, within: Duration) {
    let begin = Instant::now();
    loop {
        let left = containers_of(owner).await;
        if left.is_empty() {
            return;
        }
        assert!(begin.elapsed() < within, "left behind: {left:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until `holds` is true, and fails after `within`.
pub(crate) async fn until(what: &str, within: Duration, mut holds: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !holds().await {
        assert!(begin.elapsed() < within, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Whether the long forms of tests are asked for.
pub(crate) fn is_soak() -> bool {
    std::env::var_os("CODEALONG_SOAK").is_some()
}

fn log_where_asked_for() {
    if std::env::var_os("RUST_LOG").is_some() {
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let _already_set = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_test_writer()
            .try_init();
    }
}
