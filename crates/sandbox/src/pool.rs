//! Started containers that wait for runs, and the runs that wait for containers.

use std::time::Duration;

pub use crate::feed::JobStream;
use crate::feed::feed;
use crate::{ClientId, Job, SandboxError, Settings};

/// The sandbox: a cheap handle, to be cloned at will.
#[derive(Debug, Clone)]
pub struct Pool {}

/// What the sandbox is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolState {
    /// It looks for the engine, builds its image and tests itself; runs wait.
    Starting,
    /// It serves.
    Serving,
    /// The engine is away; runs are refused until it is back.
    Away {
        /// What was seen.
        reason: String,
    },
    /// It does not keep its promises and refuses every run.
    Refusing {
        /// What is missing.
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
    /// Containers that wait for a run.
    pub ready: u32,
    /// Containers that start.
    pub creating: u32,
    /// Runs in flight.
    pub running: u32,
    /// Runs that wait for a place.
    pub queued: u32,
    /// Containers that there are in all, those that are taken away included.
    pub containers: u32,
}

impl PoolStatus {
    /// Whether a run would be served now without a cold start.
    pub fn is_ready(&self) -> bool {
        self.state == PoolState::Serving && self.ready > 0
    }
}

impl Pool {
    /// Starts the sandbox: looks for the engine, builds the runner image if it is missing, sweeps,
    /// tests itself and fills up with containers, all in the background. Settings that can't work
    /// are the only error; an engine that is away is a state.
    ///
    /// Must be called inside a tokio runtime.
    pub fn start(settings: Settings) -> Result<Self, SandboxError> {
        let bad = settings.check();
        if !bad.is_empty() {
            return Err(SandboxError::Settings(bad));
        }
        Ok(Self {})
    }

    /// Runs a job for a client. The stream ends after `Finished` or the one error.
    pub fn run(&self, _job: Job, _client: ClientId) -> JobStream {
        let (writer, reader) = feed();
        writer.fail(SandboxError::Unavailable {
            reason: "no pool yet".to_owned(),
            retry_after: Duration::from_secs(1),
        });
        reader
    }

    /// Waits until the sandbox serves with a container at hand, or says why it never will.
    pub async fn ready(&self) -> Result<(), SandboxError> {
        Ok(())
    }

    /// What the sandbox is doing.
    pub fn status(&self) -> PoolStatus {
        PoolStatus {
            state: PoolState::Starting,
            ready: 0,
            creating: 0,
            running: 0,
            queued: 0,
            containers: 0,
        }
    }

    /// Ends the sandbox: takes no more runs, lets those in flight end, takes every container away.
    pub async fn stop(&self) {}
}
