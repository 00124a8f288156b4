//! The run on screen: a fold of its events.

use std::collections::BTreeMap;

use protocol::{
    OutputChunk, PlannedStep, Report, RunError, RunEvent, Seed, StepId, TestId, TestResult,
};

/// What is known of one test while a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveTest<'run> {
    /// Its turn has not come.
    Waiting,
    /// It is under way.
    Running,
    /// It ended with this result.
    Ended(&'run TestResult),
    /// The run is for another test only.
    NotAsked,
}

/// The run on screen. Only [`LiveRun::apply`], [`LiveRun::begin_again`] and [`LiveRun::interrupt`] change it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveRun {
    /// The queue position while the run waits: 1 is next.
    pub position: Option<u32>,
    /// The seed, once the run began.
    pub seed: Option<Seed>,
    /// The plan, once the run began.
    pub steps: Vec<PlannedStep>,
    /// The only test of the plan that the run makes, where it does not make all.
    pub only: Option<TestId>,
    /// The test under way.
    pub running: Option<TestId>,
    /// The results of the tests that ended.
    pub results: BTreeMap<TestId, TestResult>,
    /// The program's output; from the report once there is one.
    pub output: Vec<OutputChunk>,
    /// The report, once there is one.
    pub report: Option<Report>,
    /// Why there will be no report, if there is none.
    pub error: Option<RunError>,
}

impl LiveRun {
    /// Folds one event into the run.
    pub fn apply(&mut self, event: RunEvent) {
        match event {
            RunEvent::Queued { position } => self.position = Some(position),
            RunEvent::Started { seed, steps, only } => {
                self.position = None;
                self.seed = Some(seed);
                self.steps = steps;
                self.only = only;
            }
            RunEvent::TestStarted { id } => self.running = Some(id),
            RunEvent::Output { chunk } => self.push_output(chunk),
            RunEvent::TestFinished { result } => {
                self.running = None;
                self.results.insert(result.id.clone(), *result);
            }
            // Shown by itself.
            RunEvent::Recorded { .. } => {}
            RunEvent::Finished { report } => {
                self.running = None;
                for result in report.steps.iter().flat_map(|step| &step.tests) {
                    self.results.insert(result.id.clone(), result.clone());
                }
                self.only = report.only().map(|test| test.id.clone());
                self.output.clone_from(&report.output.chunks);
                self.report = Some(*report);
            }
            RunEvent::LineFound { id, line } => {
                if let Some(result) = self.results.get_mut(&id) {
                    result.name_line(line);
                }
                if let Some(report) = &mut self.report {
                    report.name_line(&id, line);
                }
            }
            RunEvent::Interrupted { error } => self.interrupt(error),
        }
    }

    /// The run was lost and is asked for again: nothing of the first one stands beside the second.
    pub fn begin_again(&mut self) {
        *self = Self {
            only: self.only.take(),
            ..Self::default()
        };
    }

    /// Ends the run without a report, unless it has one already.
    pub fn interrupt(&mut self, error: RunError) {
        if self.report.is_none() {
            self.position = None;
            self.running = None;
            self.error = Some(error);
        }
    }

    /// Whether there is a report or an error, after which no event comes.
    pub fn is_finished(&self) -> bool {
        self.report.is_some() || self.error.is_some()
    }

