//! A session in a lane: commands in, frames out, for as long as it may last.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures::StreamExt;
use protocol::{SessionCommand, SessionEnd, SessionEvent};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::judge::{JudgeContainer, how_it_ended};
use super::{FinishedLane, Lane};
use crate::attached_io::AttachedOutput;
use crate::job::is_limit;
use crate::session::{SessionChannel, SessionJob};
use crate::session_frame::{
    FinishReason, SessionEnvelope, SessionMessage, command_frame, finish_frame, session_frame,
};

/// How long it may take to end, once it is told to.
const FINISH_MAX: Duration = Duration::from_secs(2);

/// How long an event may wait for its reader.
const UNREAD_FOR_MAX: Duration = Duration::from_secs(30);

/// How many bytes of the judge's standard error are kept for the log.
const STDERR_MAX: usize = 4 * 1024;

/// How a session in a lane ended.
#[derive(Debug)]
pub(crate) enum SessionFault {
    /// Nobody reads any more, or sends.
    Left,
    /// The container or its connection was lost, or the judge broke.
    Lost(String),
}

impl SessionFault {
    /// For the owner's graphs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Lost(_) => "broken",
        }
    }
}

impl Lane {
    /// Serves a session until the program or its time is used up, its caller leaves, or `over` says
    /// why it ends. `on_command` is called at each command. With it comes how much processor time it
    /// used, where the judge said so.
    pub(crate) async fn serve_session(
        self,
        job: &SessionJob,
        channel: &mut SessionChannel,
        on_command: impl Fn() + Send,
        over: impl Future<Output = SessionEnd> + Send,
    ) -> (
        Result<SessionEnd, SessionFault>,
        Option<Duration>,
        FinishedLane,
    ) {
        let Self {
            mut judge, learner, ..
        } = self;
        let mut talk = Conversation::new(&mut judge, job);
        let result = talk.go_on(channel, on_command, over).await;
        let is_clean = match &result {
            Err(SessionFault::Lost(_)) => false,
            _ => talk.finish().await,
        };
        let (cpu, is_at_rest) = (talk.cpu, is_clean && !talk.has_hit_a_limit);
        let finished = FinishedLane {
            judge: is_clean.then_some(judge),
            learner,
            lines_to_come: None,
            is_at_rest,
        };
        (result, cpu, finished)
    }
}

/// What is under way with the judge.
struct Conversation<'lane> {
    judge: &'lane mut JudgeContainer,
    job: &'lane SessionJob,
    nonce: String,
    next_seq: u64,
    /// What is still to be written. Reading goes on meanwhile: a judge that waits to be read takes
    /// nothing.
    unwritten: Bytes,
    /// Whether all of it has gone out.
    is_flushed: bool,
    stderr: Vec<u8>,
    /// What is still to be taken by the session's caller. Nothing more is read from the judge meanwhile:
    /// it waits, as does what the program sends.
    untaken: VecDeque<SessionEvent>,
    /// When nobody took anything for too long, while there is something to take.
    taken_by: Instant,
    /// What the judge said last, where it has ended the session.
    finished: Option<FinishReason>,
    /// The processor time that it has told then.
    cpu: Option<Duration>,
    /// Whether the program had to be held by a limit: it may go on to burn what it can.
    has_hit_a_limit: bool,
}

impl<'lane> Conversation<'lane> {
    fn new(judge: &'lane mut JudgeContainer, job: &'lane SessionJob) -> Self {
        Self {
            judge,
            job,
            nonce: format!("{:032x}", rand::random::<u128>()),
            next_seq: 0,
            unwritten: Bytes::new(),
            is_flushed: true,
            stderr: Vec::new(),
            untaken: VecDeque::new(),
            taken_by: Instant::now(),
            finished: None,
            cpu: None,
            has_hit_a_limit: false,
        }
    }

