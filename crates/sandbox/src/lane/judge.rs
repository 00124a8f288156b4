//! A judge's container, which lives on from one learner's container to the next.

use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use tokio::io::AsyncWriteExt;

use crate::SandboxError;
use crate::attached_io::{AttachedIo, AttachedOutput};
use crate::container_registry::ContainerGuard;
use crate::frame::{FrameDecoder, Preparation};

/// A judge that has sent `ready`, and the connection to it.
#[derive(Debug)]
pub(crate) struct JudgeContainer {
    // Before `guard`, as in a lane.
    pub(super) io: AttachedIo,
    pub(super) decoder: FrameDecoder,
    pub(super) guard: ContainerGuard,
    pub(super) spec_hash: String,
    pub(super) born: Instant,
}

impl JudgeContainer {
    pub(crate) fn name(&self) -> &str {
        self.guard.name()
    }

    /// How long it has lived.
    pub(crate) fn age(&self) -> Duration {
        self.born.elapsed()
    }

    /// The hash of the spec that it was made from.
    pub(crate) fn spec_hash(&self) -> &str {
        &self.spec_hash
    }

    /// Whether it sends nothing, as a waiting judge does. One that has ended is not quiet.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.io.output.next().now_or_never().is_none()
    }

    /// The next frame, whatever it says.
    pub(super) async fn next_frame(&mut self) -> Result<Bytes, SandboxError> {
        next_frame(&mut self.io, &mut self.decoder).await
    }

    pub(super) async fn send(&mut self, frame: &[u8]) -> Result<(), SandboxError> {
        let written = async {
            self.io.input.write_all(frame).await?;
            self.io.input.flush().await
        };
        written.await.map_err(|error| SandboxError::Died {
            detail: error.to_string(),
        })
    }

    /// The next frame before a job. What the judge writes to its standard error instead goes into
    /// the error.
    pub(super) async fn receive(&mut self) -> Result<Preparation, SandboxError> {
        let frame = self.next_frame().await?;
        Preparation::read(&frame).map_err(|error| SandboxError::NotUnderstood {
            detail: error.to_string(),
        })
    }
}

async fn next_frame(
    io: &mut AttachedIo,
    decoder: &mut FrameDecoder,
) -> Result<Bytes, SandboxError> {
    let mut stderr = Vec::new();
    loop {
        if let Some(frame) = decoder
            .next()
            .map_err(|error| SandboxError::NotUnderstood {
                detail: error.to_string(),
            })?
        {
            return Ok(frame);
        }
        match io.output.next().await {
            Some(Ok(AttachedOutput::Stdout(bytes))) => decoder.push(&bytes),
            Some(Ok(AttachedOutput::Stderr(bytes))) => stderr.extend_from_slice(&bytes),
            end => {
                return Err(SandboxError::Died {
                    detail: how_it_ended(end, &stderr),
                });
            }
        }
    }
}

/// What was seen of a container's end, for the log.
pub(super) fn how_it_ended(end: Option<io::Result<AttachedOutput>>, stderr: &[u8]) -> String {
    let seen = match end {
        Some(Err(error)) => error.to_string(),
        _ => "its output ended".to_owned(),
    };
    match String::from_utf8_lossy(stderr).trim() {
        "" => seen,
        stderr => format!("{seen}; it said: {stderr}"),
    }
}
