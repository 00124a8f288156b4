//! A session: a learner's program that runs on in a sandbox, and clients of the page's that speak to
//! it over TCP.
//!
//! It is one WebSocket at `/api/session`. The page's first message is a [`SessionRequest`], all that
//! follow are [`SessionCommand`]s; the server's are [`SessionEvent`]s, of which [`SessionEvent::Ended`]
//! is the last. Each message is one JSON text.

use serde::{Deserialize, Serialize};

use crate::{ByteString, Outcome, OutputStream, Program, ProgramError, RunError, SourceSpan};

/// Asks for a session. The fields are not checked, as those of a [`RunRequest`](crate::RunRequest).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRequest {
    /// The course's id.
    pub course: String,
    /// What the learner wrote.
    pub program: Program,
    /// The name that the browser gave itself; a newer session under the same name ends this one.
    #[serde(default)]
    pub client: Option<String>,
}

/// What the page wants in a session. Clients are numbered by the page, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum SessionCommand {
    /// A client connects to the program.
    Connect {
        /// Its number, which no connected client has.
        client: u32,
    },
    /// A client sends these bytes; nothing happens where it is not connected.
    Send {
        /// Its number.
        client: u32,
        /// At most [`SessionCommand::BYTES_MAX`].
        bytes: ByteString,
    },
    /// A client closes its connection.
    Disconnect {
        /// Its number.
        client: u32,
    },
    /// Somebody is there, and types: the session does not count as idle.
    Stay,
    /// The program ends, and this one starts in its place; all clients are gone.
    Restart {
        /// What the learner has written by now.
        program: Program,
    },
}

impl SessionCommand {
    /// How many bytes a client can send at once.
    pub const BYTES_MAX: usize = 256 * 1024;

    /// How many clients a session may have.
    pub const CLIENTS_MAX: u32 = 16;
}

/// What happens in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum SessionEvent {
    /// Nothing has happened, but the connection lives: comes every [`SessionEvent::ALIVE_EVERY_S`].
    Alive,
    /// It waits for a lane.
    Waiting,
    /// It has one, and the program is about to start.
    Opened {
        /// Seconds without a command after which it ends.
        idle_max_s: u32,
        /// Seconds from here after which it ends in any case.
        length_max_s: u32,
    },
    /// The program was started; no client is connected.
    Started {
        /// Which start of the session this is, from 1.
        launch: u16,
    },
    /// The program wrote something.
    Output {
        /// The stream that it wrote to.
        stream: OutputStream,
        /// What it wrote.
        text: String,
        /// Bytes after this text that are left out: it wrote too much at a time.
        #[serde(default, skip_serializing_if = "is_zero")]
        dropped_bytes: u32,
    },
    /// A client is connected.
    Connected {
        /// Its number.
        client: u32,
        /// How long it took.
        took_us: u32,
    },
    /// A client could not connect.
    NotConnected {
        /// Its number.
        client: u32,
        /// Why, where it is the program's doing; none where the program has ended, which is told by
        /// itself, or there are [`SessionCommand::CLIENTS_MAX`] clients.
        outcome: Option<Box<Outcome>>,
        /// The line to look at, where one is known.
        span: Option<SourceSpan>,
    },
    /// A client received something.
    Received {
        /// Its number.
        client: u32,
        /// The bytes, of which a whole reply may be more or less.
        bytes: ByteString,
        /// Bytes after these that are left out: they came too many at a time.
        #[serde(default, skip_serializing_if = "is_zero")]
        dropped_bytes: u32,
        /// The program's line that sent the first of them, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
        /// How long ago the client had sent something, if it has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        took_us: Option<u32>,
    },
    /// A client's connection has ended, and not by a [`SessionCommand::Disconnect`].
    Disconnected {
        /// Its number.
        client: u32,
        /// How it ended.
        how: ConnectionEnd,
    },
    /// The program has ended; all clients are disconnected.
    Exited {
        /// How it ended.
        outcome: Box<Outcome>,
        /// The line to look at, where one is known.
        span: Option<SourceSpan>,
    },
    /// What should have been started can't be run; the program before runs on.
    NotStarted {
        /// Why it can't be run.
        reason: ProgramError,
    },
    /// The session is over.
    Ended {
        /// Why.
        end: SessionEnd,
    },
}

