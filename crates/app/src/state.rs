//! What the server functions share: the courses and the sandbox.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Once, RwLock};

use axum::extract::ConnectInfo;
use curriculum::{Course, Curriculum, Fingerprint, Problems, Step};
use futures::Stream;
use leptos::prelude::use_context;
use protocol::{
    CourseId, CourseView, InvalidId, RunError, RunEvent, RunRequest, RunnableProgram, Seed,
    SessionRequest, Slug, SolutionView, StepId, StepView, TestId,
};
use sandbox::{ClientId, Pool, PoolStatus, Session, SessionJob, StopOutcome};

use crate::judge::{Assignment, QueueUpdates, judge};

/// The courses and the sandbox, shared by all requests.
#[derive(Debug, Clone)]
pub struct AppState {
    courses: Arc<Courses>,
    pool: Pool,
    warned_of_no_address: Arc<Once>,
}

/// Whether edits of course files show at the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// The courses stay as they were at the start.
    Never,
    /// The courses are read again when their files have changed.
    OnChange,
}

#[derive(Debug)]
struct Courses {
    folder: PathBuf,
    reload: Reload,
    loaded: RwLock<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    curriculum: Arc<Curriculum>,
    fingerprint: Option<Fingerprint>,
}

impl AppState {
    /// Loads the courses below `folder`, or returns all that is wrong with them.
    pub fn load(folder: PathBuf, reload: Reload, pool: Pool) -> Result<Self, Problems> {
        let fingerprint = Fingerprint::of(&folder).ok();
        let curriculum = Arc::new(Curriculum::load(&folder)?);
        let loaded = RwLock::new(Loaded {
            curriculum,
            fingerprint,
        });
        Ok(Self {
            courses: Arc::new(Courses {
                folder,
                reload,
                loaded,
            }),
            pool,
            warned_of_no_address: Arc::new(Once::new()),
        })
    }

    /// The current courses, read again first if their files have changed and [`Reload`] allows it.
    pub fn curriculum(&self) -> Arc<Curriculum> {
        self.courses.current()
    }

    /// Whether edits of course files show at the next request.
    pub fn reloads(&self) -> bool {
        self.courses.reload == Reload::OnChange
    }

    /// What the sandbox is doing.
    pub fn pool_status(&self) -> PoolStatus {
        self.pool.status()
    }

    /// Lets the runs in flight end and removes every container; returns what may be left.
    pub async fn stop(&self) -> StopOutcome {
        self.pool.stop().await
    }

    /// Every course, ordered by name.
    pub(crate) fn course_views(&self) -> Vec<CourseView> {
        let curriculum = self.curriculum();
        let courses = curriculum.courses().iter();
        courses.map(|course| course.view()).collect()
    }

    pub(crate) fn find_course(&self, course: &str) -> Result<Arc<Course>, RunError> {
        CourseId::parse(course)
            .ok()
            .and_then(|id| self.curriculum().course(&id).cloned())
            .ok_or_else(|| unknown(course, ""))
    }

    pub(crate) fn step_view(&self, course: &str, step: &str) -> Result<StepView, RunError> {
        self.with_step(course, step, |course, step| course.step_view(&step.id))?
            .ok_or_else(|| unknown(course, step))
    }

    pub(crate) fn hint_html(&self, course: &str, step: &str, rung: u8) -> Result<String, RunError> {
        let found = self.with_step(course, step, |_, step| {
            let index = usize::from(rung).checked_sub(1)?;
            step.hints.get(index).map(|hint| hint.html.clone())
        })?;
        found.ok_or_else(|| RunError::Malformed {
            detail: format!("the step {step:?} has no hint {rung}"),
        })
    }

    pub(crate) fn solution(&self, course: &str, step: &str) -> Result<SolutionView, RunError> {
        self.with_step(course, step, |_, step| SolutionView {
            source: step.solution.entry_text().to_owned(),
            explanation_html: step.explanation_html.clone(),
        })
    }

    /// Parses a request and starts its run.
    pub(crate) async fn run(
        &self,
        request: RunRequest,
        client: ClientId,
    ) -> Result<impl Stream<Item = RunEvent> + Send + use<>, RunError> {
        let curriculum = self.curriculum();
        let (course, step) = find_step(&curriculum, &request.course, &request.step)?;
        let only = request.test.as_deref();
        if request.record && only.is_none() {
            return Err(RunError::Malformed {
                detail: "a test is recorded alone: `test` is missing".to_owned(),
            });
        }
        let assignment = Assignment {
            course: Arc::clone(course),
            step: step.id.clone(),
            program: RunnableProgram::parse(request.program)?,
            seed: seed_of(request.seed.as_deref())?,
            only: only.map(|id| find_test(course, step, id)).transpose()?,
            record: request.record,
        };
        // A page names itself; a plain HTTP client does not, and wants a status.
        let updates = match request.client {
            Some(_) => QueueUpdates::Stream,
            None => QueueUpdates::Omit,
        };
        judge(&self.pool, assignment, client, updates).await
    }