    async fn go_on(
        &mut self,
        channel: &mut SessionChannel,
        on_command: impl Fn() + Send,
        over: impl Future<Output = SessionEnd> + Send,
    ) -> Result<SessionEnd, SessionFault> {
        let frame = session_frame(self.job, &self.nonce);
        self.unwritten = frame.map_err(|error| SessionFault::Lost(error.to_string()))?;
        self.is_flushed = false;
        let begin = Instant::now();
        let mut last_command = begin;
        let mut over = std::pin::pin!(over);
        let SessionChannel { commands, events } = channel;
        loop {
            let idle_end = last_command + self.job.idle_max;
            let end = begin + self.job.length_max;
            tokio::select! {
                biased;
                end = &mut over => return Ok(end),
                () = events.closed() => return Err(SessionFault::Left),
                () = sleep_until(end) => {
                    return Ok(SessionEnd::TooLong { length_s: seconds(self.job.length_max) });
                }
                () = sleep_until(idle_end) => {
                    return Ok(SessionEnd::Idle { idle_s: seconds(self.job.idle_max) });
                }
                () = sleep_until(self.taken_by), if !self.untaken.is_empty() => {
                    return Err(SessionFault::Left);
                }
                room = events.reserve(), if !self.untaken.is_empty() => {
                    let Ok(room) = room else {
                        return Err(SessionFault::Left);
                    };
                    if let Some(event) = self.untaken.pop_front() {
                        room.send(event);
                    }
                    self.taken_by = Instant::now() + UNREAD_FOR_MAX;
                    if self.untaken.is_empty()
                        && let Some(reason) = self.finished
                    {
                        return Ok(self.end_of(reason));
                    }
                }
                output = self.judge.io.output.next(), if self.untaken.is_empty() => {
                    let Some(Ok(output)) = output else {
                        return Err(SessionFault::Lost(how_it_ended(output, &self.stderr)));
                    };
                    self.take(output);
                    self.read_events()?;
                    self.taken_by = Instant::now() + UNREAD_FOR_MAX;
                    if self.untaken.is_empty()
                        && let Some(reason) = self.finished
                    {
                        return Ok(self.end_of(reason));
                    }
                }
                written = write_some(&mut self.judge.io.input, &self.unwritten), if !self.is_flushed => {
                    match written {
                        Ok(0) => self.is_flushed = true,
                        Ok(count) => self.unwritten.advance(count),
                        Err(error) => return Err(SessionFault::Lost(error.to_string())),
                    }
                }
                command = commands.recv(), if self.is_flushed => {
                    let Some(command) = command else {
                        return Err(SessionFault::Left);
                    };
                    last_command = Instant::now();
                    on_command();
                    self.queue(&command)?;
                }
            }
        }
    }

    fn queue(&mut self, command: &SessionCommand) -> Result<(), SessionFault> {
        let frame = command_frame(command);
        let frame = frame.map_err(|error| SessionFault::Lost(error.to_string()))?;
        if let Some(frame) = frame {
            self.unwritten = frame;
            self.is_flushed = false;
        }
        Ok(())
    }

