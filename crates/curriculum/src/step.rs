//! One step: everything about it, checked.

use lesson::{
    CourseId, Difficulty, PlannedStep, PlannedTest, RecognisedMistake, Source, StepId, StepSummary,
    TestResult,
};

use crate::checklist;
use crate::course::Link;
use crate::folder::Folder;
use crate::markdown::{Markdown, Place, Surroundings};
use crate::mistake::{Mistake, MistakesOf};
use crate::program;
use crate::step_file::StepFile;

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
    words: u32,
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

/// What a step is read among.
#[derive(Debug)]
pub(crate) struct StepOf<'a> {
    pub(crate) course: &'a CourseId,
    /// All steps of the course, in order.
    pub(crate) steps: &'a [StepId],
    /// The step's own name.
    pub(crate) id: StepId,
    /// Its place, from 1.
    pub(crate) number: u16,
    /// The starter of the nearest step before that has one.
    pub(crate) inherited_starter: Option<Source>,
}

impl StepOf<'_> {
    /// Reads the step's folder; nothing but its problems where it lacks something. Links to other
    /// sites go to `links`.
    pub(crate) fn read(self, folder: &Folder<'_>, links: &mut Vec<Link>) -> Option<Step> {
        let found = folder.found();
        let surroundings = |place| Surroundings {
            place,
            folder,
            course: self.course,
            steps: self.steps,
        };
        let tests_path = folder.path_of("tests.py");
        let tests_source = folder.text("tests.py");
        let tests = tests_source
            .as_ref()
            .and_then(|source| checklist::read(found, &tests_path, source, &self.id));

        let instructions_path = folder.path_of("instructions.md");
        let instructions = folder.text("instructions.md").map(|text| {
            let markdown = Markdown {
                file: &instructions_path,
                first_line: 1,
                text: &text,
            };
            markdown.render(found, &surroundings(Place::Instructions))
        });

        let solution = program::read(folder, "solution.py");
        let starter = if folder.has("starter.py") || self.number == 1 {
            program::read(folder, "starter.py")
        } else {
            self.inherited_starter
        };

        let toml_path = folder.path_of("step.toml");
        let toml_text = folder.text("step.toml");
        let file = toml_text
            .as_ref()
            .and_then(|text| StepFile::parse(found, &toml_path, text));
        // Without it, nobody knows which files it would have named.
        let file = file?;
        let mut hints = Vec::new();
        for hint in &file.hints {
            let markdown = Markdown {
                file: &toml_path,
                first_line: hint.line,
                text: &hint.value,
            };
            let rendered = markdown.render(found, &surroundings(Place::Hint));
            links.extend(rendered.links);
            hints.push(Hint {
                html: rendered.html,
            });
        }
        let mistakes = MistakesOf {
            found,
            file: &toml_path,
            folder,
            tests: tests.as_deref(),
        };
        let mistakes = mistakes.check(file.mistakes);
        folder.end(
            "nothing in the step uses this: remove it, \
             or show it in instructions.md if it is a picture",
        );

        let instructions = instructions?;
        links.extend(instructions.links);
        Some(Step {
            id: self.id,
            number: self.number,
            title: file.title,
            short_title: file.short_title,
            goal: file.goal,
            difficulty: Difficulty {
                from_minutes: file.minutes.0,
                to_minutes: file.minutes.1,
            },
            instructions_html: instructions.html,
            hints,
            mistakes,
            tests: tests?,
            tests_source: tests_source?,
            starter: starter?,
            solution: solution?,
            words: instructions.words,
        })
    }
}
