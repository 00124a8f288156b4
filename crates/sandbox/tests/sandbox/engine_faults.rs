//! An engine that fails, hangs or goes away: runs are refused quickly and as our fault, and on its
//! return everything is as before.

use std::time::{Duration, Instant};

use protocol::RunError;
use sandbox::{JobReport, PoolState, SandboxError, StopOutcome};

use crate::lab::{
    FOUR_LINES, Lab, Tests, assert_no_container, containers_of, containers_on, until,
};
use crate::own_engine::OwnEngine;
use crate::proxy::{Fault, FaultKind, LATE, Proxy};

/// Every call that the pool makes to an engine that has the images already.
const CALLS: [(&str, &str, &str); 9] = [
    ("GET", "/version", ""),
    ("GET", "/containers/json", ""),
    ("GET", "/images/", "/json"),
    ("POST", "/containers/create", ""),
    ("POST", "/containers/", "/attach"),
    ("POST", "/containers/", "/start"),
    ("GET", "/containers/codealong-", "/json"),
    ("DELETE", "/containers/", ""),
    ("GET", "/_ping", ""),
];

fn faults(kind: FaultKind) -> Vec<Fault> {
    let fault = |(method, begins, ends)| Fault {
        method,
        begins,
        ends,
        kind,
        times: 1,
    };
    CALLS.map(fault).into()
}

/// T-23.
async fn each_call_goes_wrong_once(kind: FaultKind) {
    let proxy = Proxy::new(faults(kind));
    let lab = Lab::not_ready_yet(|settings| {
        settings.docker_host = proxy.host();
        settings.call_timeout = Duration::from_secs(2);
        settings.sweep_every = Duration::from_millis(500);
    });
    // Each failed start over meets the next fault.
    until("the pool is full", Duration::from_secs(120), async || {
        let status = lab.pool.status();
        status.state == PoolState::Serving && status.ready == 4
    })
    .await;
    for _ in 0..3 {
        lab.assert_honest_run_passes().await;
    }
    // A ping comes only every few seconds, or when something is in doubt.
    let within = Duration::from_secs(30);
    until("every call went wrong", within, async || {
        proxy.left().is_empty()
    })
    .await;
    until("it serves again", Duration::from_secs(60), async || {
        let status = lab.pool.status();
        status.state == PoolState::Serving && status.ready == 4
    })
    .await;
    lab.assert_honest_run_passes().await;
    until(
        "no container is unaccounted for",
        Duration::from_secs(30),
        async || containers_of(&lab.owner).await.len() == 8,
    )
    .await;
    lab.close().await;
}

#[tokio::test]
async fn each_call_may_fail_once() {
    each_call_goes_wrong_once(FaultKind::Fails).await;
}

#[tokio::test]
async fn each_call_may_hang_once() {
    each_call_goes_wrong_once(FaultKind::Hangs).await;
}

#[tokio::test]
async fn each_call_may_be_cut_once() {
    each_call_goes_wrong_once(FaultKind::Drops).await;
}

/// The two moments of an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outage {
    Begins,
    Ends,
}

