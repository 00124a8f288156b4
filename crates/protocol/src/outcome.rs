//! How a test ended: one variant for each thing that can be wrong, and its sentence.

use serde::{Deserialize, Serialize};

use crate::ByteString;

mod crash;
mod exception_advice;
mod phrase;
mod sentence;
mod silence;

pub use crash::{Crash, SourceSpan, TracebackFrame};
pub use silence::Receipt;

/// What should have come beside what came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The bytes that were expected; where only their beginning is, that beginning.
    pub expected: ByteString,
    /// Whether anything may follow `expected`, as in an error's free text.
    pub expected_is_prefix: bool,
    /// The bytes that came, cut where long.
    pub received: ByteString,
    /// Bytes that were cut off the end of `received`.
    pub cut_bytes: u32,
    /// Where `received` first departs from `expected`, in bytes from 0.
    pub offset: u32,
    /// The expected reply as a person says it, as in `the bulk string "orange"`.
    pub expected_decoded: Option<String>,
    /// The received reply as a person says it.
    pub received_decoded: Option<String>,
    /// What the client had sent last, as a person says it.
    pub request: Option<String>,
}

impl Comparison {
    /// The byte to look at: where `received` first differs from `expected`. A reply may differ
    /// before the place at which it breaks the protocol, which `offset` names: a wrong length
    /// shows only when the bytes that it counts have come.
    pub fn first_difference(&self) -> u32 {
        let mut pairs = self
            .expected
            .as_bytes()
            .iter()
            .zip(self.received.as_bytes());
        pairs
            .position(|(expected, received)| expected != received)
            .and_then(|at| u32::try_from(at).ok())
            .map_or(self.offset, |at| at.min(self.offset))
    }
}

/// How one test ended. Everything but `Passed` is a failure; none of these is a fault of ours
/// except [`Outcome::TestBroken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// Nothing listens on the port.
    Refused {
        /// The port that was tried.
        port: u16,
        /// How long it was tried.
        waited_ms: u32,
        /// The learner's line that the program was at in the end, where it could say so.
        line: Option<u32>,
        /// Whether it was busy there, and not waiting for something.
        #[serde(default)]
        is_busy: bool,
    },
    /// The program ended before it listened.
    Exited {
        /// The exit code; a signal's number below zero.
        code: i32,
        /// The exception that ended it, if one did.
        crash: Option<Crash>,
    },
    /// Python can't read the program.
    SyntaxError {
        /// Where.
        span: SourceSpan,
        /// Python's own words.
        detail: String,
        /// The line's text.
        text: String,
    },
    /// The program listens, but not where the client calls.
    OtherPort {
        /// The port that was tried.
        port: u16,
        /// The ports that the program listens on.
        found: Vec<u16>,
    },
    /// The program listens on the port, but for IPv6 only.
    Ipv6Only {
        /// The port.
        port: u16,
    },
    /// The program took the connection and said nothing until the deadline.
    Silent {
        /// How long the client waited.
        waited_ms: u32,
        /// What the client had sent last, as a person says it.
        request: Option<String>,
        /// What was expected, as a person says it.
        expected_decoded: Option<String>,
        /// Replies that this connection had brought before.
        replies_before: u32,
        /// What became of what the client had sent, where the kernel could say so.
        #[serde(default)]
        receipt: Option<Receipt>,
        /// The learner's line that the program was at in the end, where it could say so.
        #[serde(default)]
        line: Option<u32>,
        /// Whether it was busy there, and not waiting for something.
        #[serde(default)]
        is_busy: bool,
    },
    /// The main module came to its end, so that nobody is left to answer.
    Ended {
        /// The last line that ran at the top level, where it is known.
        line: Option<u32>,
        /// What the client had sent last, as a person says it.
        request: Option<String>,
    },
    /// The program closed the connection.
    Closed {
        /// Bytes of this reply that came before.
        after_bytes: u32,
        /// The reply so far.
        reply: Comparison,
    },
    /// The program's side reset the connection.
    Reset {
        /// Bytes of this reply that came before.
        after_bytes: u32,
    },
    /// The reply began well and stopped in the middle.
    Incomplete {
        /// The reply so far; `offset` is where the rest is missing.
        reply: Comparison,
        /// What is missing, in words, as in `the closing \r\n`.
        missing: String,
    },
    /// The reply breaks the protocol.
    InvalidByte {
        /// The reply; `offset` is the byte.
        reply: Comparison,
        /// What the protocol has there, in words.
        rule: String,
    },
    /// A good reply of another type.
    WrongType {
        /// The reply.
        reply: Comparison,
        /// The type that was expected, as in `bulk string`.
        expected_type: String,
        /// The type that came.
        received_type: String,
    },
    /// A good reply of the right type with another value.
    WrongValue {
        /// The reply.
        reply: Comparison,
    },
    /// The right reply, and then more.
    ExtraBytes {
        /// The reply with what followed; `offset` is the first byte too many.
        reply: Comparison,
    },
    /// The right reply, too late.
    TooSlow {
        /// How long it took.
        took_ms: u32,
        /// How long it may take.
        limit_ms: u32,
    },
    /// An exception ended the program, or its thread for this client, in the middle of the test.
    Crashed {
        /// The exception.
        crash: Crash,
        /// Replies that this connection had brought before.
        replies_before: u32,
        /// What the client had sent last, as a person says it.
        request: Option<String>,
    },
    /// The program ended itself in the middle of the test, without an exception.
    Stopped {
        /// The exit code; a signal's number below zero.
        code: i32,
        /// What the client had sent last, as a person says it.
        request: Option<String>,
    },
    /// The program asked for more memory than there is.
    OutOfMemory {
        /// The limit.
        limit_mib: u32,
    },
    /// The program started more processes or threads than there may be.
    TooManyProcesses {
        /// The limit.
        limit: u32,
    },
    /// The program had more sockets open at once than there may be.
    TooManySockets {
        /// `TCP`, `UDP`, or `other` for all that are no TCP connections.
        protocol: String,
        /// The limit of all its processes together.
        limit: u32,
    },
    /// The program printed without end and answered nothing.
    OutputFlood {
        /// The limit.
        limit_kib: u32,
    },
    /// The whole run came to its time limit in this test.
    TimedOut {
        /// The limit of the whole run.
        limit_ms: u32,
    },
    /// The run ended before this test's turn.
    NotRun,
    /// The program reached for the judge.
    Interfered {
        /// What was seen.
        detail: String,
    },
    /// The test itself is broken: the course's fault, never the learner's.
    TestBroken {
        /// What the test raised.
        detail: String,
    },
}

