//! What is wrong with course files: everything at once, each with file and line.

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong, where it is, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Problem {
    /// The file: the path that was loaded, joined with the path below it.
    pub file: PathBuf,
    /// The line, from 1; also 1 for a problem of the whole file.
    pub line: u32,
    /// What is wrong and what to do about it.
    pub message: String,
}

/// Every problem of a course or a curriculum, sorted by file and line; at least one.
///
/// Displays as one `file:line: message` per line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The problems, sorted by file and line.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            message,
        } = self;
        write!(formatter, "{}:{line}: {message}", file.display())
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Problem::to_string).collect();
        formatter.write_str(&lines.join("\n"))
    }
}

/// Collects problems while files are read, so that the first one doesn't hide the rest.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(RefCell<Vec<Problem>>);

impl Diagnostics {
    /// Reports a problem in a line.
    pub(crate) fn report(&self, file: &Path, line: u32, message: impl Into<String>) {
        self.0.borrow_mut().push(Problem {
            file: file.to_owned(),
            line,
            message: message.into(),
        });
    }

    /// Reports a problem of a whole file or folder.
    pub(crate) fn report_file(&self, file: &Path, message: impl Into<String>) {
        self.report(file, 1, message);
    }

    /// What was loaded from `folder`, or the problems if there are any.
    pub(crate) fn into_result<T>(self, loaded: Option<T>, folder: &Path) -> Result<T, Problems> {
        let mut problems = self.0.into_inner();
        match loaded {
            Some(loaded) if problems.is_empty() => return Ok(loaded),
            None if problems.is_empty() => problems.push(Problem {
                file: folder.to_owned(),
                line: 1,
                message: "this can't be loaded, and the loader can't say why: \
                          that is a bug in the loader"
                    .to_owned(),
            }),
            _ => {
                problems.sort();
                problems.dedup();
            }
        }
        Err(Problems(problems))
    }
}
