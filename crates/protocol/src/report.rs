//! Each test's result, and the report of the whole run.

use serde::{Deserialize, Serialize};

use crate::{
    CourseId, Exchange, Outcome, PROGRAM_FILE, PlannedTest, Program, Seed, SourceSpan, StepId,
    TestId,
};

/// A mistake that the course's author foresaw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecognisedMistake {
    /// The mistake's name in `step.toml`.
    pub id: String,
    /// The author's message; code between backticks is its only markup.
    pub message: String,
    /// The learner's line that makes the mistake, if the author's condition names one.
    #[serde(default)]
    pub line: Option<u32>,
}

/// How one test ended, with everything that explains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// The test's id.
    pub id: TestId,
    /// The test's name in the checklist.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The outcome as a sentence for the learner; empty where the test passed.
    pub message: String,
    /// The mistake that the author foresaw, if one is recognised.
    pub mistake: Option<RecognisedMistake>,
    /// The name of the first test that ended in the same way; then there is no mistake to tell.
    #[serde(default)]
    pub same_as: Option<String>,
    /// The learner's line to look at, if known.
    pub span: Option<SourceSpan>,
    /// What passed between the clients and the program, in order.
    pub exchanges: Vec<Exchange>,
    /// How long the test took.
    pub duration_us: u32,
}

/// The results of one step's tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// The step's id.
    pub step: StepId,
    /// The step's title.
    pub title: String,
    /// Its tests' results, in order.
    pub tests: Vec<TestResult>,
}

impl StepReport {
    /// How many tests passed.
    pub fn passed(&self) -> usize {
        let passed = |test: &&TestResult| test.outcome.is_passed();
        self.tests.iter().filter(passed).count()
    }

    /// How many tests the run was asked for.
    pub fn asked(&self) -> usize {
        self.tests.iter().filter(|test| test.is_asked()).count()
    }

    /// Whether all tests passed, and there was at least one.
    pub fn is_passed(&self) -> bool {
        !self.tests.is_empty() && self.passed() == self.tests.len()
    }
}

/// A stream that a program writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Consecutive output of a program on one stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputChunk {
    /// Which start of the program wrote it, from 1: a run restarts the program after a failure.
    pub launch: u16,
    /// The test in which it came, if known.
    #[serde(default)]
    pub test: Option<TestId>,
    /// The stream that it was written to.
    pub stream: OutputStream,
    /// The text, with U+FFFD for bytes that are not UTF-8.
    pub text: String,
}

/// All that a program wrote in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramOutput {
    /// The output that was kept, in order.
    pub chunks: Vec<OutputChunk>,
    /// Bytes that were dropped because there were too many to keep.
    pub dropped_bytes: u64,
}

/// Whether the whole run passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Verdict {
    /// Every planned test passed.
    Passed,
    /// The only test that the run was asked for passed, which says nothing of the others.
    TestPassed {
        /// The test.
        test: TestId,
    },
    /// At least one planned test did not pass.
    Failed {
        /// The earliest step with a test that did not pass.
        earliest_broken: StepId,
    },
}

/// The results of a run that came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The course's id.
    pub course: CourseId,
    /// The step that the run was for; the steps before it are judged too.
    pub step: StepId,
    /// The program that was judged.
    pub program: Program,
    /// The seed of the random values.
    pub seed: Seed,
    /// Whether the whole run passed.
    pub verdict: Verdict,
    /// The results, step by step in the course's order.
    pub steps: Vec<StepReport>,
    /// What the program wrote.
    pub output: ProgramOutput,
    /// From the job written to the last result; the wait in the queue does not count.
    pub duration_us: u32,
}

impl TestResult {
    /// A test that a run was not asked for.
    pub fn not_asked(planned: PlannedTest) -> Self {
        Self {
            id: planned.id,
            name: planned.name,
            message: Outcome::NotAsked.message(),
            outcome: Outcome::NotAsked,
            mistake: None,
            same_as: None,
            span: None,
            exchanges: Vec::new(),
            duration_us: 0,
        }
    }

    /// Whether the run was asked for it.
    pub fn is_asked(&self) -> bool {
        self.outcome != Outcome::NotAsked
    }

