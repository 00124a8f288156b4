//! One course: its steps in order, and what a learner may see of it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use protocol::{
    Chapter, CourseId, CourseLanguage, CourseView, PlannedStep, RecognisedMistake, StepId,
    StepView, WireProtocol,
};

use crate::command_names::command_names;
use crate::course_file::{ChapterFile, CourseFile};
use crate::folder::Folder;
use crate::glossary::Glossary;
use crate::markdown::{DocKind, ExternalLink, Markdown, TextContext};
use crate::mistake::Evidence;
use crate::problem::{Diagnostics, Problems};
use crate::step::{Step, StepReader};
use crate::suggestion::did_you_mean;
use crate::support::SupportReader;
use crate::toml_table::Spanned;

/// A course, checked. It contains solutions; learners get a `protocol::CourseView`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Course {
    /// The folder's name, which never changes: it is part of addresses and saved progress.
    pub id: CourseId,
    /// As in "Build Your Own Redis in Python".
    pub title: String,
    /// The language that its texts are written in; English where the course names none.
    pub language: CourseLanguage,
    /// The port on which the learner's program listens.
    pub port: u16,
    /// What the learner's program speaks over TCP; lines of text where the course names nothing.
    pub protocol: WireProtocol,
    /// What learners can do at the end, in one sentence; may be empty.
    pub goal: String,
    /// Commands that a finished program answers; may be none.
    pub session: Vec<String>,
    /// What the learner will build, as safe HTML.
    pub introduction_html: String,
    /// What learners look up again and again, as safe HTML; `None` without a `sheet.md`.
    pub sheet_html: Option<String>,
    /// The steps, in order; at least one.
    pub steps: Vec<Step>,
    /// The chapters that the steps stand in; none where the course is one piece.
    pub chapters: Vec<Chapter>,
    /// The Python modules that its tests may import, each one's source by its name: `model` is
    /// imported as `support.model`. The judge alone gets them.
    pub support: BTreeMap<String, String>,
    /// Every link to another site, from the introduction, the instructions and the hints.
    pub external_links: Vec<ExternalLink>,
}

impl Course {
    /// Loads the course in `folder`, whose name becomes its id.
    ///
    /// # Errors
    ///
    /// Every problem of the course, if there is one.
    pub fn load(folder: &Path) -> Result<Self, Problems> {
        let diagnostics = Diagnostics::default();
        let opened = Folder::open_root(&diagnostics, folder);
        let course = opened.and_then(|folder| Self::read(&folder));
        diagnostics.into_result(course, folder)
    }

    /// Reads the course; `None` where a part is missing, which is reported then.
    pub(crate) fn read(folder: &Folder<'_>) -> Option<Self> {
        let diagnostics = folder.diagnostics();
        let id = CourseId::parse(&folder.name())
            .map_err(|error| {
                diagnostics.report_file(folder.path(), format!("the folder's name {error}"));
            })
            .ok();
        let toml_path = folder.path_of("course.toml");
        let toml_text = folder.text("course.toml");
        let file = toml_text
            .as_ref()
            .and_then(|text| CourseFile::parse(diagnostics, &toml_path, text));
        // Only course.toml tells which folders are steps.
        let (file, id) = (file?, id?);
        let step_ids = parse_step_ids(folder, &toml_path, &file.steps);
        let support = SupportReader {
            folder,
            file: &toml_path,
            steps: &step_ids,
        }
        .read(&file.support);
        let mut external_links = Vec::new();
        let glossary = Glossary::new(diagnostics, &toml_path, file.terms);

        let page = |name: &str, kind| {
            let path = folder.path_of(name);
            folder.text(name).map(|text| {
                let markdown = Markdown {
                    file: &path,
                    first_line: 1,
                    text: &text,
                };
                let context = TextContext {
                    kind,
                    folder,
                    course: &id,
                    steps: &step_ids,
                    glossary: &glossary,
                };
                markdown.render(diagnostics, &context)
            })
        };
        let introduction = page("introduction.md", DocKind::Introduction);
        let sheet = folder
            .contains("sheet.md")
            .then(|| page("sheet.md", DocKind::Sheet))
            .flatten();

        let mut steps: Vec<Step> = Vec::new();
        for (number, step_id) in (1..).zip(&step_ids) {
            let reader = StepReader {
                course: &id,
                steps: &step_ids,
                glossary: &glossary,
                id: step_id.clone(),
                number,
                inherited_starter: steps.last().map(|previous| previous.starter.clone()),
            };
            let step_folder = folder.folder(step_id.as_str());
            steps.extend(step_folder.and_then(|folder| reader.read(&folder, &mut external_links)));
        }
        folder.report_unused(
            "course.toml does not list this in its `steps`: \
             add it there, or remove it",
        );
        if steps.len() == step_ids.len() {
            glossary.report_unused(diagnostics, &toml_path);
        }

        let introduction = introduction?;
        external_links.extend(introduction.external_links);
        let sheet_html = sheet.map(|rendered| {
            external_links.extend(rendered.external_links);
            rendered.html
        });
        Some(Self {
            id,
            title: file.title,
            language: file.language,
            port: file.port,
            protocol: file.protocol,
            goal: file.goal,
            session: file.session,
            introduction_html: introduction.html,
            sheet_html,
            chapters: file.chapters.into_iter().map(chapter).collect(),
            steps,
            support,
            external_links,
        })
    }

