//! An exception that ended the program or a thread, and the lines that it names.

use serde::{Deserialize, Serialize};

use crate::PROGRAM_FILE;

/// A position in the learner's program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSpan {
    /// The file's name, as in `main.py`.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The first column, from 1, if known.
    pub column: Option<u32>,
    /// The column after the last, if known.
    pub end_column: Option<u32>,
}

impl SourceSpan {
    /// A whole line of the program.
    pub fn of_line(line: u32) -> Self {
        Self {
            file: PROGRAM_FILE.to_owned(),
            line,
            column: None,
            end_column: None,
        }
    }
}

/// One of the learner's own lines in a traceback.
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
    /// The exception's message.
    pub detail: String,
    /// A name that exists, and is close to the one that the exception is about.
    #[serde(default)]
    pub suggestion: Option<String>,
    /// The innermost of the learner's own lines.
    pub span: Option<SourceSpan>,
    /// The learner's own lines, outermost first.
    pub traceback: Vec<TracebackFrame>,
    /// What it ended.
    #[serde(default)]
    pub place: CrashPlace,
}

/// What an exception ends: the program, or a part of it, which goes on otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrashPlace {
    /// A process's main thread, and with it the process.
    #[default]
    Main,
    /// A thread, or a call in a pool of threads.
    Thread,
    /// A task of asyncio's.
    Task,
    /// A callback of asyncio's.
    Callback,
    /// The handler of a request, as of `socketserver`'s.
    Handler,
}

impl CrashPlace {
    /// As in "Your program crashed".
    pub(super) fn subject(self) -> &'static str {
        match self {
            Self::Main => "Your program",
            Self::Thread => "A thread of your program",
            Self::Task => "A task of your program",
            Self::Callback => "A callback of your program",
            Self::Handler => "A handler of your program",
        }
    }
}
