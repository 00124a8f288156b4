//! A pool without an engine, and containers in it that are over.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::*;
use crate::Settings;
use crate::pool::PoolState;

/// A pool in which somebody waits for a container and there is room: what is over stays.
async fn busy() -> Arc<Shared> {
    let shared = Arc::new(Shared::new(Settings::default()));
    shared.set_phase(PoolState::Serving);
    shared.state().retries.push_back(oneshot::channel().0);
    assert!(shared.stock().can_keep_what_is_over(&shared.settings));
    shared
}

const LONG: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn what_is_over_stays_while_others_wait_but_not_for_ever() {
    let shared = busy().await;
    let begin = tokio::time::Instant::now();
    let turn = shared.lull(Duration::from_secs(1)).await;
    assert!(turn.is_some());
    assert_eq!(begin.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_over_goes_when_nobody_waits_any_more() {
    let shared = busy().await;
    let waiting = tokio::spawn({
        let shared = Arc::clone(&shared);
        async move { shared.lull(LONG).await.is_some() }
    });
    tokio::task::yield_now().await;
    shared.state().retries.clear();
    shared.dispatch();
    assert!(timeout(LONG, waiting).await.unwrap().unwrap());
}

#[tokio::test(start_paused = true)]
async fn one_is_removed_after_the_other() {
    let shared = busy().await;
    shared.state().retries.clear();
    let turn = shared.lull(LONG).await;
    assert!(turn.is_some());
    assert!(timeout(LONG, shared.lull(LONG)).await.is_err());
    drop(turn);
    assert!(shared.lull(LONG).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_nothing_that_is_over() {
    let shared = busy().await;
    shared.stopping.cancel();
    assert!(shared.lull(LONG).await.is_none());
}
