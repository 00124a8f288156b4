//! Lanes and judges that wait and are no longer fit to.

use std::sync::Arc;
use std::time::Duration;

use super::state::Shared;

/// A judge that nobody has needed for so long was one of a crowd's.
const JUDGE_IDLE_MAX: Duration = Duration::from_secs(5);

impl Shared {
    /// Throws out what has ended, what has waited too long (one at a time: the others must not
    /// leave all at once), and what is not of the present make. Says whether any had ended.
    pub(super) fn tend(self: &Arc<Self>, spec_hash: &str) -> bool {
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
