//! What a learner may see of a course and a step: no tests, and the solution only when it is asked for.

use serde::{Deserialize, Serialize};

use crate::{CourseId, PlannedTest, StepId};

/// How long a step takes most people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difficulty {
    /// The lower end, in minutes.
    pub from_minutes: u16,
    /// The upper end, in minutes.
    pub to_minutes: u16,
}

/// A step in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSummary {
    /// The step's id.
    pub id: StepId,
    /// The step's title, as in `Answer ECHO`.
    pub title: String,
    /// A title for narrow spaces, as in `ECHO`.
    pub short_title: String,
    /// What a learner can do afterwards, in one line of plain text.
    pub goal: String,
    /// How long the step takes.
    pub difficulty: Difficulty,
}

/// A heading of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// Its element's id.
    pub id: String,
    /// Its words, as plain text.
    pub title: String,
}

/// Steps in a row that lead to something whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// The title, as in `A server`.
    pub title: String,
    /// What a learner can do after it, in one line of plain text.
    pub goal: String,
    /// How many steps it has, at least one.
    pub step_count: u16,
}

/// The language that a course is written in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseLanguage {
    /// As HTML's `lang` has it: a tag of BCP 47, as in `en` or `pt-BR`.
    pub tag: String,
    /// Whether it is written from right to left.
    pub is_right_to_left: bool,
}

impl CourseLanguage {
    /// As HTML's `dir` has it.
    pub fn direction(&self) -> &'static str {
        match self.is_right_to_left {
            true => "rtl",
            false => "ltr",
        }
    }
}

impl Default for CourseLanguage {
    /// The language of the pages around a course.
    fn default() -> Self {
        Self {
            tag: "en".to_owned(),
            is_right_to_left: false,
        }
    }
}

/// A course as a learner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseView {
    /// The course's id.
    pub id: CourseId,
    /// The course's title.
    pub title: String,
    /// The language of all that its author wrote.
    pub language: CourseLanguage,
    /// What learners can do at the end, in one sentence; empty where the author wrote none.
    pub goal: String,
    /// What the learner's program speaks over TCP.
    pub protocol: WireProtocol,
    /// The port that it listens on.
    pub port: u16,
    /// Commands that a finished program answers, to be tried at the end; may be none.
    pub session: Vec<String>,
    /// What learners build in the course, as safe HTML.
    pub introduction_html: String,
    /// The steps, in order.
    pub steps: Vec<StepSummary>,
    /// The chapters, in order, which have all steps between them; none where a course is one piece.
    pub chapters: Vec<Chapter>,
}

impl CourseView {
    /// Each chapter with the number of its first step, from 1, and its steps.
    pub fn steps_by_chapter(&self) -> Vec<(&Chapter, usize, &[StepSummary])> {
        let mut before = 0;
        let chapters = self.chapters.iter().map(|chapter| {
            let first = before;
            before += usize::from(chapter.step_count);
            let steps = self.steps.get(first..before).unwrap_or_default();
            (chapter, first + 1, steps)
        });
        chapters.collect()
    }
}

/// What a course's program speaks over TCP: how what is typed is sent, and what comes is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireProtocol {
    /// The protocol of Redis: commands of words, and replies with a type.
    Resp,
    /// Lines of text.
    #[default]
    Lines,
}

/// A step's solution, for a learner who asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SolutionView {
    /// The text of the program's first file.
    pub source: String,
    /// Why it is as it is, as safe HTML, where the author says so.
    pub explanation_html: Option<String>,
}

/// A step as a learner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// The step as in the course's list.
    pub summary: StepSummary,
    /// The step's number in the course, from 1.
    pub number: u16,
    /// The instructions, as safe HTML.
    pub instructions_html: String,
    /// The headings of the instructions, in order.
    #[serde(default)]
    pub headings: Vec<Heading>,
    /// The course's cheat sheet, as safe HTML, where it has one.
    #[serde(default)]
    pub sheet_html: Option<String>,
    /// The step's tests, in order: the checklist.
    pub tests: Vec<PlannedTest>,
    /// How many tests the run makes, those of the steps before included.
    pub tests_in_run: u16,
    /// The program to start from without one of an earlier step.
    pub starter: String,
    /// How many hints there are; their texts are loaded one at a time.
    pub hints: u8,
    /// The names of the commands that the program knows by this step, where it speaks RESP.
    #[serde(default)]
    pub commands: Vec<String>,
}
