//! `course.toml` as written.

use std::path::Path;

use protocol::{CourseLanguage, WireProtocol};

use crate::language;
use crate::problem::Diagnostics;
use crate::toml_table::{Spanned, Table};

/// The only `format` that this program reads.
const FORMAT: u16 = 1;

/// The keys of `course.toml`.
#[derive(Debug)]
pub(crate) struct CourseFile {
    pub(crate) title: String,
    pub(crate) language: CourseLanguage,
    pub(crate) port: u16,
    pub(crate) protocol: WireProtocol,
    pub(crate) goal: String,
    /// What is tried at the end.
    pub(crate) session: Vec<String>,
    /// Of all chapters, in order.
    pub(crate) steps: Vec<Spanned<String>>,
    pub(crate) chapters: Vec<ChapterFile>,
    /// Files in the folder `support`.
    pub(crate) support: Vec<Spanned<String>>,
    pub(crate) terms: Vec<TermFile>,
}

/// The keys of a `[[term]]`.
#[derive(Debug)]
pub(crate) struct TermFile {
    pub(crate) name: String,
    /// Other ways to write it, as in a plural.
    pub(crate) forms: Vec<String>,
    pub(crate) meaning: String,
    pub(crate) line: u32,
}

/// The keys of a `[[chapter]]`.
#[derive(Debug)]
pub(crate) struct ChapterFile {
    pub(crate) title: String,
    pub(crate) goal: String,
    pub(crate) step_count: usize,
}

impl CourseFile {
    /// Parses the file; a missing key is reported and left at its default.
    pub(crate) fn parse(diagnostics: &Diagnostics, file: &Path, text: &str) -> Option<Self> {
        let mut table = Table::parse(diagnostics, file, text, "a course")?;
        let format = table.number("format", &(0..=u16::MAX))?;
        if format.value != FORMAT {
            // In another format the other keys may mean something else.
            diagnostics.report(
                file,
                format.line,
                format!(
                    "the course has format {}, but this program reads `format = {FORMAT}`",
                    format.value
                ),
            );
            return None;
        }
        let (mut steps, mut chapters) = (Vec::new(), Vec::new());
        for mut chapter in table.tables("chapter", "a chapter") {
            let named = chapter.strings("steps");
            chapters.push(ChapterFile {
                title: chapter.single_line("title").unwrap_or_default().value,
                goal: chapter.single_line("goal").unwrap_or_default().value,
                step_count: named.len(),
            });
            steps.extend(named);
            chapter.report_unused();
        }
        if chapters.is_empty() {
            steps = table.strings("steps");
        } else if let Some(surplus) = table.optional_strings("steps").first() {
            diagnostics.report(
                file,
                surplus.line,
                "the course has chapters, so its steps stand there: \
                 remove `steps` outside of them",
            );
        }
        let mut terms = Vec::new();
        for mut term in table.tables("term", "a term") {
            let line = term.line();
            let (name, meaning) = (term.single_line("name"), term.single_line("meaning"));
            let forms = term.optional_strings("forms");
            term.report_unused();
            if let (Some(name), Some(meaning)) = (name, meaning) {
                terms.push(TermFile {
                    name: name.value,
                    forms: forms.into_iter().map(|form| form.value).collect(),
                    meaning: meaning.value,
                    line,
                });
            }
        }
        let language = table.optional_string("language").map(|tag| {
            language::parse(&tag.value).unwrap_or_else(|| {
                diagnostics.report(
                    file,
                    tag.line,
                    format!(
                        "`{}` is no language tag: write it as in `en` or `pt-BR`",
                        tag.value
                    ),
                );
                CourseLanguage::default()
            })
        });
        let protocol = table.optional_string("protocol").map(|name| {
            protocol_named(&name.value).unwrap_or_else(|| {
                diagnostics.report(
                    file,
                    name.line,
                    format!(
                        "`{}` is no protocol that the console speaks: write `resp` or `lines`",
                        name.value
                    ),
                );
                WireProtocol::default()
            })
        });
        let course = Self {
            protocol: protocol.unwrap_or_default(),
            session: table
                .optional_strings("session")
                .into_iter()
                .map(|line| line.value)
                .collect(),
            goal: table
                .optional_string("goal")
                .map(|goal| goal.value.trim().to_owned())
                .unwrap_or_default(),
            language: language.unwrap_or_default(),
            title: table.single_line("title").unwrap_or_default().value,
            // Ports below 1024 are reserved for root, and the learner's program isn't root.
            port: table
                .number("port", &(1024..=u16::MAX))
                .unwrap_or_default()
                .value,
            steps,
            chapters,
            support: table.optional_strings("support"),
            terms,
        };
        table.report_unused();
        Some(course)
    }
}

fn protocol_named(name: &str) -> Option<WireProtocol> {
    match name {
        "resp" => Some(WireProtocol::Resp),
        "lines" => Some(WireProtocol::Lines),
        _ => None,
    }
}
