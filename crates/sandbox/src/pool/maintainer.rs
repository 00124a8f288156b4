//! The one task that keeps the pool full: it finds the engine, builds the images, has the first
//! lane test itself, refills, sweeps, and starts over when the engine was away.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};
use tracing::{error, info, warn};

use super::backoff::Backoff;
use super::refill::Refill;
use super::state::Shared;
use super::status::PoolState;
use super::sweep::sweep;
use crate::engine::Engine;
use crate::image::Images;
use crate::labels::Predecessors;
use crate::lane::{Lane, LaneMaker, SelfTest};
use crate::spec::Spec;
use crate::versions::check_versions;
use crate::{Role, SandboxError, SessionJob};

/// How often waiting lanes are checked.
const EVICT_EVERY: Duration = Duration::from_secs(1);
/// How long a judge may be idle: one that nobody needs for longer was made for a crowd.
const JUDGE_IDLE_MAX: Duration = Duration::from_secs(5);

/// How often the engine is pinged, and how long it may take to answer.
const PING_EVERY: Duration = Duration::from_secs(5);
const PING_TIMEOUT: Duration = Duration::from_secs(2);
/// Creations that may fail in a row before the engine counts as away.
const FAILURES_MAX: u32 = 3;
/// How long a stop waits for lanes that are half made.
const CREATION_MAY_END: Duration = Duration::from_secs(2);
/// A container's life beyond its waiting: a run, and the time to start and to be removed.
const LIFE_AFTER_WAITING: Duration = Duration::from_secs(120);

/// Why serving ended.
enum Interruption {
    /// The pool stops.
    Stopped,
    /// An image is gone: both must be looked for again.
    ImageGone,
    /// The engine is away, or fails every call.
    Engine(SandboxError),
    /// A guarantee is missing, or there is no image: nothing that passes by itself.
    Refusal(SandboxError),
}

/// Keeps the pool until it stops.
pub(super) async fn keep(shared: Arc<Shared>) {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
    let mut refusal_backoff = Backoff::new(Duration::from_secs(2), Duration::from_secs(60));
    let mut predecessors = Predecessors::Stale;
    loop {
        let mut beginning = pin!(begin(&shared, predecessors));
        let begun = tokio::select! {
            begun = &mut beginning => begun,
            () = shared.stopping.cancelled() => {
                // As in `serve`: the first lane may be half made.
                let _one_that_hangs = timeout(CREATION_MAY_END, beginning).await;
                return;
            }
        };
        let interruption = match begun {
            Ok(maker) => {
                backoff.reset();
                refusal_backoff.reset();
                predecessors = Predecessors::StaleWhenExpired;
                serve(&shared, maker).await
            }
            Err(fault) => interruption_by(fault),
        };
        let wait = match interruption {
            Interruption::Stopped => return,
            Interruption::ImageGone => {
                warn!("An image is gone; looking for both again");
                Duration::ZERO
            }
            Interruption::Engine(fault) => {
                let reason = fault.full_text();
                warn!(reason, "The Docker engine is away: {reason}");
                shared.set_phase(PoolState::Away { reason });
                backoff.wait()
            }
            Interruption::Refusal(fault) => {
                let reason = fault.full_text();
                error!(reason, "The sandbox refuses to serve: {reason}");
                shared.set_phase(PoolState::Refusing { reason });
                refusal_backoff.wait()
            }
        };
        tokio::select! {
            () = sleep(wait) => {}
            () = shared.stopping.cancelled() => return,
        }
    }
}

