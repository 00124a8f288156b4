//! What Python itself warns of while a program runs.

use serde::{Deserialize, Serialize};

/// A warning of Python's that explains why a branch was not taken, or a function did nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum ProgramWarning {
    /// Bytes were compared with a text.
    BytesComparedWithText {
        /// The learner's line.
        line: u32,
    },
    /// A coroutine was made, and thrown away before anything of it had run.
    NeverAwaited {
        /// The learner's `async def`.
        function: String,
        /// The line that called it, if known.
        line: Option<u32>,
    },
}

impl ProgramWarning {
    /// The sentences that say it.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::BytesComparedWithText { line } => format!(
                "Line {line} compares bytes with a text, and they are never equal: `b\"PING\" == \
                 \"PING\"` is `False`. Compare bytes with bytes, or text with text."
            ),
            Self::NeverAwaited { function, line } => {
                let place = match line {
                    Some(line) => format!("Line {line} calls"),
                    None => "Your program calls".to_owned(),
                };
                let function = function.replace('`', "'");
                format!(
                    "{place} `{function}` without `await`, and calling an `async def` does not run \
                     it: write `await {function}(…)`."
                )
            }
        }
    }
}
