//! Who waits, how long, and with which answer.

use std::time::Duration;

use futures::StreamExt;
use protocol::RunError;
use sandbox::{ClientId, JobEvent, SandboxError};

use crate::lab::{FOUR_LINES, Lab, Tests, a_client, report_of, until};

fn slow() -> Tests {
    Tests::new(&[("waits", "server.connect().expect_nothing_more(1500)")])
}

async fn one_at_a_time(wait_max: Duration, queue_max: u32) -> Lab {
    Lab::with(|settings| {
        settings.running_max = 1;
        settings.warm = 1;
        settings.lanes_max = 4;
        settings.wait_max = wait_max;
        settings.queue_max = queue_max;
    })
    .await
}

#[tokio::test]
async fn the_queue_position_is_told_as_it_changes() {
    let lab = one_at_a_time(Duration::from_secs(60), 8).await;
    let tests = slow();
    let first = lab.pool.run(tests.job(FOUR_LINES), a_client());
    until("the first runs", Duration::from_secs(30), async || {
        lab.pool.status().running == 1
    })
    .await;
    let second = lab.pool.run(tests.job(FOUR_LINES), a_client());
    let mut third = lab.pool.run(tests.job(FOUR_LINES), a_client());
    let positions = async {
        let mut positions = Vec::new();
        while let Some(event) = third.next().await {
            match event.unwrap() {
                JobEvent::Queued { position } => positions.push(position),
                JobEvent::Finished(report) => assert!(report.is_passed(), "{report:#?}"),
                _ => {}
            }
        }
        positions
    };
    let (first, second, positions) = tokio::join!(report_of(first), report_of(second), positions);
    assert!(first.unwrap().is_passed() && second.unwrap().is_passed());
    assert_eq!(positions.last(), Some(&1), "{positions:?}");
    assert!(
        positions.is_sorted_by(|earlier, later| earlier > later),
        "{positions:?}"
    );
    lab.close().await;
}

#[tokio::test]
async fn a_newer_run_of_a_client_takes_the_waiting_ones_place() {
    let lab = one_at_a_time(Duration::from_secs(60), 8).await;
    let tests = slow();
    let learner = ClientId::new("one learner");
    let running = lab.pool.run(tests.job(FOUR_LINES), learner.clone());
    until("the first runs", Duration::from_secs(30), async || {
        lab.pool.status().running == 1
    })
    .await;
    let waiting = lab.pool.run(tests.job(FOUR_LINES), learner.clone());
    until("the second waits", Duration::from_secs(30), async || {
        lab.pool.status().queued == 1
    })
    .await;
    let newer = lab.pool.run(tests.job(FOUR_LINES), learner);
    let (running, waiting, newer) =
        tokio::join!(report_of(running), report_of(waiting), report_of(newer));
    assert!(running.unwrap().is_passed());
    assert!(
        matches!(waiting, Err(SandboxError::Replaced)),
        "{waiting:?}"
    );
    assert!(newer.unwrap().is_passed());
    lab.close().await;
}

#[tokio::test]
async fn nobody_waits_longer_than_promised() {
    let lab = one_at_a_time(Duration::from_millis(300), 8).await;
    let tests = slow();
    let running = lab.pool.run(tests.job(FOUR_LINES), a_client());
    until("the first runs", Duration::from_secs(30), async || {
        lab.pool.status().running == 1
    })
    .await;
    let waiting = lab.try_judge(FOUR_LINES, &tests);
    let (running, waiting) = tokio::join!(report_of(running), waiting);
    assert!(running.unwrap().is_passed());
    let refused = waiting.expect_err("the wait is over before the run is");
    let RunError::Busy { retry_after_s } = refused.run_error() else {
        panic!("{refused:?}");
    };
    assert!((1..=30).contains(&retry_after_s), "{retry_after_s}");
    assert_eq!(lab.pool.status().queued, 0);
    lab.close().await;
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let lab = one_at_a_time(Duration::from_secs(60), 1).await;
    let tests = slow();
    let running = lab.pool.run(tests.job(FOUR_LINES), a_client());
    until("the first runs", Duration::from_secs(30), async || {
        lab.pool.status().running == 1
    })
    .await;
    let waiting = lab.pool.run(tests.job(FOUR_LINES), a_client());
    until("the second waits", Duration::from_secs(30), async || {
        lab.pool.status().queued == 1
    })
    .await;
    let refused = lab.try_judge(FOUR_LINES, &tests).await;
    assert!(
        matches!(refused, Err(SandboxError::Busy { .. })),
        "{refused:?}"
    );
    let (running, waiting) = tokio::join!(report_of(running), report_of(waiting));
    assert!(running.unwrap().is_passed() && waiting.unwrap().is_passed());
    lab.close().await;
}
