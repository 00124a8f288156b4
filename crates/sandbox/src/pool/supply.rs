//! When to create the next container: a plain decision over what there is.

use std::time::Duration;

use crate::Settings;

/// How long a creation is put off while runs are in flight: starting a container takes the
/// processor time that they want.
const PUT_OFF_MAX: Duration = Duration::from_millis(250);
/// The same where less than half of the stock is left.
const PUT_OFF_WHEN_LOW_MAX: Duration = Duration::from_millis(100);

/// What the engine is given to do at the same time, as far as it can be chosen.
const ENGINE_WORKS_ON: u32 = 2;

/// A creation waits for removals; one that hangs tells nobody of its end.
const REMOVAL_LOOKED_AFTER: Duration = Duration::from_millis(100);

/// What there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stock {
    /// Containers that wait for a run.
    pub(super) ready: u32,
    /// Containers that start.
    pub(super) creating: u32,
    /// Runs in flight.
    pub(super) running: u32,
    /// Runs that wait for a place.
    pub(super) queued: u32,
    /// Containers in all.
    pub(super) containers: u32,
    /// Containers that the engine is removing.
    pub(super) removing: u32,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Supply {
    /// Create one now.
    Create,
    /// Look again after this long at the latest.
    PutOff(Duration),
    /// There is enough, or no room for more.
    Enough,
}

impl Supply {
    /// Decides; `put_off` is how long the next creation has been put off already.
    pub(super) fn decide(stock: Stock, settings: &Settings, put_off: Duration) -> Self {
        let wanted = settings.warm.saturating_add(stock.queued);
        let coming = stock.ready.saturating_add(stock.creating);
        let at_once = settings.creating_max + u32::from(stock.is_short());
        if coming >= wanted
            || stock.creating >= at_once
            || stock.containers >= settings.containers_max
        {
            return Self::Enough;
        }
        if stock.creating + stock.removing >= at_once {
            return Self::PutOff(REMOVAL_LOOKED_AFTER);
        }
        let half_is_ready = stock.ready * 2 >= settings.warm;
        let put_off_max = if half_is_ready {
            PUT_OFF_MAX
        } else {
            PUT_OFF_WHEN_LOW_MAX
        };
        if stock.running > 0 && !stock.is_short() && put_off < put_off_max {
            return Self::PutOff(put_off_max - put_off);
        }
        Self::Create
    }
}

impl Stock {
    /// Whether more wait than there are containers for.
    pub(super) fn is_short(&self) -> bool {
        self.queued > self.ready
    }

    /// Whether a container that is over may stay a while, as long as it takes nobody's place: runs
    /// in flight and creations that somebody waits for come before its removal, and so does what
    /// the engine is at work on.
    pub(super) fn can_keep_what_is_over(&self, settings: &Settings) -> bool {
        let is_wanted_elsewhere = self.running > 0 || self.is_short();
        let engine_is_busy = self.creating + self.removing >= ENGINE_WORKS_ON;
        let staying = self.containers.saturating_sub(self.removing);
        let has_room = staying + 1 < settings.containers_max;
        self.removing >= ENGINE_WORKS_ON || (has_room && (is_wanted_elsewhere || engine_is_busy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(stock: Stock) -> Supply {
        Supply::decide(stock, &Settings::default(), Duration::ZERO)
    }

    #[test]
    fn an_empty_pool_is_filled_one_at_a_time() {
        let empty = Stock::default();
        assert_eq!(decide(empty), Supply::Create);
        let one_comes = Stock {
            creating: 1,
            containers: 1,
            ..empty
        };
        assert_eq!(decide(one_comes), Supply::Enough);
        let full = Stock {
            ready: 4,
            containers: 4,
            ..empty
        };
        assert_eq!(decide(full), Supply::Enough);
    }

    #[test]
    fn while_somebody_waits_for_a_container_one_more_is_created() {
        let pressed = Stock {
            creating: 1,
            queued: 1,
            containers: 1,
            ..Stock::default()
        };
        assert_eq!(decide(pressed), Supply::Create);
        let twice = Stock {
            creating: 2,
            containers: 2,
            ..pressed
        };
        assert_eq!(decide(twice), Supply::Enough);
    }

    #[test]
    fn runs_in_flight_come_first_for_a_moment() {
        let running = Stock {
            ready: 3,
            running: 1,
            containers: 4,
            ..Stock::default()
        };
        assert_eq!(decide(running), Supply::PutOff(PUT_OFF_MAX));
        let later = Supply::decide(running, &Settings::default(), PUT_OFF_MAX);
        assert_eq!(later, Supply::Create);
        let nearly_empty = Stock {
            ready: 1,
            running: 1,
            ..running
        };
        assert_eq!(decide(nearly_empty), Supply::PutOff(PUT_OFF_WHEN_LOW_MAX));
        let a_moment_later =
            Supply::decide(nearly_empty, &Settings::default(), PUT_OFF_WHEN_LOW_MAX);
        assert_eq!(a_moment_later, Supply::Create);
    }

    #[test]
    fn a_crowd_on_a_full_stock_waits_for_no_creation() {
        let all_have_one = Stock {
            ready: 1,
            running: 3,
            queued: 1,
            containers: 5,
            ..Stock::default()
        };
        assert!(matches!(decide(all_have_one), Supply::PutOff(_)));
        let one_has_none = Stock {
            queued: 2,
            ..all_have_one
        };
        assert_eq!(decide(one_has_none), Supply::Create);
    }

    #[test]
    fn the_engine_does_two_things_at_a_time() {
        let short = Stock {
            creating: 1,
            queued: 5,
            containers: 4,
            ..Stock::default()
        };
        assert_eq!(decide(short), Supply::Create);
        let removing = Stock {
            removing: 1,
            ..short
        };
        assert_eq!(decide(removing), Supply::PutOff(REMOVAL_LOOKED_AFTER));
    }

    #[test]
    fn what_is_over_stays_while_others_want_the_processor_and_it_takes_no_place() {
        let keeps = |stock: Stock| stock.can_keep_what_is_over(&Settings::default());
        let at_rest = Stock {
            ready: 3,
            containers: 4,
            ..Stock::default()
        };
        assert!(!keeps(at_rest));
        let running = Stock {
            running: 1,
            ..at_rest
        };
        assert!(keeps(running));
        let short = Stock {
            ready: 0,
            queued: 1,
            ..at_rest
        };
        assert!(keeps(short));
        let crowded = Stock {
            containers: 8,
            ..short
        };
        assert!(!keeps(crowded));
        let one_goes = Stock {
            removing: 1,
            ..crowded
        };
        assert!(keeps(one_goes));
        let two_go = Stock {
            removing: 2,
            ..at_rest
        };
        assert!(keeps(two_go));
    }

    #[test]
    fn there_are_never_more_containers_than_allowed() {
        let crowded = Stock {
            queued: 20,
            containers: 9,
            ..Stock::default()
        };
        assert_eq!(decide(crowded), Supply::Enough);
    }
}