/// From the engine's address to a pool that serves: its first lane has measured every guarantee.
async fn begin(
    shared: &Arc<Shared>,
    predecessors: Predecessors,
) -> Result<LaneMaker, SandboxError> {
    let settings = &shared.settings;
    let engine = Engine::connect(&settings.docker_host, settings.call_timeout).await?;
    check_versions(&engine).await?;
    shared.set_engine(engine.clone());
    sweep(&engine, shared, predecessors).await?;
    let images = Images::ensure(&engine, settings).await?;
    let spec = Spec::new(images, settings.runtime.clone());
    let maker = LaneMaker {
        engine,
        spec,
        instance: shared.instance.clone(),
        registry: shared.registry.clone(),
        ready_timeout: settings.ready_timeout,
        // A judge is reused until `recycle_after`, and its last lane may wait as long again, for a session.
        life: 2 * settings.recycle_after + LIFE_AFTER_WAITING + SessionJob::LENGTH_MAX,
    };
    let lane = maker.make(None, SelfTest::InsideAndOutside).await?;
    shared.set_phase(PoolState::Serving);
    // Not if a stop came meanwhile.
    if shared.refusal().is_none() {
        info!(
            judge = maker.spec.image(Role::Judge).name,
            learner = maker.spec.image(Role::Learner).name,
            spec = maker.spec.hash,
            "The sandbox keeps its guarantees and serves",
        );
    }
    shared.deposit(lane);
    Ok(maker)
}

/// Keeps the pool full until something interrupts it.
async fn serve(shared: &Arc<Shared>, maker: LaneMaker) -> Interruption {
    let mut creations: JoinSet<Result<Lane, SandboxError>> = JoinSet::new();
    let interruption = tokio::select! {
        interruption = refill(shared, &maker, &mut creations) => interruption,
        fault = watch(&maker.engine) => Interruption::Engine(fault),
        () = sweep_periodically(shared, &maker.engine) => Interruption::Stopped,
        () = shared.stopping.cancelled() => Interruption::Stopped,
    };
    if matches!(interruption, Interruption::Stopped) {
        // A lane that starts and is dropped ends by itself. A container that is only created has to
        // be removed, and an engine that hangs would leave it.
        let whole = async { while creations.join_next().await.is_some() {} };
        let _those_that_hang = timeout(CREATION_MAY_END, whole).await;
    }
    // Waits for the tasks too: containers that are half made are being removed then.
    creations.shutdown().await;
    shared.set_creating(0);
    interruption
}

