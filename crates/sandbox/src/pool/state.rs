//! What the pool has and who wants it, behind one lock that is never held across an await.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as AsyncMutex, Notify, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::admission::{Admission, Admitted, Entry, TicketId};
use super::first_seen::FirstSeen;
use super::lease::{Lease, Permit, Waiter};
use super::refill::PoolCounts;
use super::refusal::{refusal, retry_after, too_late};
use super::seats::Seats;
use super::session_budget::SessionBudget;
use super::session_task::Occupant;
use super::status::PoolState;
use crate::container_registry::ContainerRegistry;
use crate::engine::Engine;
use crate::labels::InstanceId;
use crate::lane::{JudgeContainer, Lane};
use crate::{ClientId, JobEvent, SandboxError, SandboxSettings};

/// What all of the pool's tasks share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: SandboxSettings,
    pub(super) instance: InstanceId,
    pub(super) registry: ContainerRegistry,
    /// Runs, from the request until their lane is recycled, which may be long after the answer.
    pub(super) runs: TaskTracker,
    /// Notified when there may be something to create.
    pub(super) maintainer: Arc<Notify>,
    /// Ends the maintainer.
    pub(super) stopping: CancellationToken,
    /// Ends the runs in flight.
    pub(super) halted: CancellationToken,
    /// Notified when what the pool has, or does, may have changed.
    pub(super) changed: Notify,
    /// Taken by the one finished lane whose removal is next.
    pub(super) removal_turn: AsyncMutex<()>,
    state: Mutex<State>,
    first_seen: Mutex<FirstSeen>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) phase: PoolState,
    pub(super) has_served: bool,
    engine: Option<Engine>,
    pub(super) admission: Admission<Waiter>,
    pub(super) ready: VecDeque<Lane>,
    /// Judges whose learner's container is gone: each can take the next.
    pub(super) judges: VecDeque<IdleJudge>,
    creating: u32,
    /// Finished lanes that wait for their recycling or are in it.
    pub(super) finished: u32,
    /// Runs whose first lane died before they began; they are served before all others.
    pub(super) retries: VecDeque<oneshot::Sender<Lane>>,
    pub(super) seats: Seats<Occupant>,
    pub(super) session_budget: SessionBudget,
    /// Sessions that wait for a lane; they are served after all runs.
    pub(super) session_waiters: VecDeque<oneshot::Sender<Lane>>,
    /// A moving average of what a run takes.
    run_seconds: f64,
}

/// A judge that waits for a learner's container.
#[derive(Debug)]
pub(super) struct IdleJudge {
    pub(super) judge: JudgeContainer,
    pub(super) since: Instant,
}

impl Shared {
    /// An empty pool. Must be called inside a tokio runtime.
    pub(super) fn new(settings: SandboxSettings) -> Self {
        measure_engine(EngineSeen::Away);
        let maintainer = Arc::new(Notify::new());
        Self {
            instance: InstanceId::new(&settings.owner),
            registry: ContainerRegistry::new(Arc::clone(&maintainer)),
            runs: TaskTracker::new(),
            maintainer,
            stopping: CancellationToken::new(),
            halted: CancellationToken::new(),
            changed: Notify::new(),
            removal_turn: AsyncMutex::default(),
            state: Mutex::new(State {
                phase: PoolState::Starting,
                has_served: false,
                engine: None,
                admission: Admission::new(settings.running_max, settings.queue_max),
                ready: VecDeque::new(),
                judges: VecDeque::new(),
                creating: 0,
                finished: 0,
                retries: VecDeque::new(),
                seats: Seats::new(settings.sessions_max),
                session_budget: SessionBudget::new(),
                session_waiters: VecDeque::new(),
                run_seconds: 0.2,
            }),
            first_seen: Mutex::default(),
            settings,
        }
    }

