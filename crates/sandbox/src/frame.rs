//! What server and judge send each other, as in `runner-image/PROTOCOL.md`.

use bytes::{Bytes, BytesMut};
use protocol::{Exchange, Outcome, OutputStream, ProtocolViolation, Recording, SourceSpan, TestId};
use serde::{Deserialize, Serialize};
use tokio_util::codec::{Decoder, Encoder, LengthDelimitedCodec};

use crate::measured::Measured;

/// The protocol's version, which both sides send.
pub(crate) const PROTOCOL: u32 = 4;

/// The longest frame that is read or written, in bytes.
pub(crate) const FRAME_MAX: usize = 4 * 1024 * 1024;

/// The longest frame before a job, in bytes: nothing of a learner's is in it.
pub(crate) const PREPARATION_MAX: usize = 64 * 1024;

/// Why bytes are not frames.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a frame of {found} bytes, where {max} are allowed")]
    TooLong { found: usize, max: usize },
    #[error("a frame that is not of the protocol: {0}")]
    Unreadable(String),
}

impl From<FrameError> for ProtocolViolation {
    fn from(error: FrameError) -> Self {
        let bytes = |count| u64::try_from(count).unwrap_or(u64::MAX);
        match error {
            FrameError::TooLong { found, max } => Self::TooLong {
                found: bytes(found),
                max: bytes(max),
            },
            FrameError::Unreadable(detail) => Self::Unreadable { detail },
        }
    }
}

/// Assembles frames from chunks that are cut anywhere: Docker cuts at 32 KiB.
#[derive(Debug)]
pub(crate) struct FrameDecoder {
    bytes: BytesMut,
    codec: LengthDelimitedCodec,
}

impl FrameDecoder {
    /// A decoder of frames of at most `max` bytes.
    pub(crate) fn new(max: usize) -> Self {
        let mut codec = LengthDelimitedCodec::new();
        codec.set_max_frame_length(max);
        Self {
            bytes: BytesMut::new(),
            codec,
        }
    }

    /// Changes the limit for the frames to come.
    pub(crate) fn limit(&mut self, max: usize) {
        self.codec.set_max_frame_length(max);
    }

    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.bytes.extend_from_slice(chunk);
    }

    /// The next whole frame, without its length. One that is too long is refused by its length,
    /// before its bytes come.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, FrameError> {
        let frame = self.codec.decode(&mut self.bytes);
        let max = self.codec.max_frame_length();
        match frame {
            Ok(frame) => Ok(frame.map(BytesMut::freeze)),
            // While more bytes may come, the codec has no other error; it leaves the length in place.
            Err(_) => {
                let length = self.bytes.first_chunk().copied().unwrap_or_default();
                let found = u32::from_be_bytes(length) as usize;
                Err(FrameError::TooLong { found, max })
            }
        }
    }
}

/// Encodes a value as a frame, length included.
pub(crate) fn encode_json(frame: &impl Serialize) -> Result<Bytes, FrameError> {
    let body = serde_json::to_vec(frame);
    encode(body.map_err(|error| FrameError::Unreadable(error.to_string()))?)
}

/// Encodes a frame, length included.
fn encode(body: Vec<u8>) -> Result<Bytes, FrameError> {
    let found = body.len();
    let mut bytes = BytesMut::with_capacity(4 + found);
    let mut codec = LengthDelimitedCodec::new();
    codec.set_max_frame_length(FRAME_MAX);
    match codec.encode(Bytes::from(body), &mut bytes) {
        Ok(()) => Ok(bytes.freeze()),
        Err(_) => Err(FrameError::TooLong {
            found,
            max: FRAME_MAX,
        }),
    }
}

/// What a judge sends before it has a job.
#[derive(Debug, Deserialize)]
#[serde(tag = "frame", rename_all = "kebab-case")]
pub(crate) enum Preparation {
    /// It can serve; these are its container's limits.
    Ready {
        protocol: u32,
        limits: Box<Measured>,
    },
    /// Its namespace is clean: a learner's container can join.
    Listening,
    /// One has joined; these are its limits.
    Joined { limits: Box<Measured> },
}

impl Preparation {
    pub(crate) fn read(frame: &[u8]) -> Result<Self, FrameError> {
        read(frame)
    }

    /// Its name in the protocol.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "ready",
            Self::Listening => "listening",
            Self::Joined { .. } => "joined",
        }
    }
}

