//! The right to run, and the lane to run in, handed from the pool to a run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::state::{Shared, State};
use crate::event_channel::EventSender;
use crate::lane::Lane;
use crate::{ClientId, SandboxError};

/// A run that waits.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) lease: oneshot::Sender<Result<Lease, SandboxError>>,
    pub(super) events: Arc<EventSender>,
    /// The queue position that was sent last.
    pub(super) told: Option<u32>,
}

/// A lane, and the right to run in it.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) lane: Lane,
    pub(super) permit: Permit,
}

/// The right to be one of the runs in flight.
#[derive(Debug)]
pub(super) struct Permit {
    /// None once the permit was given back.
    shared: Option<Arc<Shared>>,
    client: ClientId,
    since: Instant,
}

impl Permit {
    /// The permit of a client whose run was admitted.
    pub(super) fn new(shared: Arc<Shared>, client: ClientId) -> Self {
        Self {
            shared: Some(shared),
            client,
            since: Instant::now(),
        }
    }

    /// Gives the permit back under the caller's lock, which `drop` would take again.
    pub(super) fn take_back(mut self, state: &mut State) {
        self.shared = None;
        state.admission.finish(&self.client, Duration::ZERO);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.take() {
            let used = self.since.elapsed();
            shared.state().admission.finish(&self.client, used);
            shared.dispatch();
        }
    }
}
