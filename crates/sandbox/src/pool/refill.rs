//! When to make the next lane: a plain decision over the pool's counts.

use std::time::Duration;

use crate::SandboxSettings;

/// How long a creation is put off while runs are in flight: starting a container takes processor
/// time that they need.
const PUT_OFF_MAX: Duration = Duration::from_millis(250);
/// The same where less than half of the warm lanes are left, and where a run waits for a lane and a
/// judge will soon be free: starting another takes twice as long as using one again.
const PUT_OFF_WHEN_LOW_MAX: Duration = Duration::from_millis(100);

/// How many things the engine is given to do at once, as far as we can choose.
const ENGINE_OPERATIONS_MAX: u32 = 2;

/// How soon a creation that waits for removals checks again: one that hangs notifies nobody.
const REMOVAL_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The pool in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PoolCounts {
    /// Lanes that wait for a run.
    pub(super) ready: u32,
    /// Lanes that are being made.
    pub(super) creating: u32,
    /// Runs in flight.
    pub(super) running: u32,
    /// Runs that wait for a slot.
    pub(super) queued: u32,
    /// Judges that wait for a learner's container.
    pub(super) judges: u32,
    /// Lanes after their run, whose judge will be free.
    pub(super) finished: u32,
    /// Lanes in all, in whatever state.
    pub(super) lanes: u32,
    /// Containers that the engine is removing.
    pub(super) removing: u32,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refill {
    /// Make one now.
    Create,
    /// Look again after this long at the latest.
    PutOff(Duration),
    /// There is enough, or no room for more.
    Enough,
}

impl Refill {
    /// Decides; `put_off` is how long the next creation has been put off.
    pub(super) fn decide(
        counts: PoolCounts,
        settings: &SandboxSettings,
        put_off: Duration,
    ) -> Self {
        let wanted = settings.warm.saturating_add(counts.queued);
        let coming = counts.ready.saturating_add(counts.creating);
        let at_once = settings.creating_max + u32::from(counts.is_short());
        let has_room = counts.judges > 0 || counts.lanes < settings.lanes_max;
        if coming >= wanted || counts.creating >= at_once || !has_room {
            return Self::Enough;
        }
        if counts.creating + counts.removing >= at_once {
            return Self::PutOff(REMOVAL_POLL_INTERVAL);
        }
        let put_off_max = counts.put_off_max(settings);
        if put_off < put_off_max {
            return Self::PutOff(put_off_max - put_off);
        }
        Self::Create
    }
}

impl PoolCounts {
    /// Whether more runs wait than lanes are ready.
    pub(super) fn is_short(&self) -> bool {
        self.queued > self.ready
    }

    fn put_off_max(&self, settings: &SandboxSettings) -> Duration {
        if self.is_short() {
            let a_judge_will_be_free = self.judges == 0 && self.running + self.finished > 0;
            return if a_judge_will_be_free {
                PUT_OFF_WHEN_LOW_MAX
            } else {
                Duration::ZERO
            };
        }
        if self.judges == 0 && self.finished > 0 {
            return PUT_OFF_MAX;
        }
        let half_is_ready = self.ready * 2 >= settings.warm;
        match (self.running, half_is_ready) {
            (0, _) => Duration::ZERO,
            (_, true) => PUT_OFF_MAX,
            (_, false) => PUT_OFF_WHEN_LOW_MAX,
        }
    }

    /// Whether a finished lane may stay a while. Two removals under way come first; so do runs in
    /// flight and other work of the engine, as long as there is room for another lane and nobody
    /// waits for one.
    pub(super) fn can_keep_finished(&self, settings: &SandboxSettings) -> bool {
        let engine_is_busy = self.creating + self.removing >= ENGINE_OPERATIONS_MAX;
        let has_room = self.lanes < settings.lanes_max;
        let is_wanted = self.is_short() || !has_room;
        self.removing >= ENGINE_OPERATIONS_MAX
            || (!is_wanted && (self.running > 0 || engine_is_busy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(counts: PoolCounts) -> Refill {
        Refill::decide(counts, &SandboxSettings::default(), Duration::ZERO)
    }

    #[test]
    fn an_empty_pool_is_filled_one_at_a_time() {
        let empty = PoolCounts::default();
        assert_eq!(decide(empty), Refill::Create);
        let one_comes = PoolCounts {
            creating: 1,
            lanes: 1,
            ..empty
        };
        assert_eq!(decide(one_comes), Refill::Enough);
        let full = PoolCounts {
            ready: 4,
            lanes: 4,
            ..empty
        };
        assert_eq!(decide(full), Refill::Enough);
    }

    #[test]
    fn who_waits_gets_a_lane_more_at_a_time() {
        let pressed = PoolCounts {
            creating: 1,
            queued: 1,
            lanes: 1,
            ..PoolCounts::default()
        };
        assert_eq!(decide(pressed), Refill::Create);
        let twice = PoolCounts {
            creating: 2,
            lanes: 2,
            ..pressed
        };
        assert_eq!(decide(twice), Refill::Enough);
    }

    #[test]
    fn runs_in_flight_come_first_for_a_moment() {
        let running = PoolCounts {
            ready: 3,
            running: 1,
            lanes: 4,
            ..PoolCounts::default()
        };
        assert_eq!(decide(running), Refill::PutOff(PUT_OFF_MAX));
        let later = Refill::decide(running, &SandboxSettings::default(), PUT_OFF_MAX);
        assert_eq!(later, Refill::Create);
        let nearly_empty = PoolCounts {
            ready: 1,
            running: 1,
            ..running
        };
        assert_eq!(decide(nearly_empty), Refill::PutOff(PUT_OFF_WHEN_LOW_MAX));
        let a_moment_later = Refill::decide(
            nearly_empty,
            &SandboxSettings::default(),
            PUT_OFF_WHEN_LOW_MAX,
        );
        assert_eq!(a_moment_later, Refill::Create);
    }

    #[test]
    fn a_crowd_waits_a_moment_for_judges_that_will_be_free() {
        let one_has_none = PoolCounts {
            ready: 1,
            running: 3,
            queued: 2,
            lanes: 5,
            ..PoolCounts::default()
        };
        assert_eq!(decide(one_has_none), Refill::PutOff(PUT_OFF_WHEN_LOW_MAX));
        let later = Refill::decide(
            one_has_none,
            &SandboxSettings::default(),
            PUT_OFF_WHEN_LOW_MAX,
        );
        assert_eq!(later, Refill::Create);
        let one_is_free = PoolCounts {
            judges: 1,
            ..one_has_none
        };
        assert_eq!(decide(one_is_free), Refill::Create);
    }

    #[test]
    fn a_judge_that_will_be_free_is_waited_for_a_moment() {
        let one_is_finished = PoolCounts {
            ready: 3,
            finished: 1,
            lanes: 4,
            ..PoolCounts::default()
        };
        assert_eq!(decide(one_is_finished), Refill::PutOff(PUT_OFF_MAX));
        let it_is_free = PoolCounts {
            finished: 0,
            judges: 1,
            ..one_is_finished
        };
        assert_eq!(decide(it_is_free), Refill::Create);
    }

    #[test]
    fn the_engine_does_two_things_at_a_time() {
        let short = PoolCounts {
            creating: 1,
            queued: 5,
            lanes: 4,
            ..PoolCounts::default()
        };
        assert_eq!(decide(short), Refill::Create);
        let removing = PoolCounts {
            removing: 1,
            ..short
        };
        assert_eq!(decide(removing), Refill::PutOff(REMOVAL_POLL_INTERVAL));
    }

    #[test]
    fn a_finished_lane_stays_while_runs_want_the_processor_and_nobody_wants_the_lane() {
        let keeps = |counts: PoolCounts| counts.can_keep_finished(&SandboxSettings::default());
        let at_rest = PoolCounts {
            ready: 3,
            finished: 1,
            lanes: 4,
            ..PoolCounts::default()
        };
        assert!(!keeps(at_rest));
        let running = PoolCounts {
            running: 1,
            ..at_rest
        };
        assert!(keeps(running));
        let short = PoolCounts {
            ready: 0,
            queued: 1,
            ..running
        };
        assert!(!keeps(short));
        let crowded = PoolCounts {
            lanes: 9,
            ..running
        };
        assert!(!keeps(crowded));
        let two_go = PoolCounts {
            removing: 2,
            ..at_rest
        };
        assert!(keeps(two_go));
    }

    #[test]
    fn there_are_never_more_lanes_than_allowed() {
        let crowded = PoolCounts {
            queued: 20,
            lanes: 9,
            ..PoolCounts::default()
        };
        assert_eq!(decide(crowded), Refill::Enough);
        let one_is_free = PoolCounts {
            judges: 1,
            ..crowded
        };
        assert_eq!(decide(one_is_free), Refill::Create);
    }
}
