//! A sandbox and a course for the command line.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use app::judge::{Assignment, QueueUpdates, job_of, judge};
use curriculum::{Course, Curriculum};
use futures::StreamExt;
use protocol::{CourseId, Report, RunError, RunEvent, RunnableProgram, Seed, StepId};
use sandbox::{ClientId, JobEvent, JobReport, Pool, StopOutcome};

use crate::ServerSettings;

const REST_MAX: Duration = Duration::from_secs(20);
const REST_STEP: Duration = Duration::from_millis(5);
const CLEARING_UP: Duration = Duration::from_millis(100);

/// A running sandbox.
pub(crate) struct LocalJudge {
    pool: Pool,
    at_once: usize,
    runs: AtomicU32,
}

impl LocalJudge {
    /// Starts the sandbox and waits until it serves.
    pub(crate) async fn open(settings: &ServerSettings) -> anyhow::Result<Self> {
        log_to_stderr();
        let mut sandbox = settings.sandbox.clone();
        // Not a server's owner: on one engine, neither sweeps the other's containers.
        sandbox.owner = sandbox.owner_with(&format!("-command-{}", std::process::id()), 0);
        let at_once = usize::try_from(sandbox.running_max)?;
        let pool = Pool::start(sandbox)?;
        pool.ready().await.context("the sandbox can't be used")?;
        Ok(Self {
            pool,
            at_once,
            runs: AtomicU32::new(0),
        })
    }

    /// How many programs it judges at the same time; one more waits.
    pub(crate) fn at_once(&self) -> usize {
        self.at_once
    }

    /// Judges one program.
    pub(crate) async fn judge(
        &self,
        course: &Arc<Course>,
        step: &StepId,
        program: RunnableProgram,
        seed: Seed,
    ) -> Result<Report, RunError> {
        let assignment = assignment(course, step, program, seed);
        let client = self.next_client();
        let mut events = Box::pin(judge(&self.pool, assignment, client, QueueUpdates::Omit).await?);
        let mut finished = Err(RunError::Broken);
        while let Some(event) = events.next().await {
            match event {
                RunEvent::Finished { report } => finished = Ok(*report),
                RunEvent::LineFound { id, line } => {
                    if let Ok(report) = &mut finished {
                        report.name_line(&id, line);
                    }
                }
                RunEvent::Interrupted { error } => return Err(error),
                _ => {}
            }
        }
        finished
    }

    /// Judges one program, and tells what the run cost besides.
    pub(crate) async fn run(
        &self,
        course: &Arc<Course>,
        step: &StepId,
        program: RunnableProgram,
        seed: Seed,
    ) -> Result<JobReport, RunError> {
        let job = job_of(&assignment(course, step, program, seed))?;
        let mut events = Box::pin(self.pool.run(job, self.next_client()));
        while let Some(event) = events.next().await {
            match event {
                Ok(JobEvent::Finished(report)) => return Ok(*report),
                Ok(_) => {}
                Err(error) => return Err(error.run_error()),
            }
        }
        Err(RunError::Broken)
    }

    /// Waits until no run goes on and no container is made, or for so long that something else must be
    /// wrong: the engine's work is no part of a run that is measured.
    pub(crate) async fn rest(&self) {
        let begin = Instant::now();
        while begin.elapsed() < REST_MAX {
            let status = self.pool.status();
            if status.creating + status.running + status.queued == 0 {
                break;
            }
            tokio::time::sleep(REST_STEP).await;
        }
        // What the engine has said that it did, it clears up afterwards.
        tokio::time::sleep(CLEARING_UP).await;
    }

    /// A client's next run would replace its one that waits: each run has a client of its own.
    fn next_client(&self) -> ClientId {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        ClientId::new(&format!("command-line-{number}"))
    }

    /// Removes every container.
    pub(crate) async fn close(self) {
        if let StopOutcome::PerhapsSome { reason } = self.pool.stop().await {
            tracing::warn!(reason, "a container may be left: {reason}");
        }
    }
}

fn assignment(
    course: &Arc<Course>,
    step: &StepId,
    program: RunnableProgram,
    seed: Seed,
) -> Assignment {
    Assignment {
        course: Arc::clone(course),
        step: step.clone(),
        program,
        seed,
        only: None,
        record: false,
    }
}

/// Our own failures go in full to where an author sees them, and never among the reports.
fn log_to_stderr() {
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second command in one process keeps the first one's subscriber.
    let _ = log.try_init();
}

/// The course in a folder, or the one with this id in the settings' curriculum. An error where
/// there is none, or a course has problems.
pub fn find_course(settings: &ServerSettings, name_or_folder: &str) -> anyhow::Result<Arc<Course>> {
    let folder = Path::new(name_or_folder);
    if folder.join("course.toml").is_file() {
        return Course::load(folder)
            .map(Arc::new)
            .context("the course has problems");
    }
    let Ok(id) = CourseId::parse(name_or_folder) else {
        bail!("{name_or_folder:?} is neither a course's name nor a folder with a course.toml");
    };
    let curriculum = Curriculum::load(&settings.curriculum).context("the courses have problems")?;
    let found = curriculum.course(&id).cloned();
    found.with_context(|| {
        let names: Vec<String> = curriculum
            .courses()
            .iter()
            .map(|course| course.id.to_string())
            .collect();
        format!("there is no course {id}; there is {}", names.join(", "))
    })
}
