//! What a learner reads when there is no verdict.

use serde::{Deserialize, Serialize};

use crate::ProgramError;

/// Why there is no verdict. The message is for the learner; causes go to the server's log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "error", rename_all = "kebab-case")]
pub enum RunError {
    /// There is no such course or step.
    #[error("there is no step {step:?} in a course {course:?}")]
    UnknownStep {
        /// The course as requested, shortened.
        course: String,
        /// The step as requested, shortened.
        step: String,
    },
    /// The program can't be run.
    #[error("{reason}")]
    Program {
        /// Why the program can't be run.
        reason: ProgramError,
    },
    /// The request can't be read.
    #[error(
        "the request can't be read: {detail}. If this page is older than the server, reload it"
    )]
    Malformed {
        /// What is wrong with the request.
        detail: String,
    },
    /// The run's turn did not come in time, or the queue is full.
    #[error(
        "every place for a run is taken right now. Nothing you wrote is lost: \
         try again in {retry_after_s} s"
    )]
    Busy {
        /// Seconds after which a run is likely to be admitted.
        retry_after_s: u32,
    },
    /// A newer run of the same client replaced this one in the queue.
    #[error("a newer run took this one's place")]
    Replaced,
    /// The sandbox is not available: our fault.
    #[error(
        "the sandbox is not available right now. This is our fault, not your code's; \
         nothing you wrote is lost. Try again in {retry_after_s} s"
    )]
    Unavailable {
        /// Seconds after which it may be back.
        retry_after_s: u32,
    },
    /// Something of ours broke in the middle of the run.
    #[error(
        "the run broke off before there was a verdict. This is our fault, not your code's; \
         nothing you wrote is lost. Run the tests again"
    )]
    Broken,
    /// The page was reloaded or left during the run, so its end was not received.
    #[error(
        "this page was left, or lost its connection, while the run went on, so the verdict was not \
         heard. Nothing you wrote is lost: run the tests again"
    )]
    Left,
    /// The page and the server have different versions.
    #[error(
        "this page and the server don't understand each other: the server may have been renewed. \
         Nothing you wrote is lost: reload the page and run the tests again"
    )]
    Unreadable {
        /// What could not be read, for the log.
        detail: String,
    },
    /// The connection between browser and server failed.
    #[error(
        "the server can't be reached. Nothing you wrote is lost: \
         check the connection and run the tests again"
    )]
    Transport {
        /// The browser's message, for the log.
        detail: String,
    },
}

impl RunError {
    /// The HTTP status for the error.
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownStep { .. } => 404,
            Self::Program {
                reason: ProgramError::TooLong { .. },
            } => 413,
            Self::Program { .. } | Self::Malformed { .. } => 400,
            Self::Replaced | Self::Left => 409,
            Self::Busy { .. } | Self::Unavailable { .. } => 503,
            Self::Broken => 500,
            Self::Unreadable { .. } | Self::Transport { .. } => 502,
        }
    }

    /// Seconds to wait before trying again, where that helps: HTTP's `Retry-After`.
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Busy { retry_after_s } | Self::Unavailable { retry_after_s } => {
                Some(*retry_after_s)
            }
            _ => None,
        }
    }

    /// Whether the fault is ours, which the page then admits.
    pub fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. }
                | Self::Unavailable { .. }
                | Self::Broken
                | Self::Unreadable { .. }
                | Self::Transport { .. }
        )
    }
}

impl From<ProgramError> for RunError {
    fn from(reason: ProgramError) -> Self {
        Self::Program { reason }
    }
}