/// Makes lanes as they are needed.
async fn refill(
    shared: &Arc<Shared>,
    maker: &LaneMaker,
    creations: &mut JoinSet<Result<Lane, SandboxError>>,
) -> Interruption {
    let mut eviction = interval(EVICT_EVERY);
    eviction.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
    let mut failures = 0;
    let mut not_before = Instant::now();
    let mut wanted_since = None;
    loop {
        let now = Instant::now();
        let since = *wanted_since.get_or_insert(now);
        let mut wake_at = None;
        match Refill::decide(shared.counts(), &shared.settings, now - since) {
            Refill::Create if now < not_before => wake_at = Some(not_before),
            Refill::Create => {
                if shared.counts().ready == 0 && shared.counts().queued > 0 {
                    metrics::counter!("codealong_cold_starts_total").increment(1);
                }
                let judge = shared.take_judge(&maker.spec.hash);
                if judge.is_none() && shared.counts().lanes >= shared.settings.lanes_max {
                    // The idle judges that made room have ended.
                    continue;
                }
                creations.spawn(maker.make(judge, SelfTest::Inside));
                shared.set_creating(creations.len());
                wanted_since = None;
                continue;
            }
            Refill::PutOff(wait) => wake_at = Some(now + wait),
            Refill::Enough => wanted_since = None,
        }
        let mut alarm = pin!(async {
            match wake_at {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        });
        tokio::select! {
            () = shared.maintainer.notified() => {}
            () = &mut alarm => {}
            _ = eviction.tick() => {
                if shared.evict_unfit(&maker.spec.hash)
                    && let Some(fault) = absence(&maker.engine).await
                {
                    return Interruption::Engine(fault);
                }
            }
            Some(made) = creations.join_next() => {
                shared.set_creating(creations.len());
                match made {
                    Ok(Ok(lane)) => {
                        failures = 0;
                        backoff.reset();
                        shared.deposit(lane);
                    }
                    Ok(Err(fault)) => {
                        failures += 1;
                        not_before = Instant::now() + backoff.wait();
                        if let Some(end) = judge(&maker.engine, fault, failures).await {
                            return end;
                        }
                    }
                    // Aborted with the pool itself, or a bug that its panic has reported.
                    Err(_) => not_before = Instant::now() + backoff.wait(),
                }
            }
        }
    }
}

impl Shared {
    /// Evicts what has ended, what has waited too long (one at a time: the others must not leave
    /// all at once), and what is of another spec. Returns whether any had ended.
    pub(super) fn evict_unfit(self: &Arc<Self>, spec_hash: &str) -> bool {
        let recycle_after = self.settings.recycle_after;
        let mut out = Vec::new();
        let mut judges_out = Vec::new();
        let mut ended = false;
        let mut recycled = false;
        let mut state = self.state();
        let lanes = std::mem::take(&mut state.ready);
        for mut lane in lanes {
            let is_dead = !lane.is_waiting();
            let is_old = !recycled && lane.age() > recycle_after;
            ended |= is_dead;
            recycled |= is_old;
            if is_dead || is_old || lane.spec_hash() != spec_hash {
                out.push(lane);
            } else {
                state.ready.push_back(lane);
            }
        }
        let judges = std::mem::take(&mut state.judges);
        for mut idle in judges {
            let is_dead = !idle.judge.is_quiet();
            let is_surplus = idle.since.elapsed() > JUDGE_IDLE_MAX;
            ended |= is_dead;
            if is_dead || is_surplus || idle.judge.spec_hash() != spec_hash {
                judges_out.push(idle);
            } else {
                state.judges.push_back(idle);
            }
        }
        drop(state);
        if !out.is_empty() || !judges_out.is_empty() {
            drop((out, judges_out));
            self.dispatch();
        }
        ended
    }
}

/// What a fault before serving means for the pool.
fn interruption_by(fault: SandboxError) -> Interruption {
    match fault {
        SandboxError::GuaranteesMissing { .. }
        | SandboxError::LimitDropped { .. }
        | SandboxError::NotUnderstood { .. }
        | SandboxError::ImageFolder { .. }
        | SandboxError::ImageBuild { .. }
        | SandboxError::BaseImage { .. } => Interruption::Refusal(fault),
        fault => Interruption::Engine(fault),
    }
}

/// What a failed creation means for the pool, if anything.
async fn judge(engine: &Engine, fault: SandboxError, failures: u32) -> Option<Interruption> {
    metrics::counter!("codealong_creations_failed_total").increment(1);
    match fault {
        SandboxError::GuaranteesMissing { .. } | SandboxError::LimitDropped { .. } => {
            Some(Interruption::Refusal(fault))
        }
        fault if fault.status() == Some(404) => Some(Interruption::ImageGone),
        fault => {
            let reason = fault.full_text();
            warn!(reason, failures, "A lane could not be made: {reason}");
            if failures >= FAILURES_MAX {
                return Some(Interruption::Engine(fault));
            }
            absence(engine).await.map(Interruption::Engine)
        }
    }
}

/// Ends when the engine is away.
async fn watch(engine: &Engine) -> SandboxError {
    loop {
        sleep(PING_EVERY).await;
        if let Some(fault) = absence(engine).await {
            return fault;
        }
    }
}

/// Why the engine is away, if it is: it answers neither of two pings. One lost answer is no reason
/// to refuse runs, and an engine that can't be reached fails both at once.
async fn absence(engine: &Engine) -> Option<SandboxError> {
    match engine.ping(PING_TIMEOUT).await {
        Ok(()) => None,
        Err(_) => engine.ping(PING_TIMEOUT).await.err(),
    }
}

/// Sweeps every `sweep_every`, for ever.
async fn sweep_periodically(shared: &Arc<Shared>, engine: &Engine) {
    loop {
        sleep(shared.settings.sweep_every).await;
        if let Err(fault) = sweep(engine, shared, Predecessors::StaleWhenExpired).await {
            let reason = fault.full_text();
            warn!(reason, "A sweep failed; the next one tries again: {reason}");
        }
    }
}
