//! One course: its steps in order, and what a learner may see of it.

use std::path::{Path, PathBuf};

use lesson::{CourseId, CourseView, PlannedStep, RecognisedMistake, StepId, StepView, TestResult};

use crate::problem::Found;
use crate::{Problems, Step};

/// A course with all that belongs to it. Not `Serialize`: learners get `lesson::CourseView`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Course {
    /// Its name for ever: the folder's.
    pub id: CourseId,
    /// Its title.
    pub title: String,
    /// The port on which the learner's program listens.
    pub port: u16,
    /// What you will build, as safe HTML.
    pub introduction_html: String,
    /// The steps, in order; at least one.
    pub steps: Vec<Step>,
    pub(crate) links: Vec<Link>,
}

/// A link to another site.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// The file that holds it.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// Where it leads.
    pub url: String,
}

impl Course {
    /// Reads one course from its folder, whose name is the course's.
    pub fn load(folder: &Path) -> Result<Self, Problems> {
        let mut found = Found::default();
        found.add(folder, 1, "courses can't be read yet");
        found.or(None)
    }

    /// The step with this name.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// The steps that a run for `id` judges: all up to it, in order.
    pub fn steps_up_to(&self, id: &StepId) -> Option<&[Step]> {
        let place = self.steps.iter().position(|step| step.id == *id)?;
        self.steps.get(..=place)
    }

    /// The tests that a run for `id` makes, step by step.
    pub fn plan(&self, id: &StepId) -> Option<Vec<PlannedStep>> {
        let steps = self.steps_up_to(id)?;
        Some(steps.iter().map(Step::planned).collect())
    }

    /// The foreseen mistake that a result shows, looked up in the step of its test.
    pub fn recognise(&self, result: &TestResult, program: &str) -> Option<RecognisedMistake> {
        self.step(result.id.step())?.recognise(result, program)
    }

    /// The course as a learner sees it.
    pub fn view(&self) -> CourseView {
        CourseView {
            id: self.id.clone(),
            title: self.title.clone(),
            introduction_html: self.introduction_html.clone(),
            steps: self.steps.iter().map(Step::summary).collect(),
        }
    }

    /// A step as a learner sees it.
    pub fn step_view(&self, id: &StepId) -> Option<StepView> {
        let steps = self.steps_up_to(id)?;
        let step = steps.last()?;
        let tests_in_run: usize = steps.iter().map(|step| step.tests.len()).sum();
        Some(StepView {
            summary: step.summary(),
            number: step.number,
            instructions_html: step.instructions_html.clone(),
            tests: step.tests.clone(),
            tests_in_run: u16::try_from(tests_in_run).unwrap_or(u16::MAX),
            starter: step.starter.as_str().to_owned(),
            hints: u8::try_from(step.hints.len()).unwrap_or(u8::MAX),
        })
    }

    /// Every link to another site, in the order of the files.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.links.iter()
    }
}
