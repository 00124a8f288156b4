//! How a test ended: one variant for each thing that can be wrong, and its sentence.

use serde::{Deserialize, Serialize};

use crate::{Expected, Received, Request, RespType};

mod comparison;
mod crash;
mod difference;
mod disagreement;
mod exception_advice;
mod interference;
mod kind;
mod name_advice;
mod phrase;
mod program_end;
mod program_warning;
mod reply_phrase;
mod resp_phrase;
mod resp_rule;
mod sentence;
mod silence;
mod syntax_advice;
mod termination;
mod type_advice;
mod wrong_file;
mod wrong_output;

pub use comparison::Comparison;
pub use crash::{Crash, CrashPlace, SourceSpan, TracebackFrame};
pub use difference::{Difference, ScriptedCommand};
pub use disagreement::Disagreement;
pub use interference::{Interference, ProtocolViolation};
pub use program_end::{ListenerEnd, ListenerEndKind, ProgramEnd};
pub use program_warning::ProgramWarning;
pub(crate) use resp_phrase::replies_phrase;
pub use resp_rule::{Missing, RespNumber, RespRule};
pub use silence::Receipt;
pub use wrong_file::{FileFault, FileType};

/// How one test ended. Only `Passed` is a pass; `NotRun` and `NotAsked` say nothing of the program;
/// `TestBroken` is the course's fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// The program did what the test asks for.
    Passed,
    /// Nothing listens on the port.
    Refused {
        /// The port that was tried.
        port: u16,
        /// How long it was tried.
        waited_ms: u32,
        /// The learner's line that the program was at in the end, if known.
        line: Option<u32>,
        /// Whether the program was busy in that line rather than waiting.
        #[serde(default)]
        is_busy: bool,
    },
    /// The program ended before it listened.
    Exited {
        /// The exit code; a signal's number below zero.
        code: i32,
        /// The exception that ended it, if one did.
        crash: Option<Crash>,
        /// How it ended, where no exception did it.
        #[serde(default)]
        end: ProgramEnd,
    },
    /// Python can't read the program.
    SyntaxError {
        /// The position of the error.
        span: SourceSpan,
        /// Python's message.
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
        /// The port that clients connect to, by IPv4.
        port: u16,
    },
    /// Nothing came from the program until the deadline, whether it accepted the client or not.
    Silent {
        /// How long the client waited.
        waited_ms: u32,
        /// The client's last request.
        request: Option<Request>,
        /// What the client waited for; none where it waited to connect or to send.
        expected: Option<Expected>,
        /// Replies that came on this connection before.
        replies_before: u32,
        /// What the program did with the client's bytes, if the kernel knows.
        receipt: Option<Receipt>,
        /// The learner's line that the program was at in the end, if known.
        line: Option<u32>,
        /// Whether the program was busy in that line rather than waiting.
        is_busy: bool,
        /// What Python warned of since the request.
        #[serde(default)]
        warning: Option<ProgramWarning>,
    },
    /// The main module came to its end, so that nothing is left to answer.
    Ended {
        /// The last line that ran at the top level, if known.
        line: Option<u32>,
        /// The client's last request.
        request: Option<Request>,
        /// The test's clients until then.
        #[serde(default)]
        clients: u32,
        /// Those of them that the program had taken.
        #[serde(default)]
        accepted_clients: u32,
        /// Replies that came before.
        #[serde(default)]
        replies_before: u32,
        /// What became of its listening socket.
        #[serde(default)]
        end: ProgramEnd,
        /// The reply, where a part of it came.
        #[serde(default)]
        reply: Option<Comparison>,
    },
    /// The program closed the connection.
    Closed {
        /// Bytes of this reply that came before.
        after_bytes: u32,
        /// The reply up to then.
        reply: Comparison,
        /// What Python warned of since the request.
        #[serde(default)]
        warning: Option<ProgramWarning>,
    },
    /// The program's side reset the connection.
    Reset {
        /// Bytes of this reply that came before.
        after_bytes: u32,
    },
    /// The reply has not come to its end.
    Incomplete {
        /// The reply up to then; `offset` is where the rest is missing.
        reply: Comparison,
        /// What is missing.
        missing: Missing,
    },
    /// The reply breaks the protocol.
    InvalidByte {
        /// The reply; `offset` is the byte that can't be there.
        reply: Comparison,
        /// What the protocol requires there.
        rule: RespRule,
    },
    /// A valid reply of another type.
    WrongType {
        /// The reply beside the expected one.
        reply: Comparison,
        /// The type that was expected.
        expected_type: RespType,
        /// The type that came.
        received_type: RespType,
        /// What Python warned of since the request.
        #[serde(default)]
        warning: Option<ProgramWarning>,
    },
    /// A valid reply of the right type with another value.
    WrongValue {
        /// The reply beside the expected one.
        reply: Comparison,
        /// What was expected.
        expected: Expected,
        /// What came.
        received: Received,
    },
    /// A script of commands is answered otherwise than by a real redis-server.
    Differs(Difference),
    /// The right reply, and then more.
    ExtraBytes {
        /// The reply and what followed; `offset` is the first byte too many.
        reply: Comparison,
    },
    /// Bytes came as soon as the client had connected, before its first request.
    Unasked {
        /// The bytes; `offset` is 0, and `request` is the one that was still to come.
        reply: Comparison,
    },
    /// A real client of Redis, run by the test, printed something else.
    WrongOutput {
        /// Its name, as in `redis-cli` or `redis-py 8.1.0`.
        tool: String,
        /// What was run: the command with what it read, or the script.
        command: String,
        /// What it printed beside what it should have.
        output: Comparison,
        /// Its exit code; none where it was stopped, since nothing happened any more.
        code: Option<i32>,
    },
    /// A file of the program's is not as it should be.
    WrongFile {
        /// Its name, with that of a folder before it where there is one.
        file: String,
        /// What is wrong with it.
        fault: FileFault,
    },
    /// A real redis-server that was given files of the program's answers otherwise than it should.
    Disagrees {
        /// The names of the files.
        files: Vec<String>,
        /// What it makes of them.
        fault: Disagreement,
    },
    /// The right reply, too late.
    TooSlow {
        /// How long it took.
        took_ms: u32,
        /// How long it may take.
        limit_ms: u32,
    },
    /// The right reply, before the program can have waited for as long as it has to.
    TooEarly {
        /// How long it took, from the request's beginning on.
        took_ms: u32,
        /// How long it has to take.
        at_least_ms: u32,
        /// The client's last request.
        request: Option<Request>,
    },
    /// An exception ended the program, or its thread for this client, in the middle of the test.
    Crashed {
        /// The exception, and where in the program it was raised.
        crash: Crash,
        /// Replies that came on this connection before.
        replies_before: u32,
        /// The client's last request.
        request: Option<Request>,
    },
    /// The program ended itself in the middle of the test, without an exception.
    Stopped {
        /// The exit code; a signal's number below zero.
        code: i32,
        /// The client's last request.
        request: Option<Request>,
        /// Replies that came before.
        #[serde(default)]
        replies_before: u32,
        /// The line that ended it, and how, where that is known.
        #[serde(default)]
        end: ProgramEnd,
        /// The reply, where a part of it came.
        #[serde(default)]
        reply: Option<Comparison>,
    },
    /// The test asked the program to end, by SIGTERM, and it did not, or not as it should.
    NotEnded {
        /// How long the test has waited for its end.
        waited_ms: u32,
        /// Its exit code, a signal's number below zero; none where it still ran.
        code: Option<i32>,
        /// The learner's line that it was at then, if known.
        line: Option<u32>,
        /// Whether it was busy in that line rather than waiting.
        is_busy: bool,
    },
    /// The program asked for more memory than there is.
    OutOfMemory {
        /// The memory that the container may use, in MiB.
        limit_mib: u32,
    },
    /// The program started more processes or threads than there may be.
    TooManyProcesses {
        /// How many there may be at once.
        limit: u32,
    },
    /// The program had more sockets open at once than there may be.
    TooManySockets {
        /// Those that are counted together.
        sockets: SocketKind,
        /// How many all its processes may have open together.
        limit: u32,
    },
    /// The program printed without end and answered nothing.
    OutputFlood {
        /// How much it may print, in KiB.
        limit_kib: u32,
    },
    /// The whole run reached its time limit in this test.
    TimedOut {
        /// The time limit of the whole run.
        limit_ms: u32,
    },
    /// The run ended before this test's turn.
    NotRun,
    /// The run was for another test only.
    NotAsked,
    /// The program reached for the judge.
    Interfered {
        /// What was noticed.
        interference: Interference,
    },
    /// The test itself is broken: the course's fault, never the learner's.
    TestBroken {
        /// The exception that the test raised.
        detail: String,
    },
}

