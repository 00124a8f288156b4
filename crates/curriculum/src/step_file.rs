//! `step.toml` as written.

use std::path::Path;

use crate::problem::Diagnostics;
use crate::toml_table::{Spanned, Table};

/// The keys of `step.toml`.
#[derive(Debug, Default)]
pub(crate) struct StepFile {
    pub(crate) title: String,
    pub(crate) short_title: String,
    pub(crate) goal: String,
    pub(crate) minutes: (u16, u16),
    pub(crate) hints: Vec<Spanned<String>>,
    pub(crate) mistakes: Vec<MistakeFile>,
}

/// The keys of a `[[mistake]]`.
#[derive(Debug)]
pub(crate) struct MistakeFile {
    pub(crate) id: Spanned<String>,
    pub(crate) programs: Vec<Spanned<String>>,
    pub(crate) message: Spanned<String>,
    pub(crate) when: WhenFile,
}

/// The keys of `[mistake.when]`.
#[derive(Debug)]
pub(crate) struct WhenFile {
    pub(crate) outcomes: Vec<Spanned<String>>,
    pub(crate) tests: Vec<Spanned<String>>,
    pub(crate) faults: Vec<Spanned<String>>,
    pub(crate) received: Option<Spanned<String>>,
    pub(crate) received_before: Option<Spanned<String>>,
    pub(crate) missing: Option<Spanned<String>>,
    pub(crate) exceptions: Vec<Spanned<String>>,
    pub(crate) exception_text: Option<Spanned<String>>,
    pub(crate) printed: Option<Spanned<String>>,
    pub(crate) source: Option<Spanned<String>>,
    pub(crate) source_lacks: Option<Spanned<String>>,
    pub(crate) code: Option<Spanned<String>>,
    pub(crate) code_lacks: Option<Spanned<String>>,
}

const MAX_HINTS: usize = 9;

impl StepFile {
    /// Parses the file; a missing key is reported and left at its default.
    pub(crate) fn parse(diagnostics: &Diagnostics, file: &Path, text: &str) -> Option<Self> {
        let mut table = Table::parse(diagnostics, file, text, "a step")?;
        let mut step = Self {
            title: table.single_line("title").unwrap_or_default().value,
            short_title: table.single_line("short_title").unwrap_or_default().value,
            goal: table.single_line("goal").unwrap_or_default().value,
            minutes: table.number_pair("minutes", &(1..=600)).unwrap_or_default(),
            ..Self::default()
        };
        let hints = table.tables("hint", "a hint");
        if hints.is_empty() {
            diagnostics.report_file(
                file,
                "the step has no hint: write at least one under `[[hint]]`",
            );
        }
        if let Some(first_surplus) = hints.get(MAX_HINTS) {
            diagnostics.report(
                file,
                first_surplus.line(),
                format!("the step has more than {MAX_HINTS} hints: remove some"),
            );
        }
        for mut hint in hints {
            step.hints.extend(hint.string("text"));
            hint.report_unused();
        }
        for mistake in table.tables("mistake", "a mistake") {
            step.mistakes.extend(MistakeFile::read(mistake));
        }
        table.report_unused();
        Some(step)
    }
}

impl MistakeFile {
    fn read(mut table: Table<'_>) -> Option<Self> {
        let id = table.single_line("id");
        let programs = table.strings("program");
        let message = table.single_line("message");
        let when = table.table("when", "a condition");
        table.report_unused();
        let when = when.map(WhenFile::read);
        Some(Self {
            id: id?,
            programs,
            message: message?,
            when: when?,
        })
    }
}

impl WhenFile {
    fn read(mut table: Table<'_>) -> Self {
        let outcomes = table.strings("outcome");
        let mut tests = table.optional_strings("test");
        tests.extend(table.optional_strings("tests"));
        let when = Self {
            outcomes,
            tests,
            faults: table.optional_strings("fault"),
            received: table.optional_string("received"),
            received_before: table.optional_string("received_before"),
            missing: table.optional_string("missing"),
            exceptions: table.optional_strings("exception"),
            exception_text: table.optional_string("exception_text"),
            printed: table.optional_string("printed"),
            source: table.optional_string("source"),
            source_lacks: table.optional_string("source_lacks"),
            code: table.optional_string("code"),
            code_lacks: table.optional_string("code_lacks"),
        };
        table.report_unused();
        when
    }
}
