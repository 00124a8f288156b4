//! The right to run, and the lane to run in, handed from the pool to a run.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::SandboxError;
use crate::event_channel::EventSender;
use crate::lane::Lane;

/// A run that waits.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) lease: oneshot::Sender<Result<Lease, SandboxError>>,
    pub(super) events: Arc<EventSender>,
    /// The queue position that was sent last.
    pub(super) sent_position: Option<u32>,
}

/// A lane, and the right to run in it.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) lane: Lane,
    pub(super) permit: Permit,
}

/// The right to be one of the runs in flight. When it is dropped, it is given back.
pub(super) struct Permit {
    since: Instant,
    /// Called with how long the permit was held; none once it was given back.
    give_back: Option<Box<dyn FnOnce(Duration) + Send>>,
}

impl Permit {
    /// A permit that calls `give_back`, with how long it was held, when it is dropped.
    pub(super) fn new(give_back: impl FnOnce(Duration) + Send + 'static) -> Self {
        Self {
            since: Instant::now(),
            give_back: Some(Box::new(give_back)),
        }
    }

    /// Ends a permit that the caller gives back itself.
    pub(super) fn forget(mut self) {
        self.give_back = None;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(give_back) = self.give_back.take() {
            give_back(self.since.elapsed());
        }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Permit")
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}
