//! A pool without an engine, in each of its phases.

use tokio::sync::oneshot::error::TryRecvError;

use super::*;

#[tokio::test]
async fn only_a_pool_that_serves_hands_out_another_container() {
    let shared = Arc::new(Shared::new(Settings::default()));
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

#[test]
fn the_advice_when_to_come_back_knows_how_many_run_at_a_time() {
    let seconds = |running_max| retry_after(16, 1.0, running_max).as_secs();
    assert_eq!([1, 2, 4, 8].map(seconds), [16, 8, 4, 2]);
    assert_eq!(seconds(100), 1);
    assert_eq!(retry_after(1000, 10.0, 2).as_secs(), 30);
}
