//! T-27: a sandbox that does not keep a promise notices and refuses to serve.

use sandbox::{PoolState, Promise, SandboxError};

use crate::lab::{FOUR_LINES, Lab, Tests, containers_of};

/// What no setting of the engine can take away.
const BEYOND_THE_ENGINE: [Promise; 2] = [Promise::User, Promise::NotDumpable];

#[tokio::test]
async fn each_limit_that_is_left_out_is_noticed() {
    for promise in Promise::ALL {
        if BEYOND_THE_ENGINE.contains(&promise) {
            continue;
        }
        let lab = Lab::not_ready_yet(|settings| settings.omit = Some(promise));
        let fault = match lab.pool.ready().await {
            Ok(()) => panic!("the pool serves without {promise:?}"),
            Err(fault) => fault,
        };
        let SandboxError::Unavailable { reason, .. } = &fault else {
            panic!("{promise:?}: {fault:?}");
        };
        let is_named = reason.contains(promise.name());
        assert!(is_named, "{promise:?} was not named: {reason}");
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
