//! An exception that ended the program, and the places that it names.

use serde::{Deserialize, Serialize};

/// A place in the learner's program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSpan {
    /// The file's name, as in `main.py`.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The first column, from 1, where it is known.
    pub column: Option<u32>,
    /// The column after the last, where it is known.
    pub end_column: Option<u32>,
}

/// One line of a traceback, the learner's own only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracebackFrame {
    /// The file's name, as in `main.py`.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The function, or `<module>`.
    pub function: String,
    /// The line's text.
    pub text: String,
}

/// An exception that nothing caught.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crash {
    /// The exception's type, as in `IndexError`.
    pub exception: String,
    /// The exception's text.
    pub detail: String,
    /// The innermost line of the learner's own.
    pub span: Option<SourceSpan>,
    /// The learner's own lines, outermost first.
    pub traceback: Vec<TracebackFrame>,
}
