//! One step: everything about it, checked.

use lesson::{
    Difficulty, PlannedStep, PlannedTest, RecognisedMistake, Source, StepId, StepSummary,
    TestResult,
};

use crate::Mistake;

/// A step with all that belongs to it. Not `Serialize`: learners get `lesson::StepView`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Step {
    /// Its name for ever: the folder's.
    pub id: StepId,
    /// Its place in the course, from 1.
    pub number: u16,
    /// Its title.
    pub title: String,
    /// A word for narrow places.
    pub short_title: String,
    /// What one can do afterwards, in one line of plain text.
    pub goal: String,
    /// How long it takes.
    pub difficulty: Difficulty,
    /// The instructions, as safe HTML.
    pub instructions_html: String,
    /// The ladder of hints, the gentlest first; at least one.
    pub hints: Vec<Hint>,
    /// The mistakes that the author foresaw; the first that fits a result is the one.
    pub mistakes: Vec<Mistake>,
    /// The tests, in order; at least one.
    pub tests: Vec<PlannedTest>,
    /// The text of `tests.py`.
    pub tests_source: String,
    /// What a learner starts from who has no program of the step before: the step's own
    /// `starter.py`, or that of the nearest step before which has one.
    pub starter: Source,
    /// A program that passes this step and all before it, and fails the next.
    pub solution: Source,
    pub(crate) words: u32,
}

/// One rung of the ladder of hints.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hint {
    /// The hint, as safe HTML.
    pub html: String,
}

impl Step {
    /// The words of the instructions, without code blocks.
    pub fn words(&self) -> u32 {
        self.words
    }

    /// The step as it stands in a list.
    pub fn summary(&self) -> StepSummary {
        StepSummary {
            id: self.id.clone(),
            title: self.title.clone(),
            short_title: self.short_title.clone(),
            goal: self.goal.clone(),
            difficulty: self.difficulty,
        }
    }

    /// The tests that a run makes for this step.
    pub fn planned(&self) -> PlannedStep {
        PlannedStep {
            step: self.id.clone(),
            title: self.title.clone(),
            tests: self.tests.clone(),
        }
    }

    /// The foreseen mistake that a result of this step's tests shows, in the order of the file.
    pub fn recognise(&self, result: &TestResult, program: &str) -> Option<RecognisedMistake> {
        if result.id.step() != &self.id {
            return None;
        }
        self.mistakes
            .iter()
            .find_map(|mistake| mistake.recognise(result, program))
    }
}
