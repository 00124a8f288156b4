//! Containers that nobody is responsible for, found by their labels and removed.

use std::time::{Instant, SystemTime};

use tracing::{info, warn};

use super::state::Shared;
use crate::SandboxError;
use crate::engine::{Engine, Removal};
use crate::labels::{OWNER, Ownership, Predecessors};

/// Looks at every container with our label, in any state, and removes those that are stale, or of
/// this instance and not registered. Those of other living owners stay. Returns how many it could
/// not remove.
pub(super) async fn sweep(
    engine: &Engine,
    shared: &Shared,
    predecessors: Predecessors,
) -> Result<u32, SandboxError> {
    let mut left = 0;
    let listed = engine.list(OWNER).await?;
    let now = Instant::now();
    shared.first_seen().note(&listed, now);
    for container in listed {
        let watched_for = shared.first_seen().watched_for(&container.name, now);
        // After the listing: a container is registered from before it exists until it is removed.
        let is_leftover = match shared.instance.ownership(
            &container.labels,
            predecessors,
            watched_for,
            SystemTime::now(),
        ) {
            Ownership::Ours => !shared.registry.knows(&container.name),
            Ownership::Stale => true,
            Ownership::Foreign => false,
        };
        if !is_leftover {
            continue;
        }
        let name = container.name;
        match engine.remove(&name).await {
            Ok(Removal::Done) => {
                metrics::counter!("codealong_reaped_total").increment(1);
                info!(
                    container = name,
                    "Removed container {name}, which nobody answers for"
                );
            }
            Ok(Removal::UnderWay) => {
                if !engine.wait_until_removed(&name).await {
                    left += 1;
                    warn!(
                        container = name,
                        "The removal of container {name} does not end"
                    );
                }
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
