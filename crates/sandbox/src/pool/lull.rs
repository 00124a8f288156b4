//! When a finished lane, which harms nobody, is recycled.

use std::time::Duration;

use tokio::sync::MutexGuard;
use tokio::time::timeout;

use super::state::Shared;

/// How often it is looked whether a finished lane is to be recycled.
const LULL_LOOKED_AFTER: Duration = Duration::from_millis(20);

impl Shared {
    /// Ends when a finished lane is to be recycled: see
    /// [`can_keep_finished`](super::supply::Stock::can_keep_finished); after `at_most` from when
    /// it is the next one; and when the pool stops. One at a time: the next is looked at when what
    /// this returns is dropped, with the removal begun.
    pub(super) async fn lull(&self, at_most: Duration) -> Option<MutexGuard<'_, ()>> {
        let lull = async {
            let turn = self.removal_turn.lock().await;
            let keep = async {
                loop {
                    let changed = self.changed.notified();
                    if !self.stock().can_keep_finished(&self.settings) {
                        return;
                    }
                    // A removal that ends tells the keeper alone.
                    let _again = timeout(LULL_LOOKED_AFTER, changed).await;
                }
            };
            let _kept_long_enough = timeout(at_most, keep).await;
            turn
        };
        tokio::select! {
            turn = lull => Some(turn),
            () = self.stopping.cancelled() => None,
        }
    }
}

#[cfg(test)]
mod tests;
