//! What kinds of outcome there are, by name.

use super::Outcome;

impl Outcome {
    /// The kind as written in JSON and in `step.toml`, as in `wrong-type`.
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
            Self::Differs(_) => "differs",
            Self::ExtraBytes { .. } => "extra-bytes",
            Self::Unasked { .. } => "unasked",
            Self::WrongOutput { .. } => "wrong-output",
            Self::TooSlow { .. } => "too-slow",
            Self::TooEarly { .. } => "too-early",
            Self::Crashed { .. } => "crashed",
            Self::Stopped { .. } => "stopped",
            Self::NotEnded { .. } => "not-ended",
            Self::OutOfMemory { .. } => "out-of-memory",
            Self::TooManyProcesses { .. } => "too-many-processes",
            Self::TooManySockets { .. } => "too-many-sockets",
            Self::OutputFlood { .. } => "output-flood",
            Self::TimedOut { .. } => "timed-out",
            Self::NotRun => "not-run",
            Self::NotAsked => "not-asked",
            Self::Interfered { .. } => "interfered",
            Self::TestBroken { .. } => "test-broken",
        }
    }

    /// Every kind that [`Outcome::kind`] can return.
    pub const KINDS: [&'static str; 32] = [
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
        "differs",
        "extra-bytes",
        "unasked",
        "wrong-output",
        "too-slow",
        "too-early",
        "crashed",
        "stopped",
        "not-ended",
        "out-of-memory",
        "too-many-processes",
        "too-many-sockets",
        "output-flood",
        "timed-out",
        "not-run",
        "not-asked",
        "interfered",
        "test-broken",
    ];
}