impl Outcome {
    /// Whether the test passed.
    pub fn is_passed(&self) -> bool {
        matches!(self, Self::Passed)
    }

    /// The kind as it stands in JSON and in `step.toml`, as in `wrong-type`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused { .. } => "refused",
            Self::Exited { .. } => "exited",
            Self::SyntaxError { .. } => "syntax-error",
            Self::OtherPort { .. } => "other-port",
            Self::Ipv6Only { .. } => "ipv6-only",
            Self::Silent { .. } => "silent",
            Self::Ended { .. } => "ended",
            Self::Closed { .. } => "closed",
            Self::Reset { .. } => "reset",
            Self::Incomplete { .. } => "incomplete",
            Self::InvalidByte { .. } => "invalid-byte",
            Self::WrongType { .. } => "wrong-type",
            Self::WrongValue { .. } => "wrong-value",
            Self::ExtraBytes { .. } => "extra-bytes",
            Self::TooSlow { .. } => "too-slow",
            Self::Crashed { .. } => "crashed",
            Self::Stopped { .. } => "stopped",
            Self::OutOfMemory { .. } => "out-of-memory",
            Self::TooManyProcesses { .. } => "too-many-processes",
            Self::TooManySockets { .. } => "too-many-sockets",
            Self::OutputFlood { .. } => "output-flood",
            Self::TimedOut { .. } => "timed-out",
            Self::NotRun => "not-run",
            Self::Interfered { .. } => "interfered",
            Self::TestBroken { .. } => "test-broken",
        }
    }

    /// Every kind that [`Outcome::kind`] can return.
    pub const KINDS: [&'static str; 26] = [
        "passed",
        "refused",
        "exited",
        "syntax-error",
        "other-port",
        "ipv6-only",
        "silent",
        "ended",
        "closed",
        "reset",
        "incomplete",
        "invalid-byte",
        "wrong-type",
        "wrong-value",
        "extra-bytes",
        "too-slow",
        "crashed",
        "stopped",
        "out-of-memory",
        "too-many-processes",
        "too-many-sockets",
        "output-flood",
        "timed-out",
        "not-run",
        "interfered",
        "test-broken",
    ];

    /// The bytes expected and received, where the outcome is about bytes.
    pub fn comparison(&self) -> Option<&Comparison> {
        match self {
            Self::Closed { reply, .. }
            | Self::Incomplete { reply, .. }
            | Self::InvalidByte { reply, .. }
            | Self::WrongType { reply, .. }
            | Self::WrongValue { reply }
            | Self::ExtraBytes { reply } => Some(reply),
            _ => None,
        }
    }

    /// The exception, where one is the cause.
    pub fn crash(&self) -> Option<&Crash> {
        match self {
            Self::Exited { crash, .. } => crash.as_ref(),
            Self::Crashed { crash, .. } => Some(crash),
            _ => None,
        }
    }

    /// The place that the outcome itself names.
    pub fn span(&self) -> Option<SourceSpan> {
        match self {
            Self::SyntaxError { span, .. } => Some(span.clone()),
            Self::Ended {
                line: Some(line), ..
            } => Some(SourceSpan {
                file: "main.py".to_owned(),
                line: *line,
                column: None,
                end_column: None,
            }),
            other => other.crash().and_then(|crash| crash.span.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Comparison;

    fn comparison(expected: &str, received: &str, offset: u32) -> Comparison {
        Comparison {
            expected: expected.as_bytes().into(),
            expected_is_prefix: false,
            received: received.as_bytes().into(),
            cut_bytes: 0,
            offset,
            expected_decoded: None,
            received_decoded: None,
            request: None,
        }
    }

    #[test]
    fn a_wrong_length_is_looked_at_where_it_stands() {
        let reply = comparison("$3\r\nhé\r\n", "$2\r\nhé\r\n", 6);
        assert_eq!(reply.first_difference(), 1);
    }

    #[test]
    fn what_is_alike_up_to_the_fault_is_looked_at_there() {
        assert_eq!(comparison("+PONG\r\n", "+PONG", 5).first_difference(), 5);
        assert_eq!(
            comparison("-ERR", "-ERR no such\n", 12).first_difference(),
            12
        );
    }
}
