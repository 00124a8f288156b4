//! T-20: whatever a program does with its time, the run ends in time, with partial results.

use std::time::{Duration, Instant};

use futures::StreamExt;
use sandbox::{JobEvent, JobReport};

use crate::lab::{FOUR_LINES, Lab, Tests, a_client, kinds};

/// The guarantee: 10 s, and 0.7 s for the server to end what does not end by itself.
const LIMIT: Duration = Duration::from_millis(10_700);

/// How late a timer and its event may be on a machine that is busy with other tests.
const SCHEDULING_SLACK: Duration = Duration::from_millis(500);

/// One test that passes at once, and one that waits for ever.
fn passes_then_hangs() -> Tests {
    Tests::new(&[
        ("connects", "server.connect()"),
        // By its client, as a test should wait; one that sleeps past the limit is broken.
        (
            "waits",
            "server.connect().expect_nothing_more(for_ms=60_000)",
        ),
        ("comes too late", "server.connect()"),
    ])
}

/// Judges a program; its report, and how long the run took from its start to its end by the
/// reader's clock, without the wait for a container.
async fn timed(lab: &Lab, program: &str, tests: &Tests) -> (JobReport, Duration) {
    let mut events = lab.pool.run(tests.job(program), a_client());
    let mut started = None;
    while let Some(event) = events.next().await {
        match event.expect("the run has a verdict") {
            JobEvent::Started => started = Some(Instant::now()),
            JobEvent::Finished(report) => {
                let started = started.expect("a run starts before it ends");
                return (*report, started.elapsed());
            }
            _ => {}
        }
    }
    panic!("the run ended without a report");
}

#[tokio::test]
async fn a_test_that_never_ends_is_timed_out_with_partial_results() {
    let lab = Lab::small().await;
    let report = lab.attack(FOUR_LINES, &passes_then_hangs()).await;
    assert_eq!(kinds(&report), ["passed", "timed-out", "not-run"]);
    let took = Duration::from_micros(u64::from(report.duration_us));
    assert!(took <= LIMIT + Duration::from_millis(50), "{took:?}");
    assert!(took >= Duration::from_secs(9), "{took:?}");
    lab.close().await;
}

/// Each listens first, so that a test passes before the program misbehaves.
#[tokio::test]
async fn no_program_outlives_its_time() {
    let lab = Lab::with(|settings| {
        settings.running_max = 4;
        settings.warm = 2;
    })
    .await;
    let programs = [
        ("sleeps", "import time\ntime.sleep(1000)\n"),
        ("computes", "while True:\n    pass\n"),
        ("computes in C", "sum(range(10 ** 12))\n"),
        (
            "stops itself",
            "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n",
        ),
        (
            "stops everyone",
            "import os, signal\nos.fork()\nos.kill(-1, signal.SIGSTOP)\nwhile True: pass\n",
        ),
        (
            "blocks every signal",
            "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n\
             while True:\n    pass\n",
        ),
    ];
    let tests = passes_then_hangs();
    for pair in programs.chunks(2) {
        let judged = pair.iter().map(async |(name, misbehaviour)| {
            let program = format!("{FOUR_LINES}{misbehaviour}");
            let (report, elapsed) = timed(&lab, &program, &tests).await;
            (name, report, elapsed)
        });
        let judged = futures::future::join_all(judged);
        let (reports, ()) = tokio::join!(judged, lab.assert_honest_run_passes());
        for (name, report, elapsed) in reports {
            assert_eq!(
                kinds(&report),
                ["passed", "timed-out", "not-run"],
                "a program that {name}: {report:#?}"
            );
            assert!(
                elapsed <= LIMIT + SCHEDULING_SLACK,
                "a program that {name} was seen for {elapsed:?}"
            );
            assert!(
                elapsed >= Duration::from_secs(9),
                "a program that {name} did not reach the deadline: {elapsed:?}"
            );
            let told = Duration::from_micros(u64::from(report.duration_us));
            assert!(
                told <= LIMIT + SCHEDULING_SLACK,
                "a program that {name} is said to have taken {told:?}"
            );
        }
    }
    lab.close().await;
}

#[tokio::test]
async fn a_shorter_limit_is_kept_too() {
    let lab = Lab::small().await;
    let tests = passes_then_hangs().within(Duration::from_millis(1500));
    let report = lab.judge(FOUR_LINES, &tests).await;
    assert_eq!(kinds(&report), ["passed", "timed-out", "not-run"]);
    assert!(report.duration_us <= 2_250_000, "{}", report.duration_us);
    lab.close().await;
}
