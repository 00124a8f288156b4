//! The learner's program, bounded by construction.

use serde::{Deserialize, Serialize};

/// The learner's file.
pub const PROGRAM_FILE: &str = "main.py";

/// What a learner wrote: 1 byte to 64 KiB of text without NUL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Source(String);

/// Why a text can't be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "kebab-case")]
pub enum SourceError {
    /// Nothing but white space.
    #[error("there is no code yet: write some lines, then run the tests")]
    Empty,
    /// More than [`Source::MAX_BYTES`].
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
    /// A NUL, which Python refuses to read.
    #[error("line {line} holds a NUL character, which Python can't read: remove it")]
    Nul {
        /// The line, from 1.
        line: u32,
    },
}

impl Source {
    /// The most that can be run: 64 KiB.
    pub const MAX_BYTES: u32 = 64 * 1024;

    /// Takes a text that can be run.
    pub fn parse(text: String) -> Result<Self, SourceError> {
        if text.len() > Self::MAX_BYTES as usize {
            return Err(SourceError::TooLong {
                found_bytes: u32::try_from(text.len()).unwrap_or(u32::MAX),
                max_bytes: Self::MAX_BYTES,
            });
        }
        if let Some(at) = text.find('\0') {
            let lines_before = text[..at].matches('\n').count();
            return Err(SourceError::Nul {
                line: u32::try_from(lines_before).unwrap_or(u32::MAX) + 1,
            });
        }
        if text.trim().is_empty() {
            return Err(SourceError::Empty);
        }
        Ok(Self(text))
    }

    /// The program's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Source {
    type Error = SourceError;
    fn try_from(text: String) -> Result<Self, SourceError> {
        Self::parse(text)
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_four_kibibytes_are_taken_and_one_more_is_not() {
        assert!(Source::parse("x".repeat(65_536)).is_ok());
        let error = Source::parse("x".repeat(65_537)).unwrap_err();
        assert!(error.to_string().contains("Remove 1 of them"), "{error}");
    }

    #[test]
    fn nothing_and_nul_are_refused_with_a_reason() {
        for empty in ["", " \n\t\n"] {
            assert_eq!(Source::parse(empty.into()), Err(SourceError::Empty));
        }
        assert_eq!(
            Source::parse("a\nb\0".into()),
            Err(SourceError::Nul { line: 2 })
        );
    }
}
