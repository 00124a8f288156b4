//! T-27: a sandbox that does not keep a promise notices and refuses to serve.

use sandbox::{Omission, PoolState, Promise, SandboxError};

use crate::lab::{FOUR_LINES, Lab, Tests, containers_of};

/// Every limit that can be left out, and the two halves of those that have halves. The harness makes
/// itself unreadable without anybody's help, and ends where it can't.
fn omissions() -> impl Iterator<Item = Omission> {
    let kept_by_a_limit = |promise: &Promise| *promise != Promise::NotDumpable;
    let wholes = Promise::ALL.into_iter().filter(kept_by_a_limit);
    let places = [Promise::Code, Promise::Tmp];
    let halves = places.map(|place| [Omission::Size(place), Omission::Files(place)]);
    wholes
        .map(Omission::Whole)
        .chain(halves.into_iter().flatten())
}

#[tokio::test]
async fn each_limit_that_is_left_out_is_noticed() {
    for omission in omissions() {
        let lab = Lab::not_ready_yet(|settings| settings.omit = Some(omission));
        let fault = match lab.pool.ready().await {
            Ok(()) => panic!("the pool serves without {omission:?}"),
            Err(fault) => fault,
        };
        let SandboxError::Unavailable { reason, .. } = &fault else {
            panic!("{omission:?}: {fault:?}");
        };
        let is_named = reason.contains(omission.promise().name());
        assert!(is_named, "{omission:?} was not named: {reason}");
        assert!(matches!(
            lab.pool.status().state,
            PoolState::Refusing { .. }
        ));

        let refused = lab.try_judge(FOUR_LINES, &Tests::of_listening()).await;
        let refused = refused.expect_err("no run is served");
        assert!(refused.run_error().is_ours(), "{refused:?}");
        lab.close().await;
    }
}

#[tokio::test]
async fn a_sandbox_that_keeps_its_promises_serves() {
    let lab = Lab::small().await;
    let status = lab.pool.status();
    assert_eq!(status.state, PoolState::Serving);
    assert!(status.is_ready());
    assert!(!containers_of(&lab.owner).await.is_empty());
    lab.close().await;
}

#[tokio::test]
async fn a_runtime_that_is_not_there_is_refused() {
    let lab = Lab::not_ready_yet(|settings| settings.runtime = Some("no-such-runtime".to_owned()));
    let fault = lab.pool.ready().await.expect_err("the pool must not serve");
    assert!(fault.to_string().contains("no-such-runtime"), "{fault}");
    lab.close().await;
}
