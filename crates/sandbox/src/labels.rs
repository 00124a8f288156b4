//! What a container's labels say: its owner, the server's instance, its spec, and how long it may
//! live.
//!
//! Clocks are set, and those of two servers differ. So a server takes another's container for left
//! over when it has itself watched it for longer than it may live. The clock counts only in
//! whole days: commands that end within seconds watch nothing for long, and the last of them has to
//! find what the first one left.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::limits::Role;

/// The owner's name, as in the settings. Every container of ours has this label.
pub(crate) const OWNER: &str = "codealong.owner";
const INSTANCE: &str = "codealong.instance";
const SPEC: &str = "codealong.spec";
/// Which container of a lane.
pub(crate) const ROLE: &str = "codealong.role";
/// Seconds from its creation to its removal, at most.
const LIFE: &str = "codealong.life";
/// Seconds since 1970, by the clock of its creator.
const EXPIRES: &str = "codealong.expires";

/// How far the clocks of two servers may differ, or one may be set, without harm.
const CLOCKS_DIFFER: Duration = Duration::from_secs(24 * 3600);

/// One server, from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InstanceId {
    /// Whose containers these are.
    pub(crate) owner: String,
    /// Random: no other start of the server has it.
    pub(crate) id: String,
}

/// What a sweep does with a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// This instance's: to be removed unless it is registered.
    Ours,
    /// An earlier instance's of the same owner, or past its time: to be removed.
    Stale,
    /// Somebody else's, or unreadable: not to be touched.
    Foreign,
}

/// Which containers of the owner's earlier instances are stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Predecessors {
    /// All: an owner has one instance at a time, and this one just began.
    Stale,
    /// Those past their time: two servers with one name by mistake remove each other's containers
    /// once, when they start, and not for ever.
    StaleWhenExpired,
}

impl InstanceId {
    /// A new instance of this owner.
    pub(crate) fn new(owner: &str) -> Self {
        Self {
            owner: owner.to_owned(),
            id: format!("{:08x}", rand::random::<u32>()),
        }
    }

    /// The name of this instance's `number`th container.
    pub(crate) fn container_name(&self, number: u32) -> String {
        format!("codealong-{}-{number}", self.id)
    }

    /// The labels of a container that is created at `now` and lives no longer than `life`.
    pub(crate) fn labels(
        &self,
        spec: &str,
        role: Role,
        life: Duration,
        now: SystemTime,
    ) -> HashMap<String, String> {
        HashMap::from([
            (OWNER.to_owned(), self.owner.clone()),
            (INSTANCE.to_owned(), self.id.clone()),
            (SPEC.to_owned(), spec.to_owned()),
            (ROLE.to_owned(), format!("{role:?}").to_lowercase()),
            (LIFE.to_owned(), life.as_secs().to_string()),
            (
                EXPIRES.to_owned(),
                since_1970(now + life).as_secs().to_string(),
            ),
        ])
    }

    /// What this instance may do with a container with these labels that it has watched for this
    /// long, at this time of day.
    pub(crate) fn ownership(
        &self,
        labels: &HashMap<String, String>,
        predecessors: Predecessors,
        watched_for: Duration,
        now: SystemTime,
    ) -> Ownership {
        let is = |key, value: &String| labels.get(key) == Some(value);
        let seconds = |key| {
            let text = labels.get(key)?;
            text.parse().ok().map(Duration::from_secs)
        };
        let is_expired = seconds(LIFE).is_some_and(|life| watched_for > life)
            || seconds(EXPIRES)
                .is_some_and(|expires| since_1970(now) > expires.saturating_add(CLOCKS_DIFFER));
        if is(OWNER, &self.owner) && is(INSTANCE, &self.id) {
            Ownership::Ours
        } else if is_expired || (is(OWNER, &self.owner) && predecessors == Predecessors::Stale) {
            Ownership::Stale
        } else {
            Ownership::Foreign
        }
    }
}

fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const BOTH: [Predecessors; 2] = [Predecessors::Stale, Predecessors::StaleWhenExpired];

    fn now() -> SystemTime {
        UNIX_EPOCH + 500_000 * HOUR
    }

    #[test]
    fn another_owners_container_is_left_alone_for_as_long_as_it_may_live() {
        let (mine, other) = (InstanceId::new("mine"), InstanceId::new("other"));
        let labels = other.labels("spec", Role::Judge, HOUR, now());
        for predecessors in BOTH {
            let ownership = |watched_for| mine.ownership(&labels, predecessors, watched_for, now());
            assert_eq!(ownership(Duration::ZERO), Ownership::Foreign);
            assert_eq!(ownership(HOUR), Ownership::Foreign);
            assert_eq!(ownership(2 * HOUR), Ownership::Stale);
        }
    }

    #[test]
    fn an_earlier_lifes_container_is_stale_when_the_next_begins() {
        let (earlier, later) = (InstanceId::new("mine"), InstanceId::new("mine"));
        let labels = earlier.labels("spec", Role::Judge, HOUR, now());
        let ownership =
            |predecessors| later.ownership(&labels, predecessors, Duration::ZERO, now());
        assert_eq!(ownership(Predecessors::Stale), Ownership::Stale);
        assert_eq!(
            ownership(Predecessors::StaleWhenExpired),
            Ownership::Foreign
        );
    }

    #[test]
    fn labels_that_cannot_be_read_are_foreign() {
        let mine = InstanceId::new("mine");
        let mut labels = InstanceId::new("other").labels("spec", Role::Judge, HOUR, now());
        for key in [LIFE, EXPIRES] {
            labels.insert(key.to_owned(), "long".to_owned());
        }
        for labels in [labels, HashMap::new()] {
            let ownership = mine.ownership(&labels, Predecessors::Stale, 1000 * HOUR, now());
            assert_eq!(ownership, Ownership::Foreign);
        }
    }

    #[test]
    fn our_own_container_is_ours_whatever_the_time() {
        let mine = InstanceId::new("mine");
        let labels = mine.labels("spec", Role::Judge, Duration::ZERO, now());
        for predecessors in BOTH {
            let ownership = mine.ownership(&labels, predecessors, HOUR, now());
            assert_eq!(ownership, Ownership::Ours);
        }
    }

    /// T-19: a clock that is set by hours, forward or back, ends nothing that lives.
    #[test]
    fn a_clock_that_is_set_ends_nothing_that_lives() {
        let (mine, other) = (InstanceId::new("mine"), InstanceId::new("other"));
        let created = now();
        let labels = other.labels("spec", Role::Judge, HOUR, created);
        for predecessors in BOTH {
            for clock in [created - 200 * HOUR, created, created + 20 * HOUR] {
                let ownership = mine.ownership(&labels, predecessors, HOUR, clock);
                assert_eq!(ownership, Ownership::Foreign);
                // What is dead is found all the same.
                let ownership = mine.ownership(&labels, predecessors, 2 * HOUR, clock);
                assert_eq!(ownership, Ownership::Stale);
            }
        }
    }

    #[test]
    fn what_a_command_left_behind_days_ago_is_stale_at_first_sight() {
        let (mine, other) = (InstanceId::new("mine"), InstanceId::new("other"));
        let labels = other.labels("spec", Role::Judge, HOUR, now());
        let days_later = now() + 48 * HOUR;
        for predecessors in BOTH {
            let ownership = mine.ownership(&labels, predecessors, Duration::ZERO, days_later);
            assert_eq!(ownership, Ownership::Stale);
        }
    }
}