    /// Parses a request and opens its session, for a page at this address.
    pub fn open_session(
        &self,
        request: SessionRequest,
        address: Option<IpAddr>,
    ) -> Result<Session, RunError> {
        let course = self.find_course(&request.course)?;
        let program = RunnableProgram::parse(request.program)?;
        let client = named(request.client.as_deref())?;
        let client = match address {
            Some(address) => client.at(address),
            None => client,
        };
        let job = SessionJob {
            port: course.port,
            program: program.program().clone(),
            idle_max: SessionJob::IDLE_MAX,
            length_max: SessionJob::LENGTH_MAX,
            processor_max: SessionJob::PROCESSOR_MAX,
        };
        Ok(self.pool.open_session(job, client))
    }

    /// Runs work without addresses, so nothing else would show that the queue has become unfair.
    /// Either all requests lack one or none does: one warning is enough.
    fn warn_of_no_address(&self) {
        self.warned_of_no_address.call_once(|| {
            tracing::warn!(
                "requests come without the address of their client: one machine with many names \
                 can take everybody's turns"
            );
        });
    }

    fn with_step<T>(
        &self,
        course: &str,
        step: &str,
        read: impl FnOnce(&Course, &Step) -> T,
    ) -> Result<T, RunError> {
        let curriculum = self.curriculum();
        let (course, step) = find_step(&curriculum, course, step)?;
        Ok(read(course, step))
    }
}

impl Courses {
    fn current(&self) -> Arc<Curriculum> {
        if self.reload == Reload::OnChange {
            self.refresh();
        }
        let loaded = self
            .loaded
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(&loaded.curriculum)
    }

    /// Reads the courses again if a file changed. Authors save half-finished edits: one that breaks
    /// a course is logged, and the last valid state is still served.
    fn refresh(&self) {
        let fingerprint = Fingerprint::of(&self.folder).ok();
        let mut loaded = self
            .loaded
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if loaded.fingerprint == fingerprint {
            return;
        }
        loaded.fingerprint = fingerprint;
        match Curriculum::load(&self.folder) {
            Ok(curriculum) => loaded.curriculum = Arc::new(curriculum),
            Err(problems) => {
                tracing::error!(%problems, "the courses have problems; the page shows the last good ones");
            }
        }
    }
}

fn find_step<'a>(
    curriculum: &'a Curriculum,
    course: &str,
    step: &str,
) -> Result<(&'a Arc<Course>, &'a Step), RunError> {
    let ids = CourseId::parse(course).ok().zip(StepId::parse(step).ok());
    ids.and_then(|(course, step)| curriculum.step(&course, &step))
        .ok_or_else(|| unknown(course, step))
}

/// A test of a step or of one before it.
fn find_test(course: &Course, step: &Step, id: &str) -> Result<TestId, RunError> {
    let plan = course.plan(&step.id).unwrap_or_default();
    let mut tests = plan.into_iter().flat_map(|step| step.tests);
    let found = tests.find(|test| test.id.to_string() == id);
    found
        .map(|test| test.id)
        .ok_or_else(|| RunError::UnknownTest {
            test: id.chars().take(80).collect(),
        })
}

fn unknown(course: &str, step: &str) -> RunError {
    let shortened = |text: &str| text.chars().take(80).collect();
    RunError::UnknownStep {
        course: shortened(course),
        step: shortened(step),
    }
}

/// The requested seed, or a fresh one.
pub fn seed_of(asked: Option<&str>) -> Result<Seed, RunError> {
    match asked {
        None => Ok(Seed::new(rand::random())),
        Some(text) => text.parse().map_err(malformed),
    }
}

/// The client of a request: the name that the browser gave itself, if any, at the address that the
/// request came from. All that a name does is tell apart those who share an address. A request
/// without one is a client of its own, whose run no other replaces.
pub(crate) fn client_of(name: Option<&str>) -> Result<ClientId, RunError> {
    let client = named(name)?;
    let address = use_context::<axum::http::request::Parts>()
        .and_then(|parts| parts.extensions.get::<ConnectInfo<SocketAddr>>().copied());
    match address {
        Some(ConnectInfo(address)) => Ok(client.at(address.ip())),
        None => {
            if let Some(state) = use_context::<AppState>() {
                state.warn_of_no_address();
            }
            Ok(client)
        }
    }
}

fn named(name: Option<&str>) -> Result<ClientId, RunError> {
    Ok(match name {
        Some(name) => ClientId::new(Slug::parse(name).map_err(malformed)?.as_str()),
        None => ClientId::unnamed(),
    })
}

fn malformed(error: InvalidId) -> RunError {
    RunError::Malformed {
        detail: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use sandbox::SandboxSettings;

    use super::*;

    #[tokio::test]
    async fn every_request_shares_one_course() {
        let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let pool = Pool::start(SandboxSettings {
            docker_host: "unix:///nowhere/docker.sock".to_owned(),
            image_folder: PathBuf::from(repository).join("runner-image"),
            ..SandboxSettings::default()
        });
        let folder = PathBuf::from(repository).join("curriculum");
        let state = AppState::load(folder, Reload::Never, pool.unwrap()).unwrap();
        let first = state.find_course("redis").unwrap();
        let second = state.clone().find_course("redis").unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        let curriculum = state.curriculum();
        let (of_run, _) = find_step(&curriculum, "redis", "ping").unwrap();
        assert!(Arc::ptr_eq(&first, of_run));
    }
}
