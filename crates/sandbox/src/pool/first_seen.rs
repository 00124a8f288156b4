//! How long each container has been watched, whatever is done to the clock.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::engine::Listed;

/// Since when this server has seen each container, by its own monotonic clock.
#[derive(Debug, Default)]
pub(super) struct FirstSeen {
    first: HashMap<String, Instant>,
}

impl FirstSeen {
    /// Notes which containers there are, and forgets those that are gone.
    pub(super) fn note(&mut self, listed: &[Listed], now: Instant) {
        let before = std::mem::take(&mut self.first);
        let first = |name| before.get(name).copied().unwrap_or(now);
        self.first = listed
            .iter()
            .map(|container| (container.name.clone(), first(&container.name)))
            .collect();
    }

    /// How long this server has seen the container of a name.
    pub(super) fn watched_for(&self, name: &str, now: Instant) -> Duration {
        let first = self.first.get(name);
        first.map_or(Duration::ZERO, |first| {
            now.saturating_duration_since(*first)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::labels::{InstanceId, Ownership, Predecessors};

    const MINUTE: Duration = Duration::from_secs(60);

    fn listed(names: &[&str]) -> Vec<Listed> {
        let of_another = |name: &&str| Listed {
            name: (*name).to_owned(),
            labels: InstanceId::new("another").labels(
                "spec",
                crate::Role::Judge,
                12 * MINUTE,
                UNIX_EPOCH,
            ),
        };
        names.iter().map(of_another).collect()
    }

    #[test]
    fn anothers_container_goes_when_it_was_watched_for_longer_than_it_may_live() {
        let mine = InstanceId::new("mine");
        let mut first_seen = FirstSeen::default();
        let begin = Instant::now();
        let mut stale_at = |minutes: u32, names: &[&str]| {
            let now = begin + minutes * MINUTE;
            let listed = listed(names);
            first_seen.note(&listed, now);
            let is_stale = |container: &&Listed| {
                let watched_for = first_seen.watched_for(&container.name, now);
                let stale = Predecessors::StaleWhenExpired;
                mine.ownership(&container.labels, stale, watched_for, UNIX_EPOCH)
                    == Ownership::Stale
            };
            let stale = listed.iter().filter(is_stale);
            stale
                .map(|container| container.name.clone())
                .collect::<Vec<_>>()
        };
        // However old it is when this server first sees it, it has its whole life from there.
        assert!(stale_at(0, &["eldest"]).is_empty());
        assert!(stale_at(10, &["eldest", "younger"]).is_empty());
        assert_eq!(stale_at(13, &["eldest", "younger"]), ["eldest"]);
        assert_eq!(stale_at(23, &["younger"]), ["younger"]);
        // It was gone in between: a name that comes again is another container's.
        assert!(stale_at(24, &["eldest"]).is_empty());
    }
}
