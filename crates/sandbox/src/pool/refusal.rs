//! Why a run gets no lane, and when it is worth trying again.

use std::time::Duration;

use super::status::PoolState;
use crate::SandboxError;

/// Why a run is refused in a phase, if it is.
pub(super) fn refusal(phase: &PoolState) -> Option<SandboxError> {
    let (reason, retry_after) = match phase {
        PoolState::Starting | PoolState::Serving => return None,
        PoolState::Away { reason } => (reason.clone(), 5),
        PoolState::Refusing { reason } => (reason.clone(), 60),
        PoolState::Stopping => ("the server is stopping".to_owned(), 5),
    };
    Some(SandboxError::Unavailable {
        reason,
        retry_after: Duration::from_secs(retry_after),
    })
}

/// The error of a run that has waited as long as it may.
pub(super) fn too_late(phase: &PoolState, retry_after: Duration) -> SandboxError {
    match phase {
        PoolState::Starting => SandboxError::Unavailable {
            reason: "the sandbox is still starting".to_owned(),
            retry_after: Duration::from_secs(5),
        },
        _ => SandboxError::Busy { retry_after },
    }
}

/// How long those ahead take, `running_max` at a time.
pub(super) fn retry_after(ahead: u32, run_seconds: f64, running_max: u32) -> Duration {
    let seconds = run_seconds.max(0.2) * f64::from(ahead) / f64::from(running_max.max(1));
    Duration::from_secs_f64(seconds.clamp(1.0, 30.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_when_to_come_back_knows_how_many_run_at_a_time() {
        let seconds = |running_max| retry_after(16, 1.0, running_max).as_secs();
        assert_eq!([1, 2, 4, 8].map(seconds), [16, 8, 4, 2]);
        assert_eq!(seconds(100), 1);
        assert_eq!(retry_after(1000, 10.0, 2).as_secs(), 30);
    }
}
