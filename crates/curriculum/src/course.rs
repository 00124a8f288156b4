//! One course: its steps in order, and what a learner may see of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lesson::{CourseId, CourseView, PlannedStep, RecognisedMistake, StepId, StepView, TestResult};

use crate::course_file::CourseFile;
use crate::folder::Folder;
use crate::markdown::{Markdown, Place, Surroundings};
use crate::problem::{Found, Problems};
use crate::step::{Step, StepOf};
use crate::suggestion::did_you_mean;
use crate::toml_table::Placed;

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
        let found = Found::default();
        let opened = Folder::open_root(&found, folder);
        let course = opened.and_then(|folder| Self::read(&folder));
        found.or(course, folder)
    }

    /// Reads a course; nothing but its problems where it lacks something.
    pub(crate) fn read(folder: &Folder<'_>) -> Option<Self> {
        let found = folder.found();
        let id = CourseId::parse(&folder.name())
            .map_err(|error| found.in_file(folder.path(), format!("the folder's name {error}")))
            .ok();
        let toml_path = folder.path_of("course.toml");
        let toml_text = folder.text("course.toml");
        let file = toml_text
            .as_ref()
            .and_then(|text| CourseFile::parse(found, &toml_path, text));
        // Without it, nobody knows which folders are steps.
        let (file, id) = (file?, id?);
        let step_ids = step_ids(folder, &toml_path, &file.steps);
        let mut links = Vec::new();

        let introduction_path = folder.path_of("introduction.md");
        let introduction = folder.text("introduction.md").map(|text| {
            let markdown = Markdown {
                file: &introduction_path,
                first_line: 1,
                text: &text,
            };
            let surroundings = Surroundings {
                place: Place::Introduction,
                folder,
                course: &id,
                steps: &step_ids,
            };
            markdown.render(found, &surroundings)
        });

        let mut steps: Vec<Step> = Vec::new();
        for (number, step_id) in (1..).zip(&step_ids) {
            let step = StepOf {
                course: &id,
                steps: &step_ids,
                id: step_id.clone(),
                number,
                inherited_starter: steps.last().map(|before| before.starter.clone()),
            };
            let step_folder = folder.folder(step_id.as_str());
            steps.extend(step_folder.and_then(|folder| step.read(&folder, &mut links)));
        }
        folder.end(
            "course.toml does not name this among its `steps`: \
             add it there in its place, or remove it",
        );

        let introduction = introduction?;
        links.extend(introduction.links);
        Some(Self {
            id,
            title: file.title,
            port: file.port,
            introduction_html: introduction.html,
            steps,
            links,
        })
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

/// The names of the steps in their order; those with a problem are left out.
fn step_ids(folder: &Folder<'_>, file: &Path, names: &[Placed<String>]) -> Vec<StepId> {
    let found = folder.found();
    let mut lines_by_name = BTreeMap::new();
    let mut ids = Vec::new();
    for name in names {
        let Placed { value, line } = name;
        let id = match StepId::parse(value) {
            Ok(id) => id,
            Err(error) => {
                found.at(file, *line, format!("the step {error}"));
                continue;
            }
        };
        if let Some(first) = lines_by_name.insert(value, line) {
            found.at(
                file,
                *line,
                format!("the step `{value}` is named in line {first} already: name it once"),
            );
        } else if folder.has(value) {
            ids.push(id);
        } else {
            let is_unnamed = |other: &&str| !names.iter().any(|name| name.value.as_str() == *other);
            let suggestion = did_you_mean(value, folder.folders().filter(is_unnamed));
            found.at(
                file,
                *line,
                format!("the step `{value}` has no folder beside course.toml{suggestion}"),
            );
        }
    }
    ids
}
