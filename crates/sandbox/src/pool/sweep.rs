//! Containers that nobody answers for any more, found by their labels and taken away.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

use tracing::{info, warn};

use super::state::Shared;
use crate::SandboxError;
use crate::engine::{Engine, Listed};
use crate::labels::{Claim, OWNER, Predecessors};

/// Since when this server has seen each container that there is, by its own monotonic clock.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    first: HashMap<String, Instant>,
}

impl Sightings {
    /// Notes which containers there are, and forgets those that are gone.
    fn note(&mut self, listed: &[Listed], now: Instant) {
        let before = std::mem::take(&mut self.first);
        let first = |name| before.get(name).copied().unwrap_or(now);
        self.first = listed
            .iter()
            .map(|container| (container.name.clone(), first(&container.name)))
            .collect();
    }

    fn watched_for(&self, name: &str, now: Instant) -> Duration {
        let first = self.first.get(name);
        first.map_or(Duration::ZERO, |first| {
            now.saturating_duration_since(*first)
        })
    }
}

/// Looks at every container with our label, in whatever state, and removes those that are stale
/// or that this server has forgotten. Those of other living owners stay. Says how
/// many it could not remove.
pub(super) async fn sweep(
    engine: &Engine,
    shared: &Shared,
    predecessors: Predecessors,
) -> Result<u32, SandboxError> {
    let mut left = 0;
    let listed = engine.list(OWNER).await?;
    let now = Instant::now();
    shared.sightings().note(&listed, now);
    for container in listed {
        let watched_for = shared.sightings().watched_for(&container.name, now);
        // Asked after the listing: a container is known from before it exists until it is gone.
        let is_leftover = match shared.boot.claim(
            &container.labels,
            predecessors,
            watched_for,
            SystemTime::now(),
        ) {
            Claim::Ours => !shared.remains.knows(&container.name),
            Claim::Stale => true,
            Claim::Foreign => false,
        };
        if !is_leftover {
            continue;
        }
        let name = container.name;
        match engine.remove(&name).await {
            Ok(()) => {
                metrics::counter!("codealong_reaped_total").increment(1);
                info!(
                    container = name,
                    "Removed container {name}, which nobody answers for"
                );
            }
            Err(error) if error.is_engine_away() => return Err(error),
            Err(error) => {
                left += 1;
                warn!(
                    container = name,
                    error = &error as &dyn std::error::Error,
                    "Container {name}, which nobody answers for, could not be removed",
                );
            }
        }
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::labels::Boot;

    const MINUTE: Duration = Duration::from_secs(60);

    fn listed(names: &[&str]) -> Vec<Listed> {
        let of_another = |name: &&str| Listed {
            name: (*name).to_owned(),
            labels: Boot::new("another").labels(
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
        let mine = Boot::new("mine");
        let mut sightings = Sightings::default();
        let begin = Instant::now();
        let mut stale_at = |minutes: u32, names: &[&str]| {
            let now = begin + minutes * MINUTE;
            let listed = listed(names);
            sightings.note(&listed, now);
            let is_stale = |container: &&Listed| {
                let watched_for = sightings.watched_for(&container.name, now);
                let stale = Predecessors::StaleWhenExpired;
                mine.claim(&container.labels, stale, watched_for, UNIX_EPOCH) == Claim::Stale
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
