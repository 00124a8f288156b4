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
    /// Which start of the program wrote it, from 1: each fresh test and each failure starts it again.
    pub launch: u16,
    /// The test in which it came, if known.
    #[serde(default)]
    pub test: Option<TestId>,
    /// The stream that it was written to.
    pub stream: OutputStream,
    /// The text, with U+FFFD for bytes that are not UTF-8.
    pub text: String,
}

impl OutputChunk {
    /// Whether the text of `next` goes on where this one's ends.
    pub fn is_followed_by(&self, next: &Self) -> bool {
        (self.launch, self.stream, &self.test) == (next.launch, next.stream, &next.test)
    }
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

    /// The steps in the order in which they matter, each with its number in the course: the broken
    /// ones, earliest first, then those that passed, latest first, and those that the run was not
    /// asked for.
    pub fn numbered_steps_by_need(&self) -> Vec<(usize, &StepReport)> {
        let (asked, others): (Vec<_>, Vec<_>) = (1..)
            .zip(&self.steps)
            .partition(|(_, step)| step.asked() > 0);
        let (passed, broken): (Vec<_>, Vec<_>) =
            asked.into_iter().partition(|(_, step)| step.is_passed());
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
mod tests;
