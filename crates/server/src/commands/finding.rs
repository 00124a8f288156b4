//! What the check of a course has found.

use std::fmt;

use protocol::Seed;

/// One seed for all runs of a check, so that a finding can be reproduced.
pub(super) const SEED: Seed = Seed::new(0xc0de);

/// One thing that was checked.
#[derive(Debug, Clone)]
pub(crate) enum Finding {
    /// What was checked and is right.
    Good(String),
    /// What was checked and is wrong.
    Bad {
        /// What was checked.
        what: String,
        /// What was found and what to do.
        why: String,
    },
    /// What was measured, and what is neither right nor wrong.
    Note(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good(what) => write!(formatter, "✓ {what}"),
            Self::Note(text) => write!(formatter, "– {text}"),
            Self::Bad { what, why } => {
                let why = why.trim_end().replace('\n', "\n        ");
                write!(formatter, "✗ {what}\n        {why}")
            }
        }
    }
}
