//! A pool without an engine, with finished lanes.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::*;
use crate::event_channel::event_channel;
use crate::pool::PoolState;
use crate::pool::lease::Waiter;
use crate::{ClientId, SandboxSettings};

fn client() -> ClientId {
    ClientId::new("somebody")
}

/// A pool with a run in flight and nobody waiting for a lane: a finished one stays.
async fn busy() -> Arc<Shared> {
    let shared = Arc::new(Shared::new(SandboxSettings::default()));
    shared.set_phase(PoolState::Serving);
    let waiter = Waiter {
        lease: oneshot::channel().0,
        events: Arc::new(event_channel().0),
        sent_position: None,
    };
    shared.state().admission.enter(client(), waiter);
    assert!(shared.state().admission.admit().is_some());
    assert!(shared.counts().can_keep_finished(&shared.settings));
    shared
}

/// The run in flight ends.
fn end_run(shared: &Arc<Shared>) {
    shared.state().admission.finish(&client(), Duration::ZERO);
    shared.dispatch();
}

const LONG: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn what_is_finished_stays_while_others_run_but_not_for_ever() {
    let shared = busy().await;
    let begin = tokio::time::Instant::now();
    let turn = shared.wait_for_idle(Duration::from_secs(1)).await;
    assert!(turn.is_some());
    assert_eq!(begin.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_finished_goes_when_nobody_runs_any_more() {
    let shared = busy().await;
    let waiting = tokio::spawn({
        let shared = Arc::clone(&shared);
        async move { shared.wait_for_idle(LONG).await.is_some() }
    });
    tokio::task::yield_now().await;
    end_run(&shared);
    assert!(timeout(LONG, waiting).await.unwrap().unwrap());
}

#[tokio::test(start_paused = true)]
async fn one_is_removed_after_the_other() {
    let shared = busy().await;
    end_run(&shared);
    let turn = shared.wait_for_idle(LONG).await;
    assert!(turn.is_some());
    assert!(timeout(LONG, shared.wait_for_idle(LONG)).await.is_err());
    drop(turn);
    assert!(shared.wait_for_idle(LONG).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_nothing_that_is_finished() {
    let shared = busy().await;
    shared.stopping.cancel();
    assert!(shared.wait_for_idle(LONG).await.is_none());
}
