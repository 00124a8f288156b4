//! What the pool says of itself.

use super::refusal::refusal;
use super::state::Shared;
use crate::SandboxError;

/// What the sandbox is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolState {
    /// It looks for the engine, builds its images and tests itself; runs wait.
    Starting,
    /// It serves.
    Serving,
    /// The engine is away; runs are refused until it is back.
    Away {
        /// Why, for the log.
        reason: String,
    },
    /// A guarantee is missing, or there is no image; every run is refused.
    Refusing {
        /// What is missing, for the log.
        reason: String,
    },
    /// It ends: runs in flight go on, new ones are refused.
    Stopping,
}

/// The sandbox at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolStatus {
    /// What it is doing.
    pub state: PoolState,
    /// Whether it has served since its start.
    pub has_served: bool,
    /// Lanes that wait for a run.
    pub ready: u32,
    /// Lanes that are being made.
    pub creating: u32,
    /// Runs in flight.
    pub running: u32,
    /// Runs that wait for a slot.
    pub queued: u32,
    /// Sessions.
    pub sessions: u32,
    /// All lanes, those being made and those after their run included.
    pub lanes: u32,
}

/// What a stopped sandbox leaves on the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopOutcome {
    /// No container of its own.
    Nothing,
    /// Perhaps some: they end by themselves, or the next start removes them.
    PerhapsSome {
        /// Why it is not certain, for the log.
        reason: String,
    },
}

impl Shared {
    /// Ends when the pool serves with a lane ready, or does not serve.
    pub(super) async fn wait_until_ready(&self) -> Result<(), SandboxError> {
        loop {
            let changed = self.changed.notified();
            {
                let state = self.state();
                if let Some(refusal) = refusal(&state.phase) {
                    return Err(refusal);
                }
                let has_lane = !state.ready.is_empty() || self.settings.warm == 0;
                if matches!(state.phase, PoolState::Serving) && has_lane {
                    return Ok(());
                }
            }
            changed.await;
        }
    }

    pub(super) fn status(&self) -> PoolStatus {
        let state = self.state();
        let counts = state.counts(&self.registry);
        PoolStatus {
            state: state.phase.clone(),
            has_served: state.has_served,
            ready: counts.ready,
            creating: counts.creating,
            running: counts.running,
            queued: counts.queued,
            sessions: state.seats.count(),
            lanes: counts.lanes,
        }
    }
}
