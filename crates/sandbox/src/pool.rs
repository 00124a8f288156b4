//! Lanes that wait for runs, and the runs that wait for lanes.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::DropGuard;
use tokio_util::task::TaskTracker;
use tracing::warn;

mod admission;
mod backoff;
mod first_seen;
mod lease;
mod maintainer;
mod recycling;
mod refill;
mod refusal;
mod run_task;
mod seats;
mod session_budget;
mod session_task;
mod state;
mod status;
mod sweep;

use crate::event_channel::event_channel;
use crate::labels::Predecessors;
use crate::session::{Session, SessionJob, session_channel};
use crate::{ClientId, Job, SandboxError, SandboxSettings};
use state::Shared;

pub use crate::event_channel::JobStream;
pub use status::{PoolState, PoolStatus, StopOutcome};

/// How much of a stop's time is reserved for removals, after the runs.
const REMOVALS_MAX: Duration = Duration::from_secs(3);

/// The sandbox: a handle that is cheap to clone. When the last one is dropped the pool ends, less
/// tidily than by [`Pool::stop`], but without leaving anything either.
#[derive(Debug, Clone)]
pub struct Pool {
    shared: Arc<Shared>,
    maintainer: TaskTracker,
    /// Ends the maintainer with the last handle.
    _guard: Arc<DropGuard>,
}

impl Pool {
    /// Starts the sandbox: looks for the engine, builds missing images, sweeps, tests itself and
    /// makes lanes, all in the background. Settings that can't work are the only error; an engine
    /// that is away is a state.
    ///
    /// Must be called inside a tokio runtime.
    pub fn start(settings: SandboxSettings) -> Result<Self, SandboxError> {
        let bad = settings.check();
        if !bad.is_empty() {
            return Err(SandboxError::Settings(bad));
        }
        let shared = Arc::new(Shared::new(settings));
        let maintainer = TaskTracker::new();
        maintainer.spawn(maintainer::keep(Arc::clone(&shared)));
        maintainer.close();
        let guard = shared.stopping.clone().drop_guard();
        Ok(Self {
            shared,
            maintainer,
            _guard: Arc::new(guard),
        })
    }

    /// Runs a job for a client. The stream ends after `Finished` or the one error; dropping it
    /// cancels the run. Must be called inside a tokio runtime.
    pub fn run(&self, job: Job, client: ClientId) -> JobStream {
        let (writer, reader) = event_channel();
        let run_task = run_task::serve(Arc::clone(&self.shared), job, client, writer);
        // A task of its own: a slow or absent reader delays no deadline.
        self.shared.runs.spawn(run_task);
        reader
    }

    /// Starts a program for a client to speak to. Dropping either end of the session ends it; all
    /// runs come before it. Must be called inside a tokio runtime.
    pub fn open_session(&self, job: SessionJob, client: ClientId) -> Session {
        let (session, channel) = session_channel();
        let session_task = session_task::serve(Arc::clone(&self.shared), job, client, channel);
        self.shared.runs.spawn(session_task);
        session
    }

    /// Waits until the sandbox serves and a lane is ready. The error is the latest reason why it
    /// does not serve.
    pub async fn ready(&self) -> Result<(), SandboxError> {
        self.shared.wait_until_ready().await
    }

    /// What the sandbox is doing, and how many lanes and runs there are.
    pub fn status(&self) -> PoolStatus {
        self.shared.status()
    }

    /// Ends the sandbox: takes no more runs, lets those in flight end, removes every container, and
    /// returns within the settings' `stop_timeout`, with what it knows of them.
    pub async fn stop(&self) -> StopOutcome {
        let shared = &self.shared;
        let deadline = Instant::now() + shared.settings.stop_timeout;
        let removals = REMOVALS_MAX.min(shared.settings.stop_timeout / 2);
        shared.set_phase(PoolState::Stopping);
        shared.stopping.cancel();
        shared.runs.close();
        if timeout_at(deadline - removals, shared.runs.wait())
            .await
            .is_err()
        {
            warn!("Runs are still in flight at the end of the time to stop; ending them");
            shared.halted.cancel();
        }
        let tidy = async {
            self.maintainer.wait().await;
            shared.runs.wait().await;
            shared.registry.settle().await;
            if let Some(engine) = shared.engine() {
                sweep::sweep(&engine, shared, Predecessors::StaleWhenExpired).await
            } else {
                // Without an engine there never was a container.
                Ok(0)
            }
        };
        let left = deadline.saturating_duration_since(Instant::now());
        match timeout(left, tidy).await {
            Ok(Ok(0)) => StopOutcome::Nothing,
            Ok(Ok(left)) => StopOutcome::PerhapsSome {
                reason: format!("{left} could not be removed"),
            },
            Ok(Err(fault)) => StopOutcome::PerhapsSome {
                reason: format!("the last sweep failed: {}", fault.full_text()),
            },
            Err(_) => StopOutcome::PerhapsSome {
                reason: "some were still being removed at the end of the time to stop".to_owned(),
            },
        }
    }
}
