//! `course.toml` as it is written.

use std::path::Path;

use crate::problem::Found;
use crate::toml_table::{Placed, Table};

/// The form of the files that this program reads.
const FORMAT: u16 = 1;

/// What `course.toml` says.
#[derive(Debug, Default)]
pub(crate) struct CourseFile {
    pub(crate) title: String,
    pub(crate) port: u16,
    pub(crate) steps: Vec<Placed<String>>,
}

impl CourseFile {
    /// Reads the file's text; what is missing is reported and stands as nothing.
    pub(crate) fn parse(found: &Found, file: &Path, text: &str) -> Option<Self> {
        let mut table = Table::parse(found, file, text, "a course")?;
        let format = table.number("format", &(0..=u16::MAX))?;
        if format.value != FORMAT {
            // Every other key may mean something else there.
            found.at(
                file,
                format.line,
                format!(
                    "the course has format {}, and this program reads `format = {FORMAT}`",
                    format.value
                ),
            );
            return None;
        }
        let course = Self {
            title: table.line_of_text("title").unwrap_or_default().value,
            // The learner's program may not bind a port that only root can have.
            port: table
                .number("port", &(1024..=u16::MAX))
                .unwrap_or_default()
                .value,
            steps: table.texts("steps"),
        };
        table.end();
        Some(course)
    }
}