    /// The step with this id.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// The steps up to and including `id`, in order: what a run for `id` judges.
    pub fn steps_up_to(&self, id: &StepId) -> Option<&[Step]> {
        let index = self.steps.iter().position(|step| step.id == *id)?;
        self.steps.get(..=index)
    }

    /// The tests of a run for `id`, step by step.
    pub fn plan(&self, id: &StepId) -> Option<Vec<PlannedStep>> {
        let steps = self.steps_up_to(id)?;
        Some(steps.iter().map(|step| step.planned(id)).collect())
    }

    /// The known mistake behind a result, if the step that the test belongs to knows one.
    pub fn recognise(&self, evidence: &Evidence<'_>) -> Option<RecognisedMistake> {
        self.step(evidence.result.id.step())?.recognise(evidence)
    }

    /// The course as a learner sees it.
    pub fn view(&self) -> CourseView {
        CourseView {
            id: self.id.clone(),
            title: self.title.clone(),
            language: self.language.clone(),
            goal: self.goal.clone(),
            session: self.session.clone(),
            protocol: self.protocol,
            port: self.port,
            introduction_html: self.introduction_html.clone(),
            steps: self.steps.iter().map(Step::summary).collect(),
            chapters: self.chapters.clone(),
        }
    }

    /// The commands that these steps' tests send; none where the program speaks something else.
    fn command_names(&self, steps: &[Step]) -> Vec<String> {
        if self.protocol != WireProtocol::Resp {
            return Vec::new();
        }
        let names: BTreeSet<String> = steps
            .iter()
            .flat_map(|step| command_names(&step.tests_source))
            .collect();
        names.into_iter().collect()
    }

    /// A step as a learner sees it.
    pub fn step_view(&self, id: &StepId) -> Option<StepView> {
        let steps = self.steps_up_to(id)?;
        let step = steps.last()?;
        let tests_in_run: usize = steps.iter().map(|step| step.tests_for(id).len()).sum();
        Some(StepView {
            summary: step.summary(),
            number: step.number,
            instructions_html: step.instructions_html.clone(),
            headings: step.headings.clone(),
            sheet_html: self.sheet_html.clone(),
            tests: step.tests.clone(),
            tests_in_run: u16::try_from(tests_in_run).unwrap_or(u16::MAX),
            starter: step.starter.entry_text().to_owned(),
            hints: u8::try_from(step.hints.len()).unwrap_or(u8::MAX),
            commands: self.command_names(steps),
        })
    }
}

fn chapter(file: ChapterFile) -> Chapter {
    Chapter {
        title: file.title,
        goal: file.goal,
        step_count: u16::try_from(file.step_count).unwrap_or(u16::MAX),
    }
}

/// The steps that `course.toml` names, in order, without those that have a problem.
fn parse_step_ids(folder: &Folder<'_>, file: &Path, names: &[Spanned<String>]) -> Vec<StepId> {
    let diagnostics = folder.diagnostics();
    let mut lines_by_name = BTreeMap::new();
    let mut ids = Vec::new();
    for Spanned { value: name, line } in names {
        let id = match StepId::parse(name) {
            Ok(id) => id,
            Err(error) => {
                diagnostics.report(file, *line, format!("the step {error}"));
                continue;
            }
        };
        if let Some(first) = lines_by_name.insert(name, line) {
            diagnostics.report(
                file,
                *line,
                format!("the step `{name}` is already named on line {first}: name it once"),
            );
        } else if folder.contains(name) {
            ids.push(id);
        } else {
            let is_unnamed = |other: &&str| !names.iter().any(|name| name.value == *other);
            let suggestion = did_you_mean(name, folder.folder_names().filter(is_unnamed));
            diagnostics.report(
                file,
                *line,
                format!("the step `{name}` has no folder beside course.toml{suggestion}"),
            );
        }
    }
    ids
}
