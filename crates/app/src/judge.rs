//! From a learner's program to its report: a course's tests, run in the sandbox.

use std::sync::Arc;

use curriculum::Course;
use futures::future;
use futures::stream::{self, Stream, StreamExt};
use protocol::{
    PlannedStep, Report, RunError, RunEvent, RunnableProgram, Seed, StepId, StepReport, TestId,
    TestResult,
};
use sandbox::{ClientId, Job, JobEvent, JobReport, JobStep, Pool};

mod adviser;

use adviser::Adviser;

/// A program to be judged.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The course whose tests judge it.
    pub course: Arc<Course>,
    /// The step of the course; the steps before it are judged too.
    pub step: StepId,
    pub program: RunnableProgram,
    /// The seed of the tests' random values.
    pub seed: Seed,
    /// The only test to run, one of the step's or of a step's before, or none for all.
    pub only: Option<TestId>,
    /// Whether that test is recorded.
    pub record: bool,
}

/// Whether a client that waits for a run receives its queue position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueUpdates {
    /// Every change, for a page that shows it: the response begins with the first position.
    Stream,
    /// None: the response begins with the run itself, so that a refusal after a wait still has an
    /// HTTP status.
    Omit,
}

/// Judges a program: the tests of its step and of all steps before it.
///
/// A refusal before the first event is the `Err`; the stream's last event is `Finished` or
/// `Interrupted`, but for lines that are found later. The sandbox logs each of its failures itself,
/// whether or not anyone reads the stream. Dropping the stream kills the run.
pub async fn judge(
    pool: &Pool,
    assignment: Assignment,
    client: ClientId,
    updates: QueueUpdates,
) -> Result<impl Stream<Item = RunEvent> + Send + use<>, RunError> {
    let job = job_of(&assignment)?;
    let mut events = Box::pin(pool.run(job, client));
    let first = loop {
        match events.next().await {
            Some(Ok(JobEvent::Queued { .. })) if updates == QueueUpdates::Omit => {}
            Some(Ok(event)) => break event,
            Some(Err(error)) => return Err(error.run_error()),
            None => return Err(RunError::Broken),
        }
    };
    let all = stream::iter([Ok(first)]).chain(events);
    let mut adviser = Adviser::new(
        Arc::clone(&assignment.course),
        assignment.program.entry_text(),
    );
    Ok(all.filter_map(move |event| {
        future::ready(match event {
            Ok(event) => assignment.run_event(event, &mut adviser),
            Err(error) => Some(RunEvent::Interrupted {
                error: error.run_error(),
            }),
        })
    }))
}

/// The sandbox's job that judges a program.
pub fn job_of(assignment: &Assignment) -> Result<Job, RunError> {
    let Assignment {
        course,
        step,
        program,
        seed,
        only,
        record,
    } = assignment;
    let steps = course
        .steps_up_to(step)
        .ok_or_else(|| RunError::UnknownStep {
            course: course.id.to_string(),
            step: step.to_string(),
        })?;
    let steps = steps.iter().map(|step| JobStep {
        step: step.id.clone(),
        source: step.tests_source.clone(),
        tests: step.tests_for(&assignment.step),
    });
    Ok(Job {
        seed: *seed,
        port: course.port,
        limit: Job::LIMIT,
        program: program.program().clone(),
        steps: steps.collect(),
        support: course.support.clone(),
        only: only.clone(),
        record: *record,
    })
}

impl Assignment {
    fn run_event(&self, event: JobEvent, adviser: &mut Adviser) -> Option<RunEvent> {
        Some(match event {
            JobEvent::Queued { position } => RunEvent::Queued { position },
            JobEvent::Started => RunEvent::Started {
                seed: self.seed,
                steps: self.plan(),
                only: self.only.clone(),
            },
            JobEvent::TestStarted(id) => {
                adviser.test_started();
                RunEvent::TestStarted { id }
            }
            JobEvent::Output(chunk) => {
                adviser.printed(&chunk);
                RunEvent::Output { chunk }
            }
            JobEvent::TestFinished(result) => RunEvent::TestFinished {
                result: Box::new(adviser.advise(*result)),
            },
            JobEvent::Recorded(recording) => RunEvent::Recorded { recording },
            JobEvent::Finished(report) => RunEvent::Finished {
                report: Box::new(self.report(*report, adviser)),
            },
            JobEvent::LineFound { id, line } if adviser.takes_line(&id) => {
                RunEvent::LineFound { id, line }
            }
            JobEvent::LineFound { .. } => return None,
        })
    }

    fn plan(&self) -> Vec<PlannedStep> {
        self.course.plan(&self.step).unwrap_or_default()
    }

    fn report(&self, job: JobReport, adviser: &mut Adviser) -> Report {
        let mut results = job
            .results
            .into_iter()
            .map(|result| adviser.advise(result))
            .collect::<Vec<_>>();
        let steps: Vec<StepReport> = self
            .plan()
            .into_iter()
            .map(|planned| {
                let tests = planned.tests.into_iter().map(|test| {
                    let found = results.iter().position(|result| result.id == test.id);
                    match found {
                        Some(at) => results.swap_remove(at),
                        None => TestResult::not_asked(test),
                    }
                });
                StepReport {
                    tests: tests.collect(),
                    step: planned.step,
                    title: planned.title,
                }
            })
            .collect();
        Report {
            course: self.course.id.clone(),
            step: self.step.clone(),
            program: self.program.program().clone(),
            seed: self.seed,
            verdict: Report::verdict_of(&self.step, &steps),
            steps,
            output: job.output,
            duration_us: job.duration_us,
        }
    }
}
