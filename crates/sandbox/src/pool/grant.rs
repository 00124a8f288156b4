//! The right to run, and the container to run in, on their way from the pool to a run.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::state::{Shared, State};
use crate::feed::FeedWriter;
use crate::slot::Slot;
use crate::{ClientId, SandboxError};

/// A run that waits.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) grant: oneshot::Sender<Result<Grant, SandboxError>>,
    pub(super) feed: Arc<FeedWriter>,
    /// The place that was told last.
    pub(super) told: Option<u32>,
}

/// A container, and the right to run in it.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) slot: Slot,
    pub(super) permit: Permit,
}

/// The right to be one of the runs in flight.
#[derive(Debug)]
pub(super) struct Permit {
    /// None once the permit was taken back.
    shared: Option<Arc<Shared>>,
    client: ClientId,
}

impl Permit {
    /// The permit of a client whose run was admitted.
    pub(super) fn new(shared: Arc<Shared>, client: ClientId) -> Self {
        Self {
            shared: Some(shared),
            client,
        }
    }

    /// Takes the permit back by hand, where the lock is held already.
    pub(super) fn take_back(mut self, state: &mut State) {
        self.shared = None;
        state.admission.finish(&self.client);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.take() {
            shared.state().admission.finish(&self.client);
            shared.dispatch();
        }
    }
}
