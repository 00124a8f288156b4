//! T-20: whatever a program does with its time, the run ends in time, with what it had by then.

use std::time::{Duration, Instant};

use crate::lab::{FOUR_LINES, Lab, Tests, kinds};

/// The promise: 10 s, and 0.7 s for the server to end what does not end by itself.
const LIMIT: Duration = Duration::from_millis(10_700);

/// One test that passes at once, and one that waits for ever.
fn passes_then_hangs() -> Tests {
    Tests::new(&[
        ("connects", "server.connect()"),
        // By its client, for that is how a test waits; one that sleeps by itself is broken.
        (
            "waits",
            "server.connect().expect_nothing_more(for_ms=60_000)",
        ),
        ("comes too late", "server.connect()"),
    ])
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
            "import os, signal\nos.kill(-1, signal.SIGSTOP)\nwhile True: pass\n",
        ),
        (
            "blocks every signal",
            "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n\
             while True:\n    pass\n",
        ),
    ];
    for pair in programs.chunks(2) {
        let judged = pair.iter().map(async |(name, program)| {
            let begin = Instant::now();
            let report = lab.judge(program, &Tests::of_listening()).await;
            (name, report, begin.elapsed())
        });
        let judged = futures::future::join_all(judged);
        let (reports, ()) = tokio::join!(judged, lab.assert_honest_run_passes());
        for (name, report, _) in reports {
            let took = Duration::from_micros(u64::from(report.duration_us));
            assert!(!report.is_passed(), "a program that {name} passed");
            assert!(
                took <= LIMIT + Duration::from_millis(50),
                "a program that {name} took {took:?}"
            );
            assert_eq!(report.results.len(), 2);
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
