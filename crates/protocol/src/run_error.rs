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
    /// There is no such test among those of the step and the ones before.
    #[error(
        "there is no test {test:?} in this step: the course may have changed. \
         Nothing you wrote is lost: reload the page"
    )]
    UnknownTest {
        /// The test as requested, shortened.
        test: String,
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
        "every slot for a run is taken right now. Nothing you wrote is lost: \
         try again in {retry_after_s} s"
    )]
    Busy {
        /// Seconds after which a run is likely to be admitted.
        retry_after_s: u32,
    },
    /// A newer run of the same client replaced this one in the queue.
    #[error("a newer run replaced this one")]
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
    /// Something between the browser and the server answered in the server's place.
    #[error("{} Nothing you wrote is lost: {}", gateway_reason(*status), gateway_advice(*status))]
    Gateway {
        /// The HTTP status of that answer.
        status: u16,
    },
    /// The browser has no connection at all.
    #[error(
        "this browser is offline. Nothing you wrote is lost: \
         run the tests again once it has a connection"
    )]
    Offline,
    /// The connection stands, but nothing comes over it any more.
    #[error(
        "the server fell silent: nothing came for {silent_s} s. This is our fault, not your code's; \
         nothing you wrote is lost. Run the tests again"
    )]
    Silent {
        /// Seconds since the last byte.
        silent_s: u32,
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
            Self::UnknownStep { .. } | Self::UnknownTest { .. } => 404,
            Self::Program {
                reason: ProgramError::TooLong { .. },
            } => 413,
            Self::Program { .. } | Self::Malformed { .. } => 400,
            Self::Replaced | Self::Left => 409,
            Self::Busy { .. } | Self::Unavailable { .. } => 503,
            Self::Broken => 500,
            Self::Unreadable { .. }
            | Self::Transport { .. }
            | Self::Gateway { .. }
            | Self::Offline
            | Self::Silent { .. } => 502,
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
        match self {
            Self::Busy { .. }
            | Self::Unavailable { .. }
            | Self::Broken
            | Self::Unreadable { .. }
            | Self::Silent { .. }
            | Self::Transport { .. } => true,
            Self::Gateway { status } => *status >= 500,
            _ => false,
        }
    }

    /// Whether running the tests again, with nothing changed, is what to do next.
    pub fn is_worth_another_try(&self) -> bool {
        self.is_ours() || matches!(self, Self::Gateway { .. } | Self::Offline)
    }

    /// Whether it is worth asking once more at once: the run was lost on its way, or waited at a server
    /// that stops, and there may be another one.
    pub fn is_worth_asking_again_at_once(&self) -> bool {
        matches!(
            self,
            Self::Transport { .. } | Self::Gateway { status: 502..=504 } | Self::Unavailable { .. }
        )
    }
}

/// What happened, as a sentence.
fn gateway_reason(status: u16) -> String {
    let answer = match status {
        401 => "asked for a sign-in (HTTP 401)",
        403 => "refused the request (HTTP 403)",
        407 => "asked for a sign-in to a proxy (HTTP 407)",
        413 => "refused the request as too large (HTTP 413)",
        429 => "had too many requests from here (HTTP 429)",
        502 => "could not reach the server (HTTP 502)",
        503 => "has no server to ask right now (HTTP 503)",
        504 => "waited too long for the server (HTTP 504)",
        200..=399 => "sent a page of its own, perhaps one to sign in to the network",
        _ => {
            return format!("a gateway answered in the server's place, with HTTP status {status}.");
        }
    };
    format!("a gateway answered in the server's place: it {answer}.")
}

fn gateway_advice(status: u16) -> &'static str {
    match status {
        401 | 403 | 407 => "reload the page, sign in if you are asked to, and run the tests again",
        200..=399 => "reload the page, and run the tests again",
        413 => "make the program shorter, or ask whoever runs this site to allow larger requests",
        429 => "wait a minute, and run the tests again",
        _ => "run the tests again in a moment",
    }
}

impl From<ProgramError> for RunError {
    fn from(reason: ProgramError) -> Self {
        Self::Program { reason }
    }
}
