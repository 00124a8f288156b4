//! `step.toml` as it is written.

use std::path::Path;

use crate::problem::Found;
use crate::toml_table::{Placed, Table};

/// What `step.toml` says.
#[derive(Debug, Default)]
pub(crate) struct StepFile {
    pub(crate) title: String,
    pub(crate) short_title: String,
    pub(crate) goal: String,
    pub(crate) minutes: (u16, u16),
    pub(crate) hints: Vec<Placed<String>>,
    pub(crate) mistakes: Vec<MistakeFile>,
}

/// One `[[mistake]]`.
#[derive(Debug)]
pub(crate) struct MistakeFile {
    pub(crate) id: Placed<String>,
    pub(crate) programs: Vec<Placed<String>>,
    pub(crate) message: Placed<String>,
    pub(crate) when: WhenFile,
}

/// `[mistake.when]`: all that is given must hold.
#[derive(Debug)]
pub(crate) struct WhenFile {
    pub(crate) outcomes: Vec<Placed<String>>,
    pub(crate) tests: Vec<Placed<String>>,
    pub(crate) received: Option<Placed<String>>,
    pub(crate) exceptions: Vec<Placed<String>>,
    pub(crate) source: Option<Placed<String>>,
    pub(crate) source_lacks: Option<Placed<String>>,
}

/// The ladder of hints has this many rungs at the most.
const MAX_HINTS: usize = 9;

impl StepFile {
    /// Reads the file's text; what is missing is reported and stands as nothing.
    pub(crate) fn parse(found: &Found, file: &Path, text: &str) -> Option<Self> {
        let mut table = Table::parse(found, file, text, "a step")?;
        let mut step = Self {
            title: table.line_of_text("title").unwrap_or_default().value,
            short_title: table.line_of_text("short_title").unwrap_or_default().value,
            goal: table.line_of_text("goal").unwrap_or_default().value,
            minutes: table
                .numbers_from_to("minutes", &(1..=600))
                .unwrap_or_default(),
            ..Self::default()
        };
        let hints = table.tables("hint", "a hint");
        if hints.is_empty() {
            found.in_file(
                file,
                "the step has no hint: write one at the least under `[[hint]]`",
            );
        }
        if let Some(hint) = hints.get(MAX_HINTS) {
            found.at(
                file,
                hint.line(),
                format!("the ladder of hints has more than {MAX_HINTS} rungs: take some out"),
            );
        }
        for mut hint in hints {
            step.hints.extend(hint.text("text"));
            hint.end();
        }
        for mistake in table.tables("mistake", "a mistake") {
            step.mistakes.extend(MistakeFile::read(mistake));
        }
        table.end();
        Some(step)
    }
}

impl MistakeFile {
    fn read(mut table: Table<'_>) -> Option<Self> {
        let id = table.line_of_text("id");
        let programs = table.texts("program");
        let message = table.line_of_text("message");
        let when = table.table("when", "a condition");
        table.end();
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
        let outcomes = table.texts("outcome");
        let mut tests = table.optional_texts("test").unwrap_or_default();
        tests.extend(table.optional_texts("tests").unwrap_or_default());
        let when = Self {
            outcomes,
            tests,
            received: table.optional_text("received"),
            exceptions: table.optional_texts("exception").unwrap_or_default(),
            source: table.optional_text("source"),
            source_lacks: table.optional_text("source_lacks"),
        };
        table.end();
        when
    }
}
