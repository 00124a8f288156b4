//! The containers that this server is responsible for: each is registered from before it is created
//! until it is removed, and dropping its guard begins the removal.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::engine::{Engine, Removal};
use crate::limits::Role;

/// A removal that takes longer than this no longer takes up a lane. The container itself ends
/// without the engine's help, since its connection is closed first.
const REMOVAL_COUNTS_FOR: Duration = Duration::from_secs(2);

/// A removal that takes longer than this may hang: nothing waits for it any more.
const REMOVAL_IS_WORK_FOR: Duration = Duration::from_millis(400);

/// A cheap handle on this server's containers.
#[derive(Debug, Clone)]
pub(crate) struct ContainerRegistry {
    known: Arc<Mutex<HashMap<String, Known>>>,
    /// Notified when a container is gone.
    gone: Arc<Notify>,
    removals: TaskTracker,
    runtime: Handle,
    numbers: Arc<AtomicU32>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    role: Role,
    /// When its removal began, if it has.
    removed: Option<Instant>,
}

impl ContainerRegistry {
    /// An empty registry; notifies `gone` at each removal. Must be called inside a tokio runtime.
    pub(crate) fn new(gone: Arc<Notify>) -> Self {
        let none = Self {
            known: Arc::default(),
            gone,
            removals: TaskTracker::new(),
            runtime: Handle::current(),
            numbers: Arc::default(),
        };
        measure(&none.known());
        none
    }

    /// A number that no other container of this instance has.
    pub(crate) fn next_number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Registers a container: called before it is created, since even a creation that fails can
    /// leave one.
    pub(crate) fn hold(&self, engine: &Engine, role: Role, name: String) -> ContainerGuard {
        let mut known = self.known();
        let guard = Known {
            role,
            removed: None,
        };
        known.insert(name.clone(), guard);
        measure(&known);
        drop(known);
        ContainerGuard {
            name,
            role,
            engine: engine.clone(),
            registry: self.clone(),
        }
    }

    /// Lanes that count against the limit: each has one judge.
    pub(crate) fn lanes(&self) -> u32 {
        lanes(&self.known())
    }

    /// Removals that the engine is working on.
    pub(crate) fn removing(&self) -> u32 {
        let known = self.known();
        let removals = known.values().filter(|known| {
            let since = known.removed;
            since.is_some_and(|since| since.elapsed() < REMOVAL_IS_WORK_FOR)
        });
        u32::try_from(removals.count()).unwrap_or(u32::MAX)
    }

    /// Whether the container with this name is registered.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.known().contains_key(name)
    }

    /// Waits for the removals under way.
    pub(crate) async fn settle(&self) {
        self.removals.close();
        self.removals.wait().await;
        self.removals.reopen();
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        // Nothing that holds the lock can panic halfway through a change.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lanes(known: &HashMap<String, Known>) -> u32 {
    let counts_against_the_limit = |known: &&Known| {
        known.role == Role::Judge
            && (known.removed).is_none_or(|since| since.elapsed() < REMOVAL_COUNTS_FOR)
    };
    u32::try_from(known.values().filter(counts_against_the_limit).count()).unwrap_or(u32::MAX)
}

/// Reports how many there are. Called under the lock, so that the last to count is the last to
/// report; and at every change, as the next may be hours away.
fn measure(known: &HashMap<String, Known>) {
    metrics::gauge!("codealong_lanes").set(f64::from(lanes(known)));
    let containers = u32::try_from(known.len()).unwrap_or(u32::MAX);
    metrics::gauge!("codealong_containers").set(f64::from(containers));
}

/// A registered container. Dropping it removes the container, in a task of its own.
#[derive(Debug)]
pub(crate) struct ContainerGuard {
    name: String,
    role: Role,
    engine: Engine,
    registry: ContainerRegistry,
}

impl ContainerGuard {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Begins to remove the container; the future says whether the engine has removed it, or is at it.
    /// A removal that hangs is not waited for, and goes on by itself.
    pub(crate) fn remove(mut self) -> impl Future<Output = bool> + Send {
        let answer = self.begin_removal();
        async move {
            let removed = timeout(REMOVAL_COUNTS_FOR, answer).await;
            matches!(removed, Ok(Ok(true)))
        }
    }

    /// Empties the name, which tells `drop` that the removal has begun; the receiver hears whether it
    /// went well. A removal by someone else is waited for in the background alone.
    fn begin_removal(&mut self) -> oneshot::Receiver<bool> {
        let name = std::mem::take(&mut self.name);
        let (engine, registry) = (self.engine.clone(), self.registry.clone());
        let since = Instant::now();
        let mut known = registry.known();
        let removed = Known {
            role: self.role,
            removed: Some(since),
        };
        known.insert(name.clone(), removed);
        measure(&known);
        drop(known);
        let tracker = self.registry.removals.clone();
        let (answer, answered) = oneshot::channel();
        let removal = async move {
            let removed = engine.remove(&name).await;
            // Unregistered either way: should it live on, the next sweep finds it.
            {
                let mut known = registry.known();
                known.remove(&name);
                measure(&known);
            }
            registry.gone.notify_one();
            let seconds = since.elapsed().as_secs_f64();
            metrics::histogram!("codealong_removal_seconds").record(seconds);
            match &removed {
                Ok(_) => metrics::counter!("codealong_kills_total").increment(1),
                Err(error) => warn!(
                    container = name,
                    error = error as &dyn std::error::Error,
                    "Container {name} could not be removed; the next sweep tries again",
                ),
            }
            let _nobody_waits = answer.send(removed.is_ok());
            if let Ok(Removal::UnderWay) = removed {
                engine.wait_until_removed(&name).await;
            }
        };
        tracker.spawn_on(removal, &self.registry.runtime);
        answered
    }
}

impl Drop for ContainerGuard {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            // The task goes on by itself.
            drop(self.begin_removal());
        }
    }
}
