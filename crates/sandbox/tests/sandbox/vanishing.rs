//! T-22: a client that stops waiting leaves nothing running.

use std::time::Duration;

use futures::StreamExt;
use protocol::RunError;
use sandbox::SandboxError;

use crate::lab::{FOUR_LINES, Lab, Tests, a_client, until};

#[tokio::test]
async fn a_client_may_vanish_at_any_moment() {
    let lab = Lab::with(|settings| {
        settings.running_max = 2;
        settings.warm = 2;
        settings.lanes_max = 6;
    })
    .await;
    let hanging = Tests::new(&[("waits", "import time\n    time.sleep(60)")]);
    for moment in 0..20 {
        let program = if moment % 2 == 0 {
            FOUR_LINES
        } else {
            "while True: pass"
        };
        let mut stream = lab.pool.run(hanging.job(program), a_client());
        // From at once to somewhere within the run.
        let left_after = Duration::from_millis(moment * moment);
        let listening = async { while stream.next().await.is_some() {} };
        let _still_running = tokio::time::timeout(left_after, listening).await;
        drop(stream);
    }
    until("nothing runs", Duration::from_secs(10), async || {
        let status = lab.pool.status();
        status.running == 0 && status.queued == 0
    })
    .await;
    lab.assert_honest_run_passes().await;
    until(
        "the pool is full again",
        Duration::from_secs(60),
        async || {
            let status = lab.pool.status();
            status.ready == 2 && status.lanes == 2
        },
    )
    .await;
    lab.close().await;
}

#[tokio::test]
async fn a_stop_ends_what_waits_and_lets_finish_what_runs() {
    let lab = Lab::with(|settings| {
        settings.running_max = 1;
        settings.warm = 1;
        settings.lanes_max = 4;
    })
    .await;
    let slow = Tests::new(&[("waits a little", "import time\n    time.sleep(1)")]);
    let mut running = lab.pool.run(slow.job(FOUR_LINES), a_client());
    while lab.pool.status().running == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let waiting = lab.try_judge(FOUR_LINES, &slow);
    let stop = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        lab.pool.stop().await;
    };
    let last = async {
        let mut last = None;
        while let Some(event) = running.next().await {
            last = Some(event);
        }
        last
    };
    let (refused, (), last) = tokio::join!(waiting, stop, last);
    let Err(refused @ SandboxError::Unavailable { .. }) = refused else {
        panic!("{refused:?}");
    };
    // For the log, then for the learner.
    let reason = "the sandbox is not available: the server is stopping";
    assert_eq!(refused.to_string(), reason);
    assert_eq!(
        refused.run_error(),
        RunError::Unavailable { retry_after_s: 5 }
    );
    let Some(Ok(sandbox::JobEvent::Finished(report))) = last else {
        panic!("{last:?}");
    };
    assert!(report.is_passed(), "{report:#?}");
    lab.close().await;
}