impl SessionEvent {
    /// How many seconds there are between two [`SessionEvent::Alive`].
    pub const ALIVE_EVERY_S: u32 = 10;
}

/// How a client's connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionEnd {
    /// The program closed it.
    Closed,
    /// The program's side reset it.
    Reset,
    /// The program did not read what the client sent, until there was no room for more.
    Unread,
}

/// Why a session is over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "kebab-case")]
pub enum SessionEnd {
    /// No command came for long.
    #[error("nobody typed anything for {}", minutes(*idle_s))]
    Idle {
        /// How long, in seconds.
        idle_s: u32,
    },
    /// It has lasted as long as one may.
    #[error("a session lasts {} at most", minutes(*length_s))]
    TooLong {
        /// How long, in seconds.
        length_s: u32,
    },
    /// The program, and the judge that speaks to it, have used the processor for as long as they may.
    #[error(
        "your program, and the clients that speak to it, kept the processor busy for {cpu_s} s, which is \
         all that a session has: perhaps a loop never waits"
    )]
    Processor {
        /// How long, in seconds.
        cpu_s: u32,
    },
    /// A newer session of the same browser began.
    #[error("a session in another tab of this browser took its place")]
    Replaced,
    /// Somebody else got the place: it was idle, or there were more of the same address.
    #[error("somebody else needed the place")]
    Displaced,
    /// The program has used up its container.
    #[error("the program's container could not go on")]
    Spent,
    /// The server stops.
    #[error("the server is being stopped or renewed")]
    Stopping,
    /// Something of ours broke.
    #[error("something broke on our side; it was not your code")]
    Broken,
    /// There was none: all places are taken.
    #[error("every place for a session is taken right now: try again in {retry_after_s} s")]
    NoPlace {
        /// Seconds after which one may be free.
        retry_after_s: u32,
    },
    /// There was none: those of this browser, or of its network, have used too much of the processor.
    #[error(
        "the sessions from here have used up their processor time: try again in {}",
        minutes(*retry_after_s)
    )]
    Rationed {
        /// Seconds after which there is one.
        retry_after_s: u32,
    },
    /// There was none: whoever runs the server has no sessions.
    #[error("this server has no sessions: whoever runs it sets CODEALONG_SESSIONS_MAX")]
    Off,
    /// There was none: the request was refused.
    #[error("{error}")]
    Failed {
        /// Why.
        error: RunError,
    },
}

/// Whole minutes from one on, rounded up: who comes back then must not be too early.
fn minutes(seconds: u32) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_read_well_in_json() {
        let event = SessionEvent::Received {
            client: 1,
            bytes: ByteString::from(&b"+OK\r\n"[..]),
            dropped_bytes: 0,
            line: Some(12),
            took_us: None,
        };
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            json,
            r#"{"event":"received","client":1,"bytes":"+OK\\r\\n","line":12}"#
        );
        assert_eq!(serde_json::from_str::<SessionEvent>(&json).unwrap(), event);
    }

    #[test]
    fn each_end_is_the_end_of_a_sentence() {
        let idle = SessionEnd::Idle { idle_s: 180 };
        assert_eq!(idle.to_string(), "nobody typed anything for 3 min");
        let rationed = SessionEnd::Rationed { retry_after_s: 90 };
        let text = rationed.to_string();
        assert!(text.ends_with("try again in 2 min"), "{text}");
        let busy = SessionEnd::Failed {
            error: RunError::Busy { retry_after_s: 5 },
        };
        let json = serde_json::to_string(&busy).unwrap();
        assert_eq!(serde_json::from_str::<SessionEnd>(&json).unwrap(), busy);
    }
}