/// The frame that announces a learner's container of this user, length included.
pub(crate) fn open_frame(user: u32) -> Result<Bytes, FrameError> {
    encode(format!(r#"{{"frame":"open","user":{user}}}"#).into_bytes())
}

/// A frame that the judge sends after the job.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope {
    /// The job's secret.
    pub(crate) nonce: String,
    /// Counted from 0 without a gap.
    pub(crate) seq: u64,
    #[serde(flatten)]
    pub(crate) message: JudgeMessage,
}

impl Envelope {
    pub(crate) fn read(frame: &[u8]) -> Result<Self, FrameError> {
        read(frame)
    }
}

/// What the judge sends after the job.
#[derive(Debug, Deserialize)]
#[serde(tag = "frame", rename_all = "kebab-case")]
pub(crate) enum JudgeMessage {
    Started,
    TestStarted {
        id: TestId,
    },
    Output {
        launch: u16,
        stream: OutputStream,
        text: String,
        /// The test in which it was written, where it comes after the last.
        #[serde(default)]
        test: Option<TestId>,
    },
    TestFinished(Box<TestFinished>),
    Recording(Box<Recording>),
    Finished(RunSummary),
    Lines {
        lines: Vec<FoundLine>,
    },
}

/// The line that decided on a test's wrong reply.
#[derive(Debug, Deserialize)]
pub(crate) struct FoundLine {
    pub(crate) id: TestId,
    pub(crate) line: u32,
}

/// How a test ended, as the judge reports it.
#[derive(Debug, Deserialize)]
pub(crate) struct TestFinished {
    pub(crate) id: TestId,
    pub(crate) outcome: Outcome,
    #[serde(default)]
    pub(crate) span: Option<SourceSpan>,
    #[serde(default)]
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) duration_us: u32,
}

/// The judge's summary.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct RunSummary {
    #[serde(default)]
    pub(crate) dropped_bytes: u64,
    #[serde(default)]
    pub(crate) launches: u16,
    #[serde(default)]
    pub(crate) timings: LaunchTimings,
    #[serde(default)]
    pub(crate) memory_peak_bytes: Option<u64>,
    /// Processor time of the learner's container and of the judge's process for this job.
    #[serde(default)]
    pub(crate) cpu_us: Option<u64>,
    /// Time in which the learner's container wanted a processor but had used up its share.
    #[serde(default)]
    pub(crate) throttled_us: Option<u64>,
    /// Whether a frame with lines follows.
    #[serde(default)]
    pub(crate) lines_follow: bool,
}

/// The first launch of the learner's program.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct LaunchTimings {
    #[serde(default)]
    pub(crate) launch_us: Option<u32>,
    #[serde(default)]
    pub(crate) listen_us: Option<u32>,
}

/// Decodes a frame, without its length.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(frame: &[u8]) -> Result<T, FrameError> {
    serde_json::from_slice(frame).map_err(|error| FrameError::Unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(text: &str) -> Vec<u8> {
        let mut bytes = u32::try_from(text.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }

    #[test]
    fn frames_come_together_however_they_are_cut() {
        let stream = [framed("one"), framed(""), framed("three")].concat();
        for size in 1..=stream.len() {
            let mut decoder = FrameDecoder::new(100);
            let mut found = Vec::new();
            for chunk in stream.chunks(size) {
                decoder.push(chunk);
                while let Some(frame) = decoder.next().unwrap() {
                    found.push(String::from_utf8(frame.to_vec()).unwrap());
                }
            }
            assert_eq!(found, ["one", "", "three"], "cut at {size}");
        }
    }

    #[test]
    fn a_frame_that_is_too_long_is_refused_by_its_length_alone() {
        let mut decoder = FrameDecoder::new(100);
        decoder.push(&101_u32.to_be_bytes());
        let error = decoder.next().unwrap_err();
        assert_eq!(
            error,
            FrameError::TooLong {
                found: 101,
                max: 100
            }
        );
    }

    #[test]
    fn what_the_judge_says_is_read() {
        let envelope = Envelope::read(
            br#"{"nonce": "ab", "seq": 3, "frame": "output", "launch": 1, "stream": "stderr",
                 "text": "x"}"#,
        )
        .unwrap();
        assert_eq!((envelope.nonce.as_str(), envelope.seq), ("ab", 3));
        assert!(matches!(
            envelope.message,
            JudgeMessage::Output {
                stream: OutputStream::Stderr,
                ..
            }
        ));
        let envelope = Envelope::read(
            br#"{"nonce": "ab", "seq": 4, "frame": "test-finished", "id": "listen.1",
                 "outcome": {"kind": "refused", "port": 6379, "waited_ms": 2000}, "span": null,
                 "exchanges": [{"client": 1, "at_us": 5, "action": "connected"}],
                 "duration_us": 77}"#,
        )
        .unwrap();
        let JudgeMessage::TestFinished(test) = envelope.message else {
            panic!("{:?}", envelope.message);
        };
        assert_eq!(test.outcome.kind(), "refused");
        let envelope = Envelope::read(
            br#"{"nonce": "ab", "seq": 5, "frame": "finished", "duration_us": 1,
                 "dropped_bytes": 0, "launches": 1,
                 "timings": {"launch_us": 9, "listen_us": null}, "memory_peak_bytes": null}"#,
        )
        .unwrap();
        assert!(matches!(envelope.message, JudgeMessage::Finished(_)));
    }

    #[test]
    fn what_is_no_word_of_the_protocol_is_refused() {
        for bad in [
            "",
            "{}",
            "null",
            r#"{"nonce": "ab", "seq": 0, "frame": "passed"}"#,
            r#"{"nonce": "ab", "seq": -1, "frame": "started"}"#,
            r#"{"seq": 0, "frame": "started"}"#,
        ] {
            assert!(Envelope::read(bad.as_bytes()).is_err(), "{bad} was taken");
        }
    }
}
