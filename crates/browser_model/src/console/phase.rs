//! How a console stands, and what is typed in it.

use protocol::SessionEnd;

use crate::redis_cli::UnbalancedQuotes;

/// What the session is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConsolePhase {
    /// There is none.
    #[default]
    Closed,
    /// It is asked for, or waits for a place.
    Opening,
    /// The program runs.
    Running,
    /// The program has ended; another can be started.
    Exited,
    /// It is over.
    Ended(SessionEnd),
}

impl ConsolePhase {
    /// Whether there is a session, or will be.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Opening | Self::Running | Self::Exited)
    }
}

/// From so many seconds before its end, a session says so.
pub const LAST_SECONDS: u32 = 60;

/// A session's end that is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndsSoon {
    /// Nobody types.
    Idle {
        /// Seconds until then.
        left_s: u32,
    },
    /// It has lasted as long as one may.
    AsLongAsItMay {
        /// Seconds until then.
        left_s: u32,
    },
}

/// What is typed is read as this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputMode {
    /// As the course's protocol has it: a command of words, or a line.
    Protocol,
    /// Bytes as Python writes them between quotes, as in `PING\r\n`.
    Raw,
}

/// Why what was typed can't be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnsendableInput {
    /// Quotes that don't fit together.
    #[error("Not sent: {0}.")]
    Quotes(#[from] UnbalancedQuotes),
    /// No bytes in the written form.
    #[error("Not sent: {0}.")]
    Bytes(#[from] protocol::InvalidByteString),
    /// The client is not connected.
    #[error("Not sent: client {0} is not connected.")]
    NotConnected(u32),
}