    /// Makes a line of the program the one to look at.
    pub fn name_line(&mut self, line: u32) {
        self.span = Some(SourceSpan::of_line(line));
    }

    /// The position in the learner's program to look at, if known.
    pub fn program_span(&self) -> Option<SourceSpan> {
        let span = self.span.clone().or_else(|| self.outcome.span())?;
        (span.file == PROGRAM_FILE).then_some(span)
    }

    /// What went wrong: the author's message for a recognised mistake, else the outcome's sentence.
    pub fn reason(&self) -> &str {
        match &self.mistake {
            Some(mistake) => &mistake.message,
            None => &self.message,
        }
    }
}

impl Report {
    /// The verdict of a run for `step`: a pass needs at least one step, and every step passed.
    pub fn verdict_of(step: &StepId, steps: &[StepReport]) -> Verdict {
        if let Some(only) = only(steps) {
            return match only.outcome.is_passed() {
                true => Verdict::TestPassed {
                    test: only.id.clone(),
                },
                false => Verdict::Failed {
                    earliest_broken: only.id.step().clone(),
                },
            };
        }
        let broken = steps.iter().find(|step| !step.is_passed());
        match (broken, steps) {
            (None, [_, ..]) => Verdict::Passed,
            (broken, _) => Verdict::Failed {
                earliest_broken: broken.map_or(step, |broken| &broken.step).clone(),
            },
        }
    }

    /// Names the line that decided on a test's wrong reply.
    pub fn name_line(&mut self, id: &TestId, line: u32) {
        let tests = self.steps.iter_mut().flat_map(|step| &mut step.tests);
        for test in tests.filter(|test| test.id == *id) {
            test.name_line(line);
        }
    }

    /// How many tests the run was asked for.
    pub fn total(&self) -> usize {
        self.steps.iter().map(StepReport::asked).sum()
    }

    /// The only test that the run was asked for, where it was not for all.
    pub fn only(&self) -> Option<&TestResult> {
        only(&self.steps)
    }

    /// How many tests passed.
    pub fn passed(&self) -> usize {
        self.steps.iter().map(StepReport::passed).sum()
    }

    /// How many tests were not run.
    pub fn not_run(&self) -> usize {
        let tests = self.steps.iter().flat_map(|step| &step.tests);
        tests.filter(|test| test.outcome == Outcome::NotRun).count()
    }

    /// The tests that did not pass: those that failed, then those that were not run. Tests of
    /// earlier steps run in any order, so one that was not run may stand before the one that ended
    /// the run.
    pub fn broken(&self) -> impl Iterator<Item = &TestResult> {
        let tests = self.steps.iter().flat_map(|step| &step.tests);
        let broken = tests.filter(|test| test.is_asked() && !test.outcome.is_passed());
        let was_run = |test: &&TestResult| test.outcome != Outcome::NotRun;
        let not_run = broken.clone().filter(move |test| !was_run(test));
        broken.filter(was_run).chain(not_run)
    }

    /// The first of the tests that did not pass.
    pub fn first_broken(&self) -> Option<&TestResult> {
        self.broken().next()
    }

    /// Whether the run was asked for this test.
    pub fn asked_for(&self, id: &TestId) -> bool {
        let mut tests = self.steps.iter().flat_map(|step| &step.tests);
        tests.any(|test| test.id == *id && test.is_asked())
    }

    /// The steps in the order in which they matter: the broken ones, earliest first, then those
    /// that passed, latest first, and those that the run was not asked for.
    pub fn steps_by_need(&self) -> Vec<&StepReport> {
        let (asked, others): (Vec<_>, Vec<_>) =
            self.steps.iter().partition(|step| step.asked() > 0);
        let (passed, broken): (Vec<_>, Vec<_>) =
            asked.into_iter().partition(|step| step.is_passed());
        broken
            .into_iter()
            .chain(passed.into_iter().rev())
            .chain(others)
            .collect()
    }

