//! What is wrong with course files: all of it at once, each with its place.

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Problem {
    /// The file, below the folder that was loaded as it was given.
    pub file: PathBuf,
    /// The line, from 1; 1 where the file as a whole is meant.
    pub line: u32,
    /// What is wrong and what to do.
    pub sentence: String,
}

/// Every problem of a curriculum, sorted by file and line; at least one.
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
            sentence,
        } = self;
        write!(formatter, "{}:{line}: {sentence}", file.display())
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Problem::to_string).collect();
        formatter.write_str(&lines.join("\n"))
    }
}

/// Where problems gather while files are read.
#[derive(Debug, Default)]
pub(crate) struct Found(RefCell<Vec<Problem>>);

impl Found {
    /// Adds what is wrong in a line.
    pub(crate) fn at(&self, file: &Path, line: u32, sentence: impl Into<String>) {
        self.0.borrow_mut().push(Problem {
            file: file.to_owned(),
            line,
            sentence: sentence.into(),
        });
    }

    /// Adds what is wrong with a file as a whole.
    pub(crate) fn in_file(&self, file: &Path, sentence: impl Into<String>) {
        self.at(file, 1, sentence);
    }

    /// What was loaded from `folder`; or the problems, if there are any.
    pub(crate) fn or<T>(self, loaded: Option<T>, folder: &Path) -> Result<T, Problems> {
        let mut problems = self.0.into_inner();
        match loaded {
            Some(loaded) if problems.is_empty() => return Ok(loaded),
            None if problems.is_empty() => problems.push(Problem {
                file: folder.to_owned(),
                line: 1,
                sentence: "this can't be loaded, and the loader can't say why: \
                           that is a fault of the loader"
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
