//! One job in, frames out, until a deadline that the container can't influence.

use std::time::Duration;

use futures::StreamExt;
use protocol::ProtocolViolation;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::warn;

use super::judge::how_it_ended;
use crate::attached_io::{AttachedIo, AttachedOutput};
use crate::event_channel::EventSender;
use crate::frame::FrameDecoder;
use crate::job_frame::job_frame;
use crate::verifier::{Ending, RunVerifier};
use crate::{Job, Timings};

/// How much longer than the job's limit the server waits: the judge ends the run itself at the
/// limit and sends what it has; this is for a judge that can't.
const GRACE: Duration = Duration::from_millis(700);

/// How long writing a job may take, and then the judge's `started`. The judge has everything loaded
/// by then, so this is long even on a busy machine.
const START_MAX: Duration = Duration::from_secs(5);

/// How many bytes of the judge's standard error are kept for the log.
const STDERR_MAX: usize = 4 * 1024;

/// Why a run has no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RunFault {
    /// The container did not begin: the learner's code has not run, so another can.
    NotStarted(String),
    /// The judge's container or its connection was lost after the learner's code had started.
    Lost(String),
    /// The judge broke, with this on its standard error.
    JudgeBroke(String),
    /// The reader left, or the pool's stop ended the run.
    Cancelled,
    /// The job can't be written as a frame.
    JobTooLong(String),
}

/// Sends the job and reads the frames. Time counts from the written job.
pub(super) async fn converse(
    io: &mut AttachedIo,
    decoder: &mut FrameDecoder,
    job: &Job,
    waited: Duration,
    events: &EventSender,
) -> Result<(RunVerifier, Ending, Duration), RunFault> {
    let nonce = format!("{:032x}", rand::random::<u128>());
    let frame = job_frame(job, &nonce).map_err(|error| RunFault::JobTooLong(error.to_string()))?;
    let begin = Instant::now();
    let write = async {
        io.input.write_all(&frame).await?;
        io.input.flush().await
    };
    match timeout(START_MAX, write).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(RunFault::NotStarted(error.to_string())),
        Err(_) => return Err(RunFault::NotStarted("it did not take its job".to_owned())),
    }
    let written = Instant::now();
    let timings = Timings {
        waited_us: u32::try_from(waited.as_micros()).unwrap_or(u32::MAX),
        written_us: u32::try_from((written - begin).as_micros()).unwrap_or(u32::MAX),
        ..Timings::default()
    };
    let mut verifier = RunVerifier::new(job, nonce, timings);
    let mut stderr = Vec::new();
    let end = written + job.limit + GRACE;
    loop {
        // Checked here too: a judge that never stops sending must not put it off.
        if verifier.is_started() && Instant::now() >= end {
            return Ok((verifier, Ending::Deadline, written.elapsed()));
        }
        match receive(&mut verifier, decoder, written, events) {
            Ok(()) if verifier.is_finished() => {
                if let Some(note) = note_of(&stderr) {
                    warn!(note, "a judge served its run and noted something");
                }
                return Ok((verifier, Ending::Clean, written.elapsed()));
            }
            Ok(()) => {}
            Err(violation) if verifier.is_started() => {
                return Ok((
                    verifier,
                    Ending::ProtocolViolation(violation),
                    written.elapsed(),
                ));
            }
            Err(violation) => return Err(RunFault::NotStarted(violation.to_string())),
        }
        let deadline = if verifier.is_started() {
            end
        } else {
            end.min(written + START_MAX)
        };
        match timeout_at(deadline, io.output.next()).await {
            Ok(Some(Ok(AttachedOutput::Stdout(bytes)))) => decoder.push(&bytes),
            Ok(Some(Ok(AttachedOutput::Stderr(bytes)))) => {
                let room = STDERR_MAX.saturating_sub(stderr.len());
                stderr.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
            Ok(ended) if !verifier.is_started() => {
                return Err(RunFault::NotStarted(how_it_ended(ended, &stderr)));
            }
            Ok(Some(Err(error))) => return Err(RunFault::Lost(error.to_string())),
            Ok(None) if stderr.is_empty() => {
                return Err(RunFault::Lost("the container ended".to_owned()));
            }
            // A judge that ends has written why.
            Ok(None) => return Err(RunFault::JudgeBroke(how_it_ended(None, &stderr))),
            Err(_) if verifier.is_started() => {
                return Ok((verifier, Ending::Deadline, written.elapsed()));
            }
            Err(_) => {
                let seen = "it took its job and did not begin".to_owned();
                return Err(RunFault::NotStarted(seen));
            }
        }
    }
}

/// What a judge that serves a run to its end has written to its standard error: what it wonders about,
/// such as a difference to Redis that did not come again.
fn note_of(stderr: &[u8]) -> Option<String> {
    let note = String::from_utf8_lossy(stderr);
    let note = note.trim();
    (!note.is_empty()).then(|| note.to_owned())
}

/// Checks every whole frame that came against the plan.
fn receive(
    verifier: &mut RunVerifier,
    decoder: &mut FrameDecoder,
    written: Instant,
    events: &EventSender,
) -> Result<(), ProtocolViolation> {
    while !verifier.is_finished() {
        let Some(frame) = decoder.next()? else { break };
        if let Some(event) = verifier.take(&frame, written.elapsed())? {
            events.send_bytes(event, frame.len());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
