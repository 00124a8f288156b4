//! Containers that wait and are no longer fit to.

use std::sync::Arc;

use super::state::Shared;

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
            ended |= is_dead;
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
}
