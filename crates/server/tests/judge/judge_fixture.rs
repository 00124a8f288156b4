//! A sandbox and a course for the tests, each test with an owner's name of its own.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use app::judge::{Assignment, QueueUpdates, judge};
use curriculum::Course;
use futures::stream::{self, Stream, StreamExt};
use protocol::{
    Program, Recording, Report, RunEvent, RunnableProgram, Seed, StepId, TestId, TestResult,
};
use sandbox::{ClientId, Pool, SandboxSettings};
use tokio::sync::{Mutex, MutexGuard};

/// One sandbox runs at a time, so that no test takes the machine from another.
static SERIAL: Mutex<()> = Mutex::const_new(());

/// So many programs are judged at a time where there are many: most wrong ones are waited for.
const AT_ONCE: u32 = 3;

static CLIENTS: AtomicU32 = AtomicU32::new(0);

pub(crate) struct JudgeFixture {
    pool: Pool,
    course: Arc<Course>,
    _serial_guard: MutexGuard<'static, ()>,
}

/// The root of the repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The folder with the tests' programs of a kind.
pub(crate) fn programs(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(kind)
}

/// The folder with the programs of a step's recognised mistakes.
pub(crate) fn mistakes(step: &str) -> PathBuf {
    repository().join(format!("curriculum/redis/{step}/mistakes"))
}

/// Keeps all other sandboxes waiting while it is held; for tests that start processes.
pub(crate) async fn serial_guard() -> MutexGuard<'static, ()> {
    SERIAL.lock().await
}

/// The program `codealong`, set up for this checkout, with containers of the test's name.
pub(crate) fn codealong(name: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codealong"));
    command
        .env("CODEALONG_IMAGE_FOLDER", repository().join("runner-image"))
        .env("CODEALONG_CURRICULUM", repository().join("curriculum"))
        .env("CODEALONG_OWNER", format!("test-{name}"));
    command
}

/// A test that fails by our own fault prints the log, which names it.
fn log_our_failures() {
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_ansi(false)
        .with_test_writer();
    // The first test of the process sets it up for all.
    let _ = log.try_init();
}

impl JudgeFixture {
    /// The course of a folder, and a sandbox whose containers have the test's name.
    pub(crate) async fn open(course: &Path, name: &str) -> Self {
        let guard = serial_guard().await;
        log_our_failures();
        let pool = Pool::start(SandboxSettings {
            owner: format!("test-{name}-{}", std::process::id()),
            image_folder: repository().join("runner-image"),
            running_max: AT_ONCE,
            warm: 2,
            ..SandboxSettings::default()
        })
        .unwrap();
        pool.ready().await.unwrap();
        let course = Course::load(course).unwrap_or_else(|problems| panic!("{problems}"));
        Self {
            pool,
            course: Arc::new(course),
            _serial_guard: guard,
        }
    }

    pub(crate) async fn redis(name: &str) -> Self {
        Self::open(&repository().join("curriculum/redis"), name).await
    }

    fn assignment(&self, step: &StepId, program: &str, seed: u32) -> Assignment {
        Assignment {
            course: Arc::clone(&self.course),
            step: step.clone(),
            program: RunnableProgram::parse(Program::of_one_file(program)).unwrap(),
            seed: Seed::new(seed),
            only: None,
            record: false,
        }
    }

    async fn run(&self, assignment: Assignment) -> Pin<Box<dyn Stream<Item = RunEvent> + Send>> {
        // A client's next run would replace its one that waits: each run has a client of its own.
        let client = ClientId::new(&format!("test-{}", CLIENTS.fetch_add(1, Ordering::Relaxed)));
        let events = judge(&self.pool, assignment, client, QueueUpdates::Omit);
        Box::pin(events.await.unwrap())
    }

    /// One test, made alone and recorded: how it ended, what was recorded, and how long it took.
    pub(crate) async fn record(
        &self,
        test: &TestId,
        program: &str,
        seed: u32,
    ) -> (TestResult, Recording, Duration) {
        let begin = Instant::now();
        let mut events = self
            .run(Assignment {
                only: Some(test.clone()),
                record: true,
                ..self.assignment(test.step(), program, seed)
            })
            .await;
        let (mut result, mut recording, mut took) = (None, None, None);
        while let Some(event) = events.next().await {
            match event {
                RunEvent::TestFinished { result: it } => result = Some(*it),
                RunEvent::Recorded { recording: it } => {
                    took = Some(begin.elapsed());
                    recording = Some(*it);
                }
                RunEvent::Interrupted { error } => panic!("our own failure: {error}"),
                _ => {}
            }
        }
        (
            result.expect("a run has its test's result"),
            recording.expect("a recording was asked for"),
            took.unwrap(),
        )
    }

    pub(crate) async fn judge(&self, step: &StepId, program: &str, seed: u32) -> Report {
        let mut events = self.run(self.assignment(step, program, seed)).await;
        let mut finished = None;
        while let Some(event) = events.next().await {
            match event {
                RunEvent::Finished { report } => finished = Some(*report),
                RunEvent::LineFound { id, line } => finished
                    .as_mut()
                    .expect("no line comes before the report")
                    .name_line(&id, line),
                RunEvent::Interrupted { error } => panic!("our own failure: {error}"),
                _ => {}
            }
        }
        finished.expect("the run ended without a report")
    }

    /// Judges programs of steps, several at a time; the reports come in the programs' order, each
    /// with what came with its program.
    pub(crate) fn judge_each<T>(
        &self,
        programs: impl IntoIterator<Item = (StepId, String, T)>,
    ) -> impl Stream<Item = (T, Report)> {
        stream::iter(programs)
            .map(move |(step, program, about)| async move {
                let report = self.judge(&step, &program, 7).await;
                (about, report)
            })
            .buffered(AT_ONCE as usize)
    }

    pub(crate) async fn close(self) {
        self.pool.stop().await;
    }
}

/// The Python programs of a folder, by name.
pub(crate) fn python_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "py"))
        .collect();
    files.sort();
    files
}
