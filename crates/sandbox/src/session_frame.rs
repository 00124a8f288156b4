//! The frames of a session, as in `runner-image/PROTOCOL.md`.

use std::collections::BTreeMap;

use bytes::Bytes;
use protocol::{ByteString, ConnectionEnd, Outcome, OutputStream, SessionCommand, SourceSpan};
use serde::{Deserialize, Serialize};

use crate::frame::{FrameError, PROTOCOL, encode_json, read};
use crate::session::SessionJob;

/// A frame that the judge sends in a session.
#[derive(Debug, Deserialize)]
pub(crate) struct SessionEnvelope {
    /// The session's secret.
    pub(crate) nonce: String,
    /// Counted from 0 without a gap.
    pub(crate) seq: u64,
    #[serde(flatten)]
    pub(crate) message: SessionMessage,
}

impl SessionEnvelope {
    pub(crate) fn read(frame: &[u8]) -> Result<Self, FrameError> {
        read(frame)
    }
}

/// What the judge sends in a session: as in [`protocol::SessionEvent`], but for its beginning and end.
#[derive(Debug, Deserialize)]
#[serde(tag = "frame", rename_all = "kebab-case")]
pub(crate) enum SessionMessage {
    Started,
    Launched {
        launch: u16,
    },
    Output {
        stream: OutputStream,
        text: String,
        dropped_bytes: u32,
    },
    Connected {
        client: u32,
        took_us: u32,
    },
    NotConnected {
        client: u32,
        outcome: Option<Box<Outcome>>,
        span: Option<SourceSpan>,
    },
    Received {
        client: u32,
        bytes: ByteString,
        dropped_bytes: u32,
        line: Option<u32>,
        took_us: Option<u32>,
    },
    Disconnected {
        client: u32,
        how: ConnectionEnd,
    },
    Exited {
        outcome: Box<Outcome>,
        span: Option<SourceSpan>,
    },
    Finished {
        reason: FinishReason,
        /// Processor time of the learner's container and of the judge's process.
        cpu_us: Option<u64>,
    },
}

/// Why the judge has ended a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FinishReason {
    /// The server asked for it.
    Finished,
    /// The program has used all of its processor time.
    Processor,
    /// The program has used up its container.
    Spent,
}

/// A frame to the judge that begins a session, or is sent in one.
#[derive(Serialize)]
#[serde(tag = "frame", rename_all = "kebab-case")]
enum SessionFrame<'session> {
    Session {
        protocol: u32,
        nonce: &'session str,
        port: u16,
        cpu_limit_ms: u32,
        files: &'session BTreeMap<String, String>,
    },
    Connect {
        client: u32,
    },
    Send {
        client: u32,
        /// Each character is one byte.
        bytes: String,
    },
    Disconnect {
        client: u32,
    },
    Restart {
        files: &'session BTreeMap<String, String>,
    },
    Finish,
}

/// The frame that begins a session, length included.
pub(crate) fn session_frame(job: &SessionJob, nonce: &str) -> Result<Bytes, FrameError> {
    encode_json(&SessionFrame::Session {
        protocol: PROTOCOL,
        nonce,
        port: job.port,
        cpu_limit_ms: u32::try_from(job.processor_max.as_millis()).unwrap_or(u32::MAX),
        files: &job.program.files,
    })
}

/// The frame of a command, length included; none for one that is not for the judge.
pub(crate) fn command_frame(command: &SessionCommand) -> Result<Option<Bytes>, FrameError> {
    let frame = match command {
        SessionCommand::Stay => return Ok(None),
        SessionCommand::Connect { client } => SessionFrame::Connect { client: *client },
        SessionCommand::Send { client, bytes } => SessionFrame::Send {
            client: *client,
            bytes: bytes.as_bytes().iter().copied().map(char::from).collect(),
        },
        SessionCommand::Disconnect { client } => SessionFrame::Disconnect { client: *client },
        SessionCommand::Restart { program } => SessionFrame::Restart {
            files: &program.files,
        },
    };
    encode_json(&frame).map(Some)
}

/// The frame that ends a session, length included.
pub(crate) fn finish_frame() -> Result<Bytes, FrameError> {
    encode_json(&SessionFrame::Finish)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_a_character() {
        let frame = command_frame(&SessionCommand::Send {
            client: 2,
            bytes: ByteString::from(&b"a\xff\r\n"[..]),
        });
        let frame = frame.unwrap().unwrap();
        let text = std::str::from_utf8(&frame[4..]).unwrap();
        assert_eq!(
            text,
            "{\"frame\":\"send\",\"client\":2,\"bytes\":\"a\u{ff}\\r\\n\"}"
        );
    }
}
