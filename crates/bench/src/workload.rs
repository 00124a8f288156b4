//! A learner's request: a program to be judged against a step.

use std::sync::Arc;

use anyhow::Context;
use app::judge::Assignment;
use axum::body::Body;
use axum::http::{Request, header};
use curriculum::{Course, Step};
use protocol::{Program, RunRequest, RunnableProgram, StepId};

/// The program that passes step 1.
pub(crate) const FOUR_LINES: &str = "import socket
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(('localhost', 6379))
server.listen(1)
";

/// The same for the references, which have no judge that waits for the program: its port stays open
/// until something connects. The extra line runs after what is measured.
pub(crate) const FOUR_LINES_THAT_STAY: &str = "import socket
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(('localhost', 6379))
server.listen(1)
__import__('signal').pause()
";

/// A program and the step that it is judged against.
#[derive(Debug, Clone)]
pub(crate) struct Workload {
    course: Arc<Course>,
    step: StepId,
    source: String,
}

impl Workload {
    /// The four lines, judged against the course's first step.
    pub(crate) fn four_lines(course: &Arc<Course>) -> anyhow::Result<Self> {
        let first = course.steps.first().context("the course has no step")?;
        Ok(Self {
            course: Arc::clone(course),
            step: first.id.clone(),
            source: FOUR_LINES.to_owned(),
        })
    }

    /// The last step's own solution, judged against every step.
    pub(crate) fn whole_course(course: &Arc<Course>) -> anyhow::Result<Self> {
        let last = course.steps.last().context("the course has no step")?;
        Ok(Self::solution(course, last))
    }

    /// A step's own solution, judged against the step and those before it.
    pub(crate) fn of_step(course: &Arc<Course>, name: &str) -> anyhow::Result<Self> {
        let found = course.steps.iter().find(|step| step.id.as_str() == name);
        let step = found.with_context(|| format!("the course has no step {name}"))?;
        Ok(Self::solution(course, step))
    }

    fn solution(course: &Arc<Course>, step: &Step) -> Self {
        Self {
            course: Arc::clone(course),
            step: step.id.clone(),
            source: step.solution.entry_text().to_owned(),
        }
    }

    pub(crate) fn step(&self) -> &StepId {
        &self.step
    }

    pub(crate) fn tests(&self) -> usize {
        let steps = self.course.steps_up_to(&self.step).unwrap_or_default();
        steps.iter().map(|step| step.tests.len()).sum()
    }

    /// The request of a browser with this name.
    pub(crate) fn request(&self, client: &str) -> anyhow::Result<Request<Body>> {
        Request::post("/api/run")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(self.body(client)?))
            .context("the request can't be made")
    }

    /// The body of that request.
    pub(crate) fn body(&self, client: &str) -> anyhow::Result<String> {
        let request = RunRequest {
            course: self.course.id.to_string(),
            step: self.step.to_string(),
            program: Program::of_one_file(self.source.clone()),
            test: None,
            record: false,
            seed: None,
            client: Some(client.to_owned()),
        };
        Ok(serde_json::json!({ "request": request }).to_string())
    }

    /// The same run for the pool, without HTTP.
    pub(crate) fn assignment(&self) -> anyhow::Result<Assignment> {
        Ok(Assignment {
            course: Arc::clone(&self.course),
            step: self.step.clone(),
            program: RunnableProgram::parse(Program::of_one_file(self.source.clone()))?,
            seed: app::state::seed_of(None)?,
            only: None,
            record: false,
        })
    }
}
