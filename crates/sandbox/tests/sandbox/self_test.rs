//! T-27: a sandbox without one of its guarantees notices and refuses to serve.

use sandbox::{Guarantee, PoolState, Role, SandboxError};

use crate::disabled_guarantee::{DisabledGuarantee, Omitted};
use crate::lab::{FOUR_LINES, Lab, Tests, containers_of};
use crate::proxy::Proxy;

/// Every limit that can be left out, of either container, and both halves of those that have
/// halves.
fn disabled_guarantees() -> impl Iterator<Item = DisabledGuarantee> {
    let places = [
        Guarantee::Code,
        Guarantee::Tmp,
        Guarantee::SharedMemory,
        Guarantee::Oracle,
    ];
    let halves = places.map(|place| [Omitted::Size(place), Omitted::Files(place)]);
    let wholes = Guarantee::ALL.map(Omitted::Whole);
    let all = wholes.into_iter().chain(halves.into_iter().flatten());
    all.flat_map(|omitted| Role::ALL.map(|role| DisabledGuarantee { role, omitted }))
        .filter(is_kept_by_a_limit)
}

/// Judge and launcher make themselves unreadable without anybody's help, and end where they can't.
/// A launcher of another user is refused by the judge before it has measured anything, and Docker's
/// init can't start one under the learner's seccomp profile. The rest belongs to the other
/// container: the judge has one tmpfs to write to, which is its own, and the network and its settings
/// are those of the judge's namespace.
fn is_kept_by_a_limit(disabled_guarantee: &DisabledGuarantee) -> bool {
    !matches!(
        (disabled_guarantee.role, disabled_guarantee.guarantee()),
        (_, Guarantee::NotDumpable)
            | (
                Role::Judge,
                Guarantee::Code | Guarantee::Tmp | Guarantee::SharedMemory
            )
            | (
                Role::Learner,
                Guarantee::Oracle
                    | Guarantee::User
                    | Guarantee::FirstProcess
                    | Guarantee::Network
                    | Guarantee::SocketBuffers
                    | Guarantee::TimeWait
            )
    )
}

#[tokio::test]
async fn each_limit_that_is_left_out_is_noticed() {
    for disabled_guarantee in disabled_guarantees() {
        let proxy = Proxy::without(disabled_guarantee);
        let lab = Lab::not_ready_yet(|settings| settings.docker_host = proxy.host());
        let fault = match lab.pool.ready().await {
            Ok(()) => panic!("the pool serves without {disabled_guarantee:?}"),
            Err(fault) => fault,
        };
        let SandboxError::Unavailable { reason, .. } = &fault else {
            panic!("{disabled_guarantee:?}: {fault:?}");
        };
        let is_named = reason.contains(disabled_guarantee.guarantee().name());
        assert!(is_named, "{disabled_guarantee:?} was not named: {reason}");
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

/// The proxy itself takes nothing away: no limit keeps this one.
#[tokio::test]
async fn a_request_that_is_only_rewritten_is_served() {
    let proxy = Proxy::without(DisabledGuarantee {
        role: Role::Judge,
        omitted: Omitted::Whole(Guarantee::NotDumpable),
    });
    let lab = Lab::with(|settings| settings.docker_host = proxy.host()).await;
    lab.assert_honest_run_passes().await;
    lab.close().await;
}

#[tokio::test]
async fn a_sandbox_that_keeps_its_guarantees_serves() {
    let lab = Lab::small().await;
    let status = lab.pool.status();
    assert_eq!(status.state, PoolState::Serving);
    assert!(status.ready > 0);
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
