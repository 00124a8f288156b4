//! A learner's program, as it is written and as it can be run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The file that is run, in a program of one.
pub const PROGRAM_FILE: &str = "main.py";

/// What a learner wrote, whether it can be run or not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Program {
    /// The files by name.
    pub files: BTreeMap<String, String>,
    /// The name of the file that is run.
    pub entry: String,
    /// The command-line arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
}

impl Default for Program {
    fn default() -> Self {
        Self::of_one_file(String::new())
    }
}

impl Program {
    /// A program of one file, called without arguments.
    pub fn of_one_file(text: impl Into<String>) -> Self {
        Self {
            files: BTreeMap::from([(PROGRAM_FILE.to_owned(), text.into())]),
            entry: PROGRAM_FILE.to_owned(),
            arguments: Vec::new(),
        }
    }

    /// The text of the file that is run; empty where there is none.
    pub fn entry_text(&self) -> &str {
        self.files.get(&self.entry).map_or("", String::as_str)
    }

    /// The size of all files together, in bytes.
    pub fn bytes(&self) -> usize {
        self.files.values().map(String::len).sum()
    }
}

/// A program that can be run: one file, `main.py`, of at most 64 KiB of text that is not blank and
/// has no NUL, called without arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnableProgram(Program);

/// Why a program can't be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "kebab-case")]
pub enum ProgramError {
    /// It is nothing but white space.
    #[error("there is no code yet: write some lines, then run the tests")]
    Empty,
    /// It has more than [`RunnableProgram::MAX_BYTES`].
    #[error(
        "the program has {found_bytes} bytes; {max_bytes} is the most that can be run. \
         Remove {} of them", found_bytes - max_bytes
    )]
    TooLong {
        /// Bytes that came.
        found_bytes: u32,
        /// Bytes that may come.
        max_bytes: u32,
    },
    /// It holds a NUL, which Python refuses to read.
    #[error("line {line} holds a NUL character, which Python can't read: remove it")]
    Nul {
        /// The first line with a NUL, from 1.
        line: u32,
    },
    /// It has other files than `main.py`, another entry, or arguments.
    #[error("this program can't be run: send one file, main.py, and no arguments")]
    NotOneFile,
}

impl RunnableProgram {
    /// The largest program that can be run: 64 KiB.
    pub const MAX_BYTES: u32 = 64 * 1024;

    /// Checks that a program can be run.
    pub fn parse(program: Program) -> Result<Self, ProgramError> {
        let is_one_file = program.entry == PROGRAM_FILE
            && program.arguments.is_empty()
            && program.files.keys().eq([PROGRAM_FILE]);
        if !is_one_file {
            return Err(ProgramError::NotOneFile);
        }
        let text = program.entry_text();
        if text.len() > Self::MAX_BYTES as usize {
            return Err(ProgramError::TooLong {
                found_bytes: u32::try_from(text.len()).unwrap_or(u32::MAX),
                max_bytes: Self::MAX_BYTES,
            });
        }
        if let Some(at) = text.find('\0') {
            let lines_before = text[..at].matches('\n').count();
            return Err(ProgramError::Nul {
                line: u32::try_from(lines_before).unwrap_or(u32::MAX) + 1,
            });
        }
        if text.trim().is_empty() {
            return Err(ProgramError::Empty);
        }
        Ok(Self(program))
    }

    /// The text of the file that is run.
    pub fn entry_text(&self) -> &str {
        self.0.entry_text()
    }

    /// The program itself.
    pub fn program(&self) -> &Program {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: impl Into<String>) -> Result<RunnableProgram, ProgramError> {
        RunnableProgram::parse(Program::of_one_file(text))
    }

    #[test]
    fn sixty_four_kibibytes_are_taken_and_one_more_is_not() {
        assert!(parse("x".repeat(65_536)).is_ok());
        let error = parse("x".repeat(65_537)).unwrap_err();
        assert!(error.to_string().contains("Remove 1 of them"), "{error}");
    }

    #[test]
    fn nothing_and_nul_are_refused_with_a_reason() {
        for empty in ["", " \n\t\n"] {
            assert_eq!(parse(empty), Err(ProgramError::Empty));
        }
        assert_eq!(parse("a\nb\0"), Err(ProgramError::Nul { line: 2 }));
    }

    #[test]
    fn what_can_not_be_started_yet_is_refused() {
        let one = Program::of_one_file("x = 1");
        let mut two_files = one.clone();
        two_files.files.insert("b.py".to_owned(), String::new());
        let mut with_arguments = one.clone();
        with_arguments.arguments.push("--port".to_owned());
        let mut other_entry = one.clone();
        other_entry.entry = "b.py".to_owned();
        for program in [two_files, with_arguments, other_entry] {
            assert_eq!(
                RunnableProgram::parse(program),
                Err(ProgramError::NotOneFile)
            );
        }
        assert_eq!(RunnableProgram::parse(one.clone()).unwrap().program(), &one);
    }
}
