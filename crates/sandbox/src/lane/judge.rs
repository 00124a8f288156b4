//! A judge's container, which lives on from one learner's container to the next.

use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use tokio::io::AsyncWriteExt;

use crate::SandboxError;
use crate::frame::{Deframer, Preparation};
use crate::remains::Held;
use crate::wire::{Piece, Wire};

/// A judge that has said READY, and the connection to it.
#[derive(Debug)]
pub(crate) struct JudgeContainer {
    // Before `held`, as in a lane.
    pub(super) wire: Wire,
    pub(super) deframer: Deframer,
    pub(super) held: Held,
    pub(super) spec_hash: String,
    pub(super) born: Instant,
}

impl JudgeContainer {
    /// The container's name.
    pub(crate) fn name(&self) -> &str {
        self.held.name()
    }

    /// How long it has lived.
    pub(crate) fn age(&self) -> Duration {
        self.born.elapsed()
    }

    /// The hash of the spec that it was made after.
    pub(crate) fn spec_hash(&self) -> &str {
        &self.spec_hash
    }

    /// Whether it says nothing, as a judge does that waits. One that has ended is not quiet.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.wire.output.next().now_or_never().is_none()
    }

    /// Says one frame.
    pub(super) async fn say(&mut self, frame: &[u8]) -> Result<(), SandboxError> {
        let written = async {
            self.wire.input.write_all(frame).await?;
            self.wire.input.flush().await
        };
        written.await.map_err(|error| SandboxError::Died {
            detail: error.to_string(),
        })
    }

    /// The next word before a job. What the judge says on its standard error instead goes into the
    /// error.
    pub(super) async fn hear(&mut self) -> Result<Preparation, SandboxError> {
        let frame = next_frame(&mut self.wire, &mut self.deframer).await?;
        Preparation::read(&frame).map_err(|error| SandboxError::NotUnderstood {
            detail: error.to_string(),
        })
    }
}

async fn next_frame(wire: &mut Wire, deframer: &mut Deframer) -> Result<Bytes, SandboxError> {
    let mut complaint = Vec::new();
    loop {
        if let Some(frame) = deframer
            .next()
            .map_err(|error| SandboxError::NotUnderstood {
                detail: error.to_string(),
            })?
        {
            return Ok(frame);
        }
        match wire.output.next().await {
            Some(Ok(Piece::Stdout(bytes))) => deframer.push(&bytes),
            Some(Ok(Piece::Stderr(bytes))) => complaint.extend_from_slice(&bytes),
            end => {
                return Err(SandboxError::Died {
                    detail: how_it_ended(end, &complaint),
                });
            }
        }
    }
}

/// What was seen of a container's end, for the log.
pub(super) fn how_it_ended(end: Option<io::Result<Piece>>, complaint: &[u8]) -> String {
    let seen = match end {
        Some(Err(error)) => error.to_string(),
        _ => "its output ended".to_owned(),
    };
    match String::from_utf8_lossy(complaint).trim() {
        "" => seen,
        complaint => format!("{seen}; it said: {complaint}"),
    }
}
