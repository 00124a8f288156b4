//! What the engine is made of, and which of it is known to be unsafe (T-02).

use tracing::{info, warn};

use crate::SandboxError;
use crate::engine::Engine;

/// The first `runc` without CVE-2024-21626, by which a container could reach the host's files.
const RUNC_SAFE: [u32; 3] = [1, 1, 12];

/// Reads the versions, logs them, and warns of an old `runc`.
///
/// A warning only: distributions mend old versions without a new number, and what that hole needs
/// (a working directory or an `exec` that a learner's code has prepared) the sandbox never gives.
pub(crate) async fn look_at_versions(engine: &Engine) -> Result<(), SandboxError> {
    let versions = engine.versions().await?;
    let runc = versions.runc.as_deref().unwrap_or("none");
    let engine = &versions.engine;
    info!(engine, runc, "Docker Engine {engine} with runc {runc}");
    if versions.runc.as_deref().is_some_and(is_old) {
        warn!(
            runc,
            "runc {runc} is older than 1.1.12: make sure that your distribution has mended \
             CVE-2024-21626 in it"
        );
    }
    Ok(())
}

/// Whether this is a version before [`RUNC_SAFE`]; one that can't be read is not called old.
fn is_old(runc: &str) -> bool {
    let numbers: Vec<u32> = runc
        .split(|character: char| !character.is_ascii_digit())
        .map_while(|part| part.parse().ok())
        .take(3)
        .collect();
    numbers.len() == 3 && numbers[..] < RUNC_SAFE[..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_runc_is_told_from_a_mended_one() {
        for old in ["1.1.5+ds1", "1.0.0-rc93", "1.1.11"] {
            assert!(is_old(old), "{old} passed for new");
        }
        for new in [
            "1.1.12",
            "1.1.12+ds1",
            "1.2.0-rc.1",
            "1.3.0",
            "2.0.0",
            "",
            "dev",
        ] {
            assert!(!is_old(new), "{new} passed for old");
        }
    }
}
