//! A pool without an engine, in each of its phases.

use tokio::sync::oneshot::error::TryRecvError;

use super::*;

#[tokio::test]
async fn only_a_pool_that_serves_hands_out_another_container() {
    let shared = Arc::new(Shared::new(SandboxSettings::default()));
    let reason = "a test".to_owned();
    for phase in [
        PoolState::Away {
            reason: reason.clone(),
        },
        PoolState::Refusing { reason },
        PoolState::Stopping,
    ] {
        shared.set_phase(PoolState::Serving);
        let mut before = shared.retry();
        assert_eq!(before.try_recv().err(), Some(TryRecvError::Empty));
        shared.set_phase(phase.clone());
        // Neither an earlier nor a later one waits on: no lane will come.
        for mut retry in [before, shared.retry()] {
            let refused = retry.try_recv().err();
            assert_eq!(refused, Some(TryRecvError::Closed), "{phase:?}");
        }
        assert_eq!(shared.counts().queued, 0, "{phase:?}");
    }
}