    /// The verdict as a headline.
    pub fn headline(&self) -> String {
        let (passed, total) = (self.passed(), self.total());
        match self.verdict {
            Verdict::TestPassed { .. } => "This one test passed".to_owned(),
            Verdict::Failed { .. } if self.only().is_some() => "This one test failed".to_owned(),
            Verdict::Passed if total == 1 => "The test passed".to_owned(),
            Verdict::Passed => format!("All {total} tests passed"),
            Verdict::Failed { .. } => {
                let not_run = self.not_run();
                let failed = total - passed - not_run;
                match not_run {
                    0 => format!("{failed} of {total} tests failed"),
                    _ => format!("{failed} of {total} tests failed, {not_run} not run"),
                }
            }
        }
    }
}

/// The only test that was asked for, where there are others.
fn only(steps: &[StepReport]) -> Option<&TestResult> {
    let tests = || steps.iter().flat_map(|step| &step.tests);
    if tests().all(TestResult::is_asked) {
        return None;
    }
    tests().find(|test| test.is_asked())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(step: &str, outcome: Outcome) -> TestResult {
        TestResult {
            id: TestId::new(StepId::parse(step).unwrap(), 1),
            name: "answers".to_owned(),
            message: outcome.message(),
            outcome,
            mistake: None,
            same_as: None,
            span: None,
            exchanges: Vec::new(),
            duration_us: 1,
        }
    }

    fn step(name: &str, outcomes: Vec<Outcome>) -> StepReport {
        StepReport {
            step: StepId::parse(name).unwrap(),
            title: name.to_owned(),
            tests: outcomes
                .into_iter()
                .map(|outcome| result(name, outcome))
                .collect(),
        }
    }

    #[test]
    fn the_earliest_broken_step_is_named() {
        let asked = StepId::parse("echo").unwrap();
        let steps = [
            step("listen", vec![Outcome::Passed]),
            step("ping", vec![Outcome::Passed, Outcome::NotRun]),
            step("echo", vec![Outcome::NotRun]),
        ];
        let Verdict::Failed { earliest_broken } = Report::verdict_of(&asked, &steps) else {
            panic!("a test that did not run counted as passed");
        };
        assert_eq!(earliest_broken.as_str(), "ping");
    }

    #[test]
    fn what_ended_the_run_is_broken_before_what_was_not_run() {
        let silent = Outcome::Ipv6Only { port: 1 };
        let report = |steps| Report {
            course: CourseId::parse("redis").unwrap(),
            step: StepId::parse("ping").unwrap(),
            program: Program::default(),
            seed: Seed::new(1),
            verdict: Verdict::Passed,
            steps,
            output: ProgramOutput::default(),
            duration_us: 0,
        };
        let ended = report(vec![step("ping", vec![Outcome::NotRun, silent.clone()])]);
        assert_eq!(ended.first_broken().unwrap().outcome, silent);
        let lost = report(vec![step("ping", vec![Outcome::Passed, Outcome::NotRun])]);
        assert_eq!(lost.first_broken().unwrap().outcome, Outcome::NotRun);
    }

    #[test]
    fn a_run_of_one_test_passes_no_step() {
        let asked = StepId::parse("ping").unwrap();
        let steps = |outcome| {
            [
                step("listen", vec![Outcome::NotAsked]),
                step("ping", vec![outcome, Outcome::NotAsked]),
                step("echo", vec![Outcome::NotAsked]),
            ]
        };
        let passed = steps(Outcome::Passed);
        let test = passed[1].tests[0].id.clone();
        assert_eq!(
            Report::verdict_of(&asked, &passed),
            Verdict::TestPassed { test }
        );
        assert!(passed.iter().all(|step| !step.is_passed()));
        assert_eq!(
            Report::verdict_of(&asked, &steps(Outcome::Ipv6Only { port: 1 })),
            Verdict::Failed {
                earliest_broken: asked.clone()
            }
        );
    }

    #[test]
    fn nothing_tested_is_no_pass() {
        let asked = StepId::parse("ping").unwrap();
        let empty = [step("listen", vec![Outcome::Passed]), step("ping", vec![])];
        assert_ne!(Report::verdict_of(&asked, &empty), Verdict::Passed);
        assert_ne!(Report::verdict_of(&asked, &[]), Verdict::Passed);
        let whole = [step("ping", vec![Outcome::Passed])];
        assert_eq!(Report::verdict_of(&asked, &whole), Verdict::Passed);
    }
}