    fn take(&mut self, output: AttachedOutput) {
        match output {
            AttachedOutput::Stdout(bytes) => self.judge.decoder.push(&bytes),
            AttachedOutput::Stderr(bytes) => {
                let room = STDERR_MAX.saturating_sub(self.stderr.len());
                self.stderr
                    .extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
        }
    }

    /// Makes an event of each whole frame that has come.
    fn read_events(&mut self) -> Result<(), SessionFault> {
        while self.finished.is_none() {
            let Some(event) = self.next_event()? else {
                return Ok(());
            };
            self.untaken.push_back(event);
        }
        Ok(())
    }

    /// The event of the next whole frame, if there is one and it is one.
    fn next_event(&mut self) -> Result<Option<SessionEvent>, SessionFault> {
        let lost = |error: &dyn std::fmt::Display| SessionFault::Lost(error.to_string());
        while let Some(frame) = self.judge.decoder.next().map_err(|error| lost(&error))? {
            let envelope = SessionEnvelope::read(&frame).map_err(|error| lost(&error))?;
            if envelope.nonce != self.nonce || envelope.seq != self.next_seq {
                return Err(lost(
                    &"a frame that is not of this session, or not the next",
                ));
            }
            self.next_seq += 1;
            match self.event_of(envelope.message) {
                Some(event) => return Ok(Some(event)),
                None if self.finished.is_some() => return Ok(None),
                None => {}
            }
        }
        Ok(None)
    }

    fn event_of(&mut self, message: SessionMessage) -> Option<SessionEvent> {
        Some(match message {
            SessionMessage::Started => SessionEvent::Opened {
                idle_max_s: seconds(self.job.idle_max),
                length_max_s: seconds(self.job.length_max),
            },
            SessionMessage::Launched { launch } => SessionEvent::Started { launch },
            SessionMessage::Output {
                stream,
                text,
                dropped_bytes,
            } => SessionEvent::Output {
                stream,
                text,
                dropped_bytes,
            },
            SessionMessage::Connected { client, took_us } => {
                SessionEvent::Connected { client, took_us }
            }
            SessionMessage::NotConnected {
                client,
                outcome,
                span,
            } => SessionEvent::NotConnected {
                client,
                outcome,
                span,
            },
            SessionMessage::Received {
                client,
                bytes,
                dropped_bytes,
                line,
                took_us,
            } => SessionEvent::Received {
                client,
                bytes,
                dropped_bytes,
                line,
                took_us,
            },
            SessionMessage::Disconnected { client, how } => {
                SessionEvent::Disconnected { client, how }
            }
            SessionMessage::Exited { outcome, span } => {
                self.has_hit_a_limit |= is_limit(&outcome);
                SessionEvent::Exited { outcome, span }
            }
            SessionMessage::Finished { reason, cpu_us } => {
                self.finished = Some(reason);
                self.cpu = cpu_us.map(Duration::from_micros);
                return None;
            }
        })
    }

    fn end_of(&self, reason: FinishReason) -> SessionEnd {
        match reason {
            FinishReason::Processor => SessionEnd::Processor {
                cpu_s: seconds(self.job.processor_max),
            },
            FinishReason::Spent | FinishReason::Finished => SessionEnd::Spent,
        }
    }

    /// Tells the judge to end the session; says whether it has, and can serve again.
    ///
    /// One that has ended it by itself can't: there may be commands that it has not read, which are no
    /// beginning of another run.
    async fn finish(&mut self) -> bool {
        if self.finished.is_some() {
            return false;
        }
        let deadline = Instant::now() + FINISH_MAX;
        let Ok(frame) = finish_frame() else {
            return false;
        };
        let write = async {
            // What is half written must be written whole.
            self.judge.io.input.write_all(&self.unwritten).await?;
            self.judge.io.input.write_all(&frame).await?;
            self.judge.io.input.flush().await
        };
        // A judge that waits to be read takes nothing: then it can't serve again.
        if !matches!(timeout_at(deadline, write).await, Ok(Ok(()))) {
            return false;
        }
        while self.finished.is_none() {
            self.untaken.clear();
            if self.read_events().is_err() {
                return false;
            }
            if self.finished.is_some() {
                break;
            }
            match timeout_at(deadline, self.judge.io.output.next()).await {
                Ok(Some(Ok(output))) => self.take(output),
                _ => return false,
            }
        }
        self.finished == Some(FinishReason::Finished)
    }
}

/// Writes some of it, or flushes where nothing is left; returns how much was written. Nothing is lost
/// where this is dropped.
async fn write_some(
    input: &mut Pin<Box<dyn AsyncWrite + Send>>,
    unwritten: &Bytes,
) -> io::Result<usize> {
    if unwritten.is_empty() {
        input.flush().await?;
        return Ok(0);
    }
    match input.write(unwritten).await? {
        0 => Err(io::ErrorKind::WriteZero.into()),
        count => Ok(count),
    }
}

/// Whole seconds.
fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}