/// Sockets that are limited in their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SocketKind {
    /// TCP connections.
    Tcp,
    /// UDP sockets.
    Udp,
    /// All that are no TCP connections.
    Other,
}

impl Outcome {
    /// Whether the test passed.
    pub fn is_passed(&self) -> bool {
        matches!(self, Self::Passed)
    }

    /// The bytes expected and received, where the outcome is about bytes.
    pub fn comparison(&self) -> Option<&Comparison> {
        match self {
            Self::Closed { reply, .. }
            | Self::Incomplete { reply, .. }
            | Self::InvalidByte { reply, .. }
            | Self::WrongType { reply, .. }
            | Self::WrongValue { reply, .. }
            | Self::ExtraBytes { reply }
            | Self::Unasked { reply }
            | Self::WrongOutput { output: reply, .. }
            | Self::Differs(Difference { reply, .. }) => Some(reply),
            Self::Ended { reply, .. } | Self::Stopped { reply, .. } => reply.as_ref(),
            Self::WrongFile { fault, .. } => fault.content(),
            Self::Disagrees { fault, .. } => fault.reply(),
            _ => None,
        }
    }

    /// The line of a real Redis's log that says why it has no answer, where there is one.
    pub fn said_by_redis(&self) -> Option<&str> {
        match self {
            Self::Disagrees { fault, .. } => fault.said(),
            _ => None,
        }
    }

    /// What Python itself has warned of, where that explains the outcome.
    pub fn warning(&self) -> Option<&ProgramWarning> {
        match self {
            Self::Silent { warning, .. }
            | Self::Closed { warning, .. }
            | Self::WrongType { warning, .. } => warning.as_ref(),
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

    /// The position in the learner's program that the outcome itself names.
    pub fn span(&self) -> Option<SourceSpan> {
        match self {
            Self::SyntaxError { span, .. } => Some(span.clone()),
            Self::Ended { line, end, .. } => {
                let held = end.listener.as_ref().and_then(|listener| listener.line);
                held.or(*line).map(SourceSpan::of_line)
            }
            Self::Stopped { end, .. } => end.exit_line.map(SourceSpan::of_line),
            Self::Exited {
                crash: None, end, ..
            } => {
                let held = end.listener.as_ref().and_then(|listener| listener.line);
                held.or(end.exit_line).map(SourceSpan::of_line)
            }
            other => other.crash().and_then(|crash| crash.span.clone()),
        }
    }
}
