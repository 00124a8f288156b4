//! One step: its texts, tests, hints and known mistakes.

use std::collections::BTreeSet;

use protocol::{
    CourseId, Difficulty, Heading, PlannedStep, PlannedTest, RecognisedMistake, RunnableProgram,
    StepId, StepSummary, TestId,
};

use crate::checklist;
use crate::folder::Folder;
use crate::glossary::Glossary;
use crate::markdown::{DocKind, ExternalLink, Markdown, TextContext};
use crate::mistake::{Evidence, Mistake, MistakeReader};
use crate::program;
use crate::step_file::StepFile;

/// A step, checked. It contains the solution; learners get a `protocol::StepView`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Step {
    /// The folder's name, which never changes: it is part of addresses and saved progress.
    pub id: StepId,
    /// The position in the course, from 1.
    pub number: u16,
    /// As in "Answer PING".
    pub title: String,
    /// A shorter title, for narrow layouts.
    pub short_title: String,
    /// What the learner's program can do afterwards, as one line of plain text.
    pub goal: String,
    /// How long the step takes.
    pub difficulty: Difficulty,
    /// The instructions, as safe HTML.
    pub instructions_html: String,
    /// The headings of the instructions, in order.
    pub headings: Vec<Heading>,
    /// The words of the instructions, not counting code blocks.
    pub word_count: u32,
    /// The hints, the gentlest first; at least one.
    pub hints: Vec<Hint>,
    /// The mistakes that the author foresaw, in the order in which they are tried.
    pub mistakes: Vec<Mistake>,
    /// The tests, in order; at least one.
    pub tests: Vec<PlannedTest>,
    /// Those of them that are left out of the runs of later steps.
    once: BTreeSet<TestId>,
    /// The content of `tests.py`.
    pub tests_source: String,
    /// The program that learners without one of their own begin with: `starter.py`, of this step
    /// or else of the nearest earlier step that has one.
    pub starter: RunnableProgram,
    /// A program that passes this step and all earlier ones, and fails the next.
    pub solution: RunnableProgram,
    /// Why the solution is as it is, as safe HTML; `None` without a `solution.md`.
    pub explanation_html: Option<String>,
}

/// A hint of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hint {
    /// The hint, as safe HTML.
    pub html: String,
}

impl Step {
    /// The step as an entry of a list.
    pub fn summary(&self) -> StepSummary {
        StepSummary {
            id: self.id.clone(),
            title: self.title.clone(),
            short_title: self.short_title.clone(),
            goal: self.goal.clone(),
            difficulty: self.difficulty,
        }
    }

    /// The step's tests as part of a run for the step `own`.
    pub fn planned(&self, own: &StepId) -> PlannedStep {
        PlannedStep {
            step: self.id.clone(),
            title: self.title.clone(),
            tests: self.tests_for(own),
        }
    }

    /// The step's tests that a run for the step `own` makes.
    pub fn tests_for(&self, own: &StepId) -> Vec<PlannedTest> {
        let tests = self.tests.iter();
        let made = tests.filter(|test| self.id == *own || !self.once.contains(&test.id));
        made.cloned().collect()
    }

    /// The first known mistake that explains a result; `None` for results of other steps.
    pub fn recognise(&self, evidence: &Evidence<'_>) -> Option<RecognisedMistake> {
        if evidence.result.id.step() != &self.id {
            return None;
        }
        self.mistakes
            .iter()
            .find_map(|mistake| mistake.recognise(evidence))
    }
}

/// Reads a step; the fields are what its folder doesn't tell.
#[derive(Debug)]
pub(crate) struct StepReader<'a> {
    pub(crate) course: &'a CourseId,
    /// All steps of the course, in order.
    pub(crate) steps: &'a [StepId],
    pub(crate) glossary: &'a Glossary,
    pub(crate) id: StepId,
    /// The position in the course, from 1.
    pub(crate) number: u16,
    /// The starter of the previous step.
    pub(crate) inherited_starter: Option<RunnableProgram>,
}

impl StepReader<'_> {
    /// Reads the step and appends its links to `external_links`; `None` where a part is missing,
    /// which is reported then.
    pub(crate) fn read(
        self,
        folder: &Folder<'_>,
        external_links: &mut Vec<ExternalLink>,
    ) -> Option<Step> {
        let diagnostics = folder.diagnostics();
        let context = |kind| TextContext {
            kind,
            folder,
            course: self.course,
            steps: self.steps,
            glossary: self.glossary,
        };
        let tests_path = folder.path_of("tests.py");
        let tests_source = folder.text("tests.py");
        let tests = tests_source
            .as_ref()
            .and_then(|source| checklist::parse(diagnostics, &tests_path, source, &self.id));

        let page = |name: &str, kind| {
            let file = folder.path_of(name);
            folder.text(name).map(|text| {
                let markdown = Markdown {
                    file: &file,
                    first_line: 1,
                    text: &text,
                };
                markdown.render(diagnostics, &context(kind))
            })
        };
        let instructions = page("instructions.md", DocKind::Instructions);

        let solution = program::read(folder, "solution.py");
        let explanation = folder
            .contains("solution.md")
            .then(|| page("solution.md", DocKind::Explanation))
            .flatten();
        let starter = if folder.contains("starter.py") || self.number == 1 {
            program::read(folder, "starter.py")
        } else {
            self.inherited_starter
        };

        let toml_path = folder.path_of("step.toml");
        let toml_text = folder.text("step.toml");
        let file = toml_text
            .as_ref()
            .and_then(|text| StepFile::parse(diagnostics, &toml_path, text));
        // Only step.toml tells which programs in `mistakes` are used.
        let file = file?;
        let mut hints = Vec::new();
        for hint in &file.hints {
            let markdown = Markdown {
                file: &toml_path,
                first_line: hint.line,
                text: &hint.value,
            };
            let rendered = markdown.render(diagnostics, &context(DocKind::Hint));
            external_links.extend(rendered.external_links);
            hints.push(Hint {
                html: rendered.html,
            });
        }
        let mistakes = MistakeReader {
            diagnostics,
            file: &toml_path,
            folder,
            tests: tests.as_ref().map(|checklist| checklist.tests.as_slice()),
        };
        let mistakes = mistakes.read(file.mistakes);
        folder.report_unused(
            "nothing in the step uses this: remove it, \
             or show it in instructions.md if it is an image",
        );

        let instructions = instructions?;
        let checklist = tests?;
        external_links.extend(instructions.external_links);
        let explanation_html = explanation.map(|rendered| {
            external_links.extend(rendered.external_links);
            rendered.html
        });
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
            headings: instructions.headings,
            word_count: instructions.word_count,
            hints,
            mistakes,
            tests: checklist.tests,
            once: checklist.once,
            tests_source: tests_source?,
            starter: starter?,
            solution: solution?,
            explanation_html,
        })
    }
}
