//! Containers that wait and are no longer fit to.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::state::Shared;

/// How far apart the deaths of containers may be that have one cause.
const DYING_TOGETHER: Duration = Duration::from_secs(5);

impl Shared {
    /// Throws out containers that ended, that waited too long (one at a time: the others must not
    /// leave all at once), or that are not of the present make. Says whether any had ended.
    pub(super) fn tend(self: &Arc<Self>, spec_hash: &str) -> bool {
        let recycle_after = self.settings.recycle_after;
        let mut out = Vec::new();
        let mut ended = false;
        let mut recycled = false;
        let mut state = self.state();
        let slots = std::mem::take(&mut state.ready);
        for mut slot in slots {
            let is_dead = !slot.is_waiting();
            let is_old = !recycled && slot.age() > recycle_after;
            if is_dead {
                ended = true;
                state.last_death = Some(Instant::now());
            }
            recycled |= is_old;
            if is_dead || is_old || slot.spec_hash() != spec_hash {
                out.push(slot);
            } else {
                state.ready.push_back(slot);
            }
        }
        drop(state);
        if !out.is_empty() {
            drop(out);
            self.dispatch();
        }
        ended
    }

    /// Whether containers that waited have ended in the last seconds, or have now: then it was not
    /// what ran in another one that ended it.
    pub(super) fn others_died(self: &Arc<Self>) -> bool {
        let mut dead = Vec::new();
        let mut state = self.state();
        let slots = std::mem::take(&mut state.ready);
        for mut slot in slots {
            if slot.is_waiting() {
                state.ready.push_back(slot);
            } else {
                state.last_death = Some(Instant::now());
                dead.push(slot);
            }
        }
        let last_death = state.last_death;
        drop(state);
        drop(dead);
        last_death.is_some_and(|last| last.elapsed() < DYING_TOGETHER)
    }
}