    /// Lets a run into the queue.
    pub(super) fn enter(
        self: &Arc<Self>,
        client: ClientId,
        waiter: Waiter,
    ) -> Result<TicketId, SandboxError> {
        let mut state = self.state();
        if let Some(refusal) = refusal(&state.phase) {
            return Err(refusal);
        }
        let entry = state.admission.enter(client, waiter);
        let retry_after = state.retry_after();
        drop(state);
        let ticket = match entry {
            Entry::Full => return Err(SandboxError::Busy { retry_after }),
            Entry::Waiting(ticket) => ticket,
            // Sending fails where the other run is gone already.
            Entry::WaitingInsteadOf(ticket, older) => {
                let _gone = older.lease.send(Err(SandboxError::Replaced));
                ticket
            }
            Entry::WaitingAtTheCostOf(ticket, displaced) => {
                let _gone = displaced
                    .lease
                    .send(Err(SandboxError::Busy { retry_after }));
                ticket
            }
        };
        self.dispatch();
        Ok(ticket)
    }

    /// Removes a run from the queue.
    pub(super) fn leave(self: &Arc<Self>, ticket: TicketId) {
        let waiter = self.state().admission.leave(ticket);
        drop(waiter);
        self.dispatch();
    }

    /// Waits for another lane for a run that has its permit and lost its first one. A pool that
    /// does not serve closes the channel at once.
    pub(super) fn retry(self: &Arc<Self>) -> oneshot::Receiver<Lane> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        if state.serves() {
            state.retries.push_back(sender);
        }
        drop(state);
        self.dispatch();
        receiver
    }

    /// Keeps a lane ready, if the pool serves.
    pub(super) fn deposit(self: &Arc<Self>, lane: Lane) {
        let mut state = self.state();
        if !state.serves() {
            drop(state);
            drop(lane);
            return;
        }
        state.ready.push_back(lane);
        drop(state);
        self.dispatch();
    }

    /// Hands lanes to runs, as long as there are both, and sends the others their queue positions.
    pub(super) fn dispatch(self: &Arc<Self>) {
        let mut dead = Vec::new();
        let mut state = self.state();
        state.session_waiters.retain(|waiter| !waiter.is_closed());
        while let Some(lane) = state.living_lane(&mut dead) {
            if let Some(retry) = state.retries.pop_front() {
                if let Err(lane) = retry.send(lane) {
                    state.ready.push_front(lane);
                }
                continue;
            }
            let Some(Admitted { client, waiter }) = state.admission.admit() else {
                let Some(session) = state.session_waiters.pop_front() else {
                    state.ready.push_front(lane);
                    break;
                };
                if let Err(lane) = session.send(lane) {
                    state.ready.push_front(lane);
                }
                continue;
            };
            let permit = self.permit_of(client.clone());
            if let Err(Ok(lease)) = waiter.lease.send(Ok(Lease { lane, permit })) {
                // The run left meanwhile; its lane is as good as new.
                state.ready.push_front(lease.lane);
                // Given back here: the permit's own way takes the lock that is held.
                lease.permit.forget();
                state.admission.finish(&client, Duration::ZERO);
            }
        }
        for (before, waiter) in (0..).zip(state.admission.waiting()) {
            let position = before + 1;
            if waiter.sent_position != Some(position) {
                waiter.sent_position = Some(position);
                waiter.events.send(JobEvent::Queued { position });
            }
        }
        state.measure(&self.registry);
        drop(state);
        drop(dead);
        self.maintainer.notify_one();
        self.changed.notify_waiters();
    }

    fn permit_of(self: &Arc<Self>, client: ClientId) -> Permit {
        let shared = Arc::clone(self);
        Permit::new(move |used| {
            shared.state().admission.finish(&client, used);
            shared.dispatch();
        })
    }

    /// Enters another phase. Only a starting or serving pool keeps what waits; a stop is final.
    pub(super) fn set_phase(self: &Arc<Self>, phase: PoolState) {
        if matches!(phase, PoolState::Away { .. }) {
            measure_engine(EngineSeen::Away);
        }
        let mut state = self.state();
        if matches!(state.phase, PoolState::Stopping) {
            return;
        }
        state.has_served |= matches!(phase, PoolState::Serving);
        state.phase = phase;
        let (waiters, lanes, others) = if state.serves() {
            Default::default()
        } else {
            let State {
                admission,
                ready,
                judges,
                retries,
                session_waiters,
                ..
            } = &mut *state;
            (
                admission.clear(),
                (std::mem::take(ready), std::mem::take(judges)),
                (std::mem::take(retries), std::mem::take(session_waiters)),
            )
        };
        let phase = state.phase.clone();
        drop(state);
        for waiter in waiters {
            if let Some(refusal) = refusal(&phase) {
                let _gone = waiter.lease.send(Err(refusal));
            }
        }
        drop((lanes, others));
        self.dispatch();
    }

    /// Why a run that has waited as long as it may is refused.
    pub(super) fn too_late(&self, retry_after: Duration) -> SandboxError {
        too_late(&self.state().phase, retry_after)
    }

    /// Why a new run is refused, if it is.
    pub(super) fn refusal(&self) -> Option<SandboxError> {
        refusal(&self.state().phase)
    }

    /// The engine has answered.
    pub(super) fn set_engine(&self, engine: Engine) {
        measure_engine(EngineSeen::Up);
        self.state().engine = Some(engine);
    }

    pub(super) fn engine(&self) -> Option<Engine> {
        self.state().engine.clone()
    }

    pub(super) fn set_creating(&self, creating: usize) {
        let mut state = self.state();
        state.creating = u32::try_from(creating).unwrap_or(u32::MAX);
        state.measure(&self.registry);
    }

    /// Averages a run's time into the advice for refused runs.
    pub(super) fn note_run(&self, took: Duration) {
        let mut state = self.state();
        state.run_seconds += (took.as_secs_f64() - state.run_seconds) * 0.2;
    }

    /// How long until a slot is likely to be free.
    pub(super) fn retry_after(&self) -> Duration {
        self.state().retry_after()
    }

    pub(super) fn counts(&self) -> PoolCounts {
        self.state().counts(&self.registry)
    }

    pub(super) fn first_seen(&self) -> MutexGuard<'_, FirstSeen> {
        // Nothing that holds the lock can panic halfway through a change.
        self.first_seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic halfway through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether new runs are taken.
    pub(super) fn serves(&self) -> bool {
        refusal(&self.phase).is_none()
    }

    /// The next lane that still waits. Dead ones are collected, to be dropped outside the lock.
    fn living_lane(&mut self, dead: &mut Vec<Lane>) -> Option<Lane> {
        while let Some(mut lane) = self.ready.pop_front() {
            if lane.is_waiting() {
                return Some(lane);
            }
            dead.push(lane);
        }
        None
    }

    pub(super) fn counts(&self, registry: &ContainerRegistry) -> PoolCounts {
        let others = self.retries.len() + self.session_waiters.len();
        let others = u32::try_from(others).unwrap_or(u32::MAX);
        PoolCounts {
            ready: u32::try_from(self.ready.len()).unwrap_or(u32::MAX),
            creating: self.creating,
            running: self.admission.running(),
            queued: self.admission.queued().saturating_add(others),
            judges: u32::try_from(self.judges.len()).unwrap_or(u32::MAX),
            finished: self.finished,
            lanes: registry.lanes(),
            removing: registry.removing(),
        }
    }

    fn retry_after(&self) -> Duration {
        let ahead = self.admission.queued() + self.admission.running();
        retry_after(ahead, self.run_seconds, self.admission.running_max())
    }

    fn measure(&self, registry: &ContainerRegistry) {
        let counts = self.counts(registry);
        for (name, value) in [
            ("codealong_lanes_ready", counts.ready),
            ("codealong_lanes_creating", counts.creating),
            ("codealong_runs_running", counts.running),
            ("codealong_queue_length", counts.queued),
            ("codealong_sessions", self.seats.count()),
        ] {
            metrics::gauge!(name).set(f64::from(value));
        }
    }
}

/// What was last seen of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EngineSeen {
    /// It answers, whether the pool serves, refuses to, or stops.
    Up,
    /// It was not found yet, does not answer, or fails every call.
    Away,
}

fn measure_engine(seen: EngineSeen) {
    let up = u8::from(seen == EngineSeen::Up);
    metrics::gauge!("codealong_engine_up").set(f64::from(up));
}

#[cfg(test)]
mod tests;
