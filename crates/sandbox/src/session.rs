//! What a session takes: a program that runs on, and the times that bound it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use protocol::{Program, SessionCommand, SessionEvent};
use tokio::sync::mpsc;

/// How many commands may wait to be done, and events to be taken.
const QUEUED_MAX: usize = 64;

/// A learner's program, to run for as long as somebody speaks to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionJob {
    /// The TCP port that clients connect to.
    pub port: u16,
    /// The learner's program.
    pub program: Program,
    /// After how long without a command the session ends.
    pub idle_max: Duration,
    /// After how long it ends in any case.
    pub length_max: Duration,
    /// How much processor time the program may use in all.
    pub processor_max: Duration,
}

impl SessionJob {
    /// A session's [`idle_max`](Self::idle_max) by default.
    pub const IDLE_MAX: Duration = Duration::from_secs(3 * 60);
    /// A session's [`length_max`](Self::length_max) by default.
    pub const LENGTH_MAX: Duration = Duration::from_secs(20 * 60);
    /// A session's [`processor_max`](Self::processor_max) by default.
    pub const PROCESSOR_MAX: Duration = Duration::from_secs(30);
}

/// A session's two ends for its caller. Dropping either ends the session.
#[derive(Debug)]
pub struct Session {
    /// Where commands go; the program of a restart must be one that can be run. Sending waits where
    /// the sandbox is behind, and fails once the session is over.
    pub commands: mpsc::Sender<SessionCommand>,
    /// What happens.
    pub events: SessionStream,
}

/// A session's events, as they come; the last is [`SessionEvent::Ended`].
#[derive(Debug)]
pub struct SessionStream {
    receiver: mpsc::Receiver<SessionEvent>,
}

impl Stream for SessionStream {
    type Item = SessionEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.receiver.poll_recv(context)
    }
}

/// The sandbox's ends of a session.
#[derive(Debug)]
pub(crate) struct SessionChannel {
    pub(crate) commands: mpsc::Receiver<SessionCommand>,
    pub(crate) events: mpsc::Sender<SessionEvent>,
}

/// All four ends of a new session.
pub(crate) fn session_channel() -> (Session, SessionChannel) {
    let (command_sender, command_receiver) = mpsc::channel(QUEUED_MAX);
    let (event_sender, event_receiver) = mpsc::channel(QUEUED_MAX);
    let session = Session {
        commands: command_sender,
        events: SessionStream {
            receiver: event_receiver,
        },
    };
    let channel = SessionChannel {
        commands: command_receiver,
        events: event_sender,
    };
    (session, channel)
}