    /// What is known of a test.
    pub fn test(&self, id: &TestId) -> LiveTest<'_> {
        match self.results.get(id) {
            Some(result) => LiveTest::Ended(result),
            None if self.running.as_ref() == Some(id) => LiveTest::Running,
            None if !self.is_asked(id) => LiveTest::NotAsked,
            None => LiveTest::Waiting,
        }
    }

    /// Whether the run includes this test.
    pub fn is_asked(&self, id: &TestId) -> bool {
        self.only.as_ref().is_none_or(|only| only == id)
    }

    /// The tests of one step, once the run began.
    pub fn planned_step(&self, step: &StepId) -> Option<&PlannedStep> {
        self.steps.iter().find(|planned| planned.step == *step)
    }

    /// How many tests the run includes.
    pub fn total(&self) -> usize {
        self.planned()
            .filter(|test| self.is_asked(&test.id))
            .count()
    }

    /// The seed, from the plan or the report, once it is known.
    pub fn known_seed(&self) -> Option<Seed> {
        self.seed.or(self.report.as_ref().map(|report| report.seed))
    }

    fn push_output(&mut self, chunk: OutputChunk) {
        match self.output.last_mut() {
            Some(last)
                if last.stream == chunk.stream
                    && last.launch == chunk.launch
                    && last.test == chunk.test =>
            {
                last.text.push_str(&chunk.text);
            }
            _ => self.output.push(chunk),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{OutputStream, PlannedTest, StepId};

    fn chunk(text: &str) -> RunEvent {
        RunEvent::Output {
            chunk: OutputChunk {
                launch: 1,
                test: None,
                stream: OutputStream::Stdout,
                text: text.to_owned(),
            },
        }
    }

    #[test]
    fn a_test_waits_then_runs() {
        let step = StepId::parse("ping").unwrap();
        let id = TestId::new(step.clone(), 1);
        let mut run = LiveRun::default();
        run.apply(RunEvent::Queued { position: 2 });
        run.apply(RunEvent::Started {
            seed: Seed::new(1),
            steps: vec![PlannedStep {
                step,
                title: "PING".to_owned(),
                tests: vec![PlannedTest {
                    id: id.clone(),
                    name: "answers".to_owned(),
                }],
            }],
            only: None,
        });
        assert_eq!((run.position, run.total()), (None, 1));
        assert_eq!(run.test(&id), LiveTest::Waiting);
        run.apply(RunEvent::TestStarted { id: id.clone() });
        assert_eq!(run.test(&id), LiveTest::Running);
        assert!(!run.is_finished());
    }

    #[test]
    fn a_run_of_one_test_leaves_the_others_alone() {
        let step = StepId::parse("ping").unwrap();
        let [one, other] = [1, 2].map(|number| TestId::new(step.clone(), number));
        let tests = [&one, &other].map(|id| PlannedTest {
            id: id.clone(),
            name: String::new(),
        });
        let mut run = LiveRun::default();
        run.apply(RunEvent::Started {
            seed: Seed::new(1),
            steps: vec![PlannedStep {
                step,
                title: String::new(),
                tests: tests.to_vec(),
            }],
            only: Some(other.clone()),
        });
        assert_eq!(run.total(), 1);
        assert_eq!(run.test(&one), LiveTest::NotAsked);
        assert_eq!(run.test(&other), LiveTest::Waiting);
    }

    #[test]
    fn output_of_one_stream_is_joined() {
        let mut run = LiveRun::default();
        run.apply(chunk("a"));
        run.apply(chunk("b\n"));
        assert_eq!(run.output.len(), 1);
        assert_eq!(run.output[0].text, "ab\n");
    }

    #[test]
    fn nothing_is_left_of_a_run_that_is_asked_for_again_but_what_it_is_for() {
        let id = TestId::new(StepId::parse("ping").unwrap(), 1);
        let asked = LiveRun {
            only: Some(id.clone()),
            ..LiveRun::default()
        };
        let mut run = asked.clone();
        run.apply(RunEvent::Started {
            seed: Seed::new(1),
            steps: Vec::new(),
            only: Some(id.clone()),
        });
        run.apply(chunk("a"));
        run.apply(RunEvent::TestStarted { id });
        run.begin_again();
        assert_eq!(run, asked);
    }

    #[test]
    fn an_interruption_ends_the_run_and_keeps_what_came() {
        let mut run = LiveRun::default();
        run.apply(chunk("a"));
        run.apply(RunEvent::Interrupted {
            error: RunError::Broken,
        });
        assert!(run.is_finished());
        assert_eq!(run.output.len(), 1);
    }
}
