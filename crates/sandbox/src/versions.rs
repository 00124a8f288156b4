//! The versions of engine and `runc`, and which `runc` is known to be unsafe (T-02).

use tracing::{info, warn};

use crate::SandboxError;
use crate::engine::Engine;

/// The first `runc` of each release line without CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881,
/// by which a container could write to the host's kernel settings; older lines have none. Later
/// ones are assumed to be safe.
const RUNC_SAFE: [[u32; 3]; 2] = [[1, 2, 8], [1, 3, 3]];

/// Reads the versions, logs them, and warns of an old `runc`.
///
/// A warning only: distributions fix old versions without a new number, and the sandbox never gives
/// what those holes need (mounts, a working directory or an `exec` that learner code has prepared).
pub(crate) async fn check_versions(engine: &Engine) -> Result<(), SandboxError> {
    let versions = engine.versions().await?;
    let runc = versions.runc.as_deref().unwrap_or("none");
    let engine = &versions.engine;
    info!(engine, runc, "Docker Engine {engine} with runc {runc}");
    if versions.runc.as_deref().is_some_and(is_old) {
        warn!(
            runc,
            "runc {runc} is older than the last fix that is known here (1.2.8, 1.3.3): make sure that \
             your distribution has mended CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881 in it"
        );
    }
    Ok(())
}

/// Whether this version is before the safe one of its line; an unreadable one does not count as
/// old.
pub(crate) fn is_old(runc: &str) -> bool {
    let numbers: Vec<u32> = runc
        .split(|character: char| !character.is_ascii_digit())
        .map_while(|part| part.parse().ok())
        .take(3)
        .collect();
    let Ok([major, minor, patch]) = <[u32; 3]>::try_from(numbers) else {
        return false;
    };
    let line = RUNC_SAFE.iter().find(|safe| safe[..2] == [major, minor]);
    match line {
        Some(safe) => patch < safe[2],
        None => [major, minor, patch] < RUNC_SAFE[0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_runc_is_told_from_a_patched_one() {
        for old in ["1.1.5+ds1", "1.0.0-rc93", "1.1.12", "1.2.7", "1.3.2"] {
            assert!(is_old(old), "{old} passed for new");
        }
        for new in [
            "1.2.8",
            "1.2.8+ds1",
            "1.3.3",
            "1.4.0-rc.3",
            "2.0.0",
            "",
            "dev",
        ] {
            assert!(!is_old(new), "{new} passed for old");
        }
    }
}
