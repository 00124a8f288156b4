//! What becomes of a finished lane: its learner's container is removed, and its judge serves again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::MutexGuard;
use tokio::time::timeout;

use super::state::{IdleJudge, Shared};
use crate::lane::{FinishedLane, JudgeContainer};

/// How long a finished lane's recycling is put off while others run: a removal takes the processor
/// time of several runs.
const PUT_OFF_MAX: Duration = Duration::from_secs(1);

/// How often a finished lane checks whether it is to be recycled: the end of a removal notifies the
/// maintainer alone.
const CHECK_EVERY: Duration = Duration::from_millis(20);

/// Counts a finished lane until it is dropped.
struct Counted<'shared>(&'shared Arc<Shared>);

impl<'shared> Counted<'shared> {
    fn new(shared: &'shared Arc<Shared>) -> Self {
        shared.state().finished += 1;
        shared.maintainer.notify_one();
        Self(shared)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.state().finished -= 1;
        self.0.maintainer.notify_one();
        self.0.changed.notify_waiters();
    }
}

/// Frees a finished lane's judge for the next learner's container. `permit` is what the lane was held
/// with, and is given back at once.
pub(super) async fn recycle(
    shared: &Arc<Shared>,
    finished: FinishedLane,
    permit: impl Sized + Send,
) {
    let counted = Counted::new(shared);
    drop(permit);
    let turn = if finished.is_at_rest() {
        shared.wait_for_idle(PUT_OFF_MAX).await
    } else {
        None
    };
    let recycling = finished.recycle();
    // The next removal may begin meanwhile: `can_keep_finished` limits how many there are.
    drop(turn);
    if let Some(judge) = recycling.await {
        shared.keep_judge(judge);
    }
    drop(counted);
}

impl Shared {
    /// Ends when a finished lane is to be recycled: see
    /// [`can_keep_finished`](super::refill::PoolCounts::can_keep_finished); at the latest `wait_max`
    /// after its turn came, and when the pool stops. One at a time: the next has its turn when the
    /// returned guard is dropped, with the removal begun.
    async fn wait_for_idle(&self, wait_max: Duration) -> Option<MutexGuard<'_, ()>> {
        let idle = async {
            let turn = self.removal_turn.lock().await;
            let keep = async {
                loop {
                    let changed = self.changed.notified();
                    if !self.counts().can_keep_finished(&self.settings) {
                        return;
                    }
                    let _again = timeout(CHECK_EVERY, changed).await;
                }
            };
            let _kept_long_enough = timeout(wait_max, keep).await;
            turn
        };
        tokio::select! {
            turn = idle => Some(turn),
            () = self.stopping.cancelled() => None,
        }
    }

    /// Keeps a judge for the next learner's container, unless the pool does not serve or the judge
    /// is too old.
    fn keep_judge(&self, judge: JudgeContainer) {
        let is_fit = judge.age() < self.settings.recycle_after;
        let mut state = self.state();
        if !is_fit || !state.serves() {
            drop(state);
            drop(judge);
            return;
        }
        let since = Instant::now();
        state.judges.push_back(IdleJudge { judge, since });
    }

    /// A judge of this spec that can take a learner's container, if there is one.
    pub(super) fn take_judge(&self, spec_hash: &str) -> Option<JudgeContainer> {
        let mut unfit = Vec::new();
        let mut state = self.state();
        let fit = loop {
            // The most recently used: the others may be surplus.
            let Some(IdleJudge { mut judge, .. }) = state.judges.pop_back() else {
                break None;
            };
            if judge.spec_hash() == spec_hash && judge.is_quiet() {
                break Some(judge);
            }
            unfit.push(judge);
        };
        drop(state);
        drop(unfit);
        fit
    }
}

#[cfg(test)]
mod tests;