/// Three runs are in flight, the engine goes away, runs are asked for meanwhile, and it comes back.
/// Returns what became of the three.
async fn an_outage_under_load(
    lab: &Lab,
    stay_away: Duration,
    mut engine: impl AsyncFnMut(Outage),
) -> Vec<Result<JobReport, SandboxError>> {
    let tests = Tests::new(&[("waits", "server.connect().expect_nothing_more(5000)")]);
    let in_flight = async {
        let runs = (0..3).map(|_| lab.try_judge(FOUR_LINES, &tests));
        futures::future::join_all(runs).await
    };
    let outage = async {
        until("runs are in flight", Duration::from_secs(60), async || {
            lab.pool.status().running == 3
        })
        .await;
        engine(Outage::Begins).await;
        until(
            "the outage is noticed",
            Duration::from_secs(5),
            async || matches!(lab.pool.status().state, PoolState::Away { .. }),
        )
        .await;
        let begin = Instant::now();
        let mut waits = Vec::new();
        while begin.elapsed() < stay_away {
            let asked = Instant::now();
            let refused = lab.try_judge(FOUR_LINES, &tests).await;
            waits.push(asked.elapsed());
            let refused = refused.expect_err("the engine is away");
            assert!(
                matches!(refused.run_error(), RunError::Unavailable { .. }),
                "{refused:?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // One may meet a machine that is busy with something else; most must not.
        waits.sort();
        let (median, longest) = (waits[waits.len() / 2], waits[waits.len() - 1]);
        assert!(median < Duration::from_millis(50), "{waits:?}");
        assert!(longest < Duration::from_secs(1), "{waits:?}");
        engine(Outage::Ends).await;
    };
    let (in_flight, ()) = tokio::join!(in_flight, outage);
    until(
        "the pool is full again",
        Duration::from_secs(30),
        async || {
            let status = lab.pool.status();
            status.state == PoolState::Serving && status.ready == 4
        },
    )
    .await;
    lab.assert_honest_run_passes().await;
    in_flight
}

/// T-24, with a socket that refuses in place of a stopped engine.
#[tokio::test]
async fn an_engine_that_goes_away_is_said_so_at_once_and_missed_no_longer_than_needed() {
    let mut proxy = Proxy::new(vec![]);
    let lab = Lab::with(|settings| settings.docker_host = proxy.host()).await;
    let lost = an_outage_under_load(&lab, Duration::from_secs(3), async |outage| match outage {
        Outage::Begins => proxy.go_away(),
        Outage::Ends => proxy.come_back(),
    })
    .await;
    for run in lost {
        // Cut off in the middle: no verdict, and least of all a wrong one.
        let fault = run.expect_err("no verdict without an engine");
        assert!(fault.run_error().is_ours(), "{fault:?}");
    }
    until(
        "only the pool's own are there",
        Duration::from_secs(30),
        async || containers_of(&lab.owner).await.len() == 8,
    )
    .await;
    lab.close().await;
}

/// T-24 in its long form: an engine that really ends, once stopped by its owner, with its
/// containers, and once killed.
#[tokio::test]
#[ignore = "long: `cargo xtask test --soak`"]
async fn soak_an_engine_that_ends_for_ten_seconds_is_missed_no_longer_than_needed() {
    let mut engine = OwnEngine::start().await;
    let host = engine.host();
    let client = engine.client();
    let lab = Lab::with(|settings| settings.docker_host = host).await;
    for is_killed in [false, true] {
        let outage = async |outage| match outage {
            Outage::Begins if is_killed => engine.kill().await,
            Outage::Begins => engine.stop().await,
            Outage::Ends => engine.start_again().await,
        };
        let in_flight = an_outage_under_load(&lab, Duration::from_secs(10), outage).await;
        for run in in_flight {
            // A stopped engine gives containers ten seconds, in which a run may end.
            match run {
                Ok(report) => assert!(report.is_passed(), "a wrong verdict: {report:#?}"),
                Err(fault) => assert!(fault.run_error().is_ours(), "{fault:?}"),
            }
        }
        until(
            "only the pool's own are there",
            Duration::from_secs(30),
            async || containers_on(&client, &lab.owner).await.len() == 8,
        )
        .await;
    }
    lab.pool.stop().await;
    let left = containers_on(&client, &lab.owner).await;
    assert!(left.is_empty(), "left behind: {left:?}");
    engine.stop().await;
}

/// A creation under way when the pool is stopped comes through after the last sweep.
#[tokio::test]
async fn a_stop_in_the_middle_of_the_first_creation_leaves_nothing() {
    let proxy = Proxy::new(vec![Fault {
        method: "POST",
        begins: "/containers/create",
        ends: "",
        kind: FaultKind::Late,
        times: 1,
    }]);
    let lab = Lab::not_ready_yet(|settings| settings.docker_host = proxy.host());
    until("it is created", Duration::from_secs(60), async || {
        proxy.left().is_empty()
    })
    .await;
    assert_eq!(lab.pool.stop().await, StopOutcome::Nothing);
    tokio::time::sleep(2 * LATE).await;
    assert_no_container(&lab.owner, Duration::ZERO).await;
}

#[tokio::test]
async fn an_engine_that_was_never_there_is_waited_for() {
    let mut proxy = Proxy::new(vec![]);
    proxy.go_away();
    let lab = Lab::not_ready_yet(|settings| settings.docker_host = proxy.host());
    let fault = lab.pool.ready().await.expect_err("there is no engine");
    assert!(
        matches!(fault, SandboxError::Unavailable { .. }),
        "{fault:?}"
    );
    proxy.come_back();
    until("it serves", Duration::from_secs(60), async || {
        let status = lab.pool.status();
        status.state == PoolState::Serving && status.ready > 0
    })
    .await;
    lab.assert_honest_run_passes().await;
    lab.close().await;
}

/// T-25: the container of a finished run dies of its lost connection, and its slot is free, though
/// the engine never removes it.
#[tokio::test]
async fn a_kill_that_hangs_holds_no_slot() {
    let proxy = Proxy::new(vec![Fault {
        method: "DELETE",
        begins: "/containers/",
        ends: "",
        kind: FaultKind::Hangs,
        times: u32::MAX,
    }]);
    let lab = Lab::with(|settings| {
        settings.docker_host = proxy.host();
        settings.call_timeout = Duration::from_secs(20);
        settings.stop_timeout = Duration::from_secs(5);
    })
    .await;
    let begin = Instant::now();
    for _ in 0..12 {
        lab.assert_honest_run_passes().await;
    }
    // Twelve hanging kills in a row would take four minutes.
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(60), "{took:?}");
    let begin = Instant::now();
    let left = lab.pool.stop().await;
    assert!(begin.elapsed() < Duration::from_secs(8), "a stop hangs too");
    assert!(matches!(left, StopOutcome::PerhapsSome { .. }), "{left:?}");
    assert_no_container(&lab.owner, Duration::from_secs(15)).await;
}
