//! Containers that nobody answers for any more, found by their labels and taken away.

use std::time::SystemTime;

use tracing::{info, warn};

use super::state::Shared;
use crate::SandboxError;
use crate::engine::Engine;
use crate::labels::{Claim, OWNER, Predecessors};

/// Looks at every container with our label, in whatever state, and removes those that are stale
/// or that this server has forgotten. Those of other living owners stay.
pub(super) async fn sweep(
    engine: &Engine,
    shared: &Shared,
    predecessors: Predecessors,
) -> Result<(), SandboxError> {
    let listed = engine.list(OWNER).await?;
    let now = SystemTime::now();
    for container in listed {
        // Asked after the listing: a container is known from before it exists until it is gone.
        let is_leftover = match shared.boot.claim(&container.labels, predecessors, now) {
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
            Err(error) => warn!(
                container = name,
                error = &error as &dyn std::error::Error,
                "Container {name}, which nobody answers for, could not be removed",
            ),
        }
    }
    Ok(())
}
