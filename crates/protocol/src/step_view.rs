//! What a learner may see of a course and a step: neither solution nor tests.

use serde::{Deserialize, Serialize};

use crate::{CourseId, PlannedTest, StepId};

/// How long a step takes most people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difficulty {
    /// Minutes, at the least.
    pub from_minutes: u16,
    /// Minutes, at the most.
    pub to_minutes: u16,
}

/// A step as it stands in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSummary {
    /// Which.
    pub id: StepId,
    /// Its title, as in `Answer ECHO`.
    pub title: String,
    /// A word for narrow places, as in `ECHO`.
    pub short_title: String,
    /// What one can do afterwards, in one line of plain text.
    pub goal: String,
    /// How long it takes.
    pub difficulty: Difficulty,
}

/// A course as a learner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseView {
    /// Which.
    pub id: CourseId,
    /// Its title.
    pub title: String,
    /// What you will build, as safe HTML.
    pub introduction_html: String,
    /// Its steps, in order.
    pub steps: Vec<StepSummary>,
}

/// A step as a learner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// The step as it stands in the list.
    pub summary: StepSummary,
    /// Its place in the course, from 1.
    pub number: u16,
    /// The instructions, as safe HTML.
    pub instructions_html: String,
    /// The checklist.
    pub tests: Vec<PlannedTest>,
    /// How many tests the run makes in all, those of the steps before included.
    pub tests_in_run: u16,
    /// The program a learner starts from who has none of the step before.
    pub starter: String,
    /// How many rungs the ladder of hints has; their texts come one at a time.
    pub hints: u8,
}
