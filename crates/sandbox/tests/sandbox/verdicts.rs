//! The everyday verdicts, through a real container.

use futures::StreamExt;
use protocol::Outcome;
use sandbox::{JobEvent, SandboxError};

use crate::lab::{FOUR_LINES, Lab, Tests, a_client, kinds, output};

#[tokio::test]
async fn the_four_lines_pass_and_say_so_test_by_test() {
    let lab = Lab::small().await;
    let tests = Tests::of_listening();
    let mut stream = lab.pool.run(tests.job(FOUR_LINES), a_client());
    let mut heard = Vec::new();
    while let Some(event) = stream.next().await {
        heard.push(match event.expect("no fault of ours") {
            JobEvent::Queued { .. } => continue,
            JobEvent::Started => "started".to_owned(),
            JobEvent::TestStarted(id) => format!("{id} began"),
            JobEvent::Output(chunk) => format!("output {}", chunk.text),
            JobEvent::TestFinished(test) => format!("{} {}", test.id, test.outcome.kind()),
            JobEvent::Finished(report) => {
                assert!(report.is_passed(), "{report:#?}");
                assert!(report.timings.launches >= 1);
                "finished".to_owned()
            }
            JobEvent::Recorded(recording) => format!("{} recorded", recording.id),
            JobEvent::LineFound { id, line } => format!("{id} line {line}"),
        });
    }
    let expected = [
        "started",
        "listen.1 began",
        "listen.1 passed",
        "listen.2 began",
        "listen.2 passed",
        "finished",
    ];
    assert_eq!(heard, expected);
    lab.close().await;
}

#[tokio::test]
async fn each_failure_has_its_own_verdict() {
    let lab = Lab::small().await;
    let tests = Tests::of_listening();

    let report = lab
        .judge("import socket\nserver = socket.socket(\n", &tests)
        .await;
    let Outcome::SyntaxError { span, .. } = &report.results[0].outcome else {
        panic!("{report:#?}");
    };
    assert_eq!((span.file.as_str(), span.line), ("main.py", 2));
    assert!(report.results[0].message.contains("line 2"));

    let report = lab.judge(&FOUR_LINES.replace("6379", "6380"), &tests).await;
    let Outcome::OtherPort { port, found } = &report.results[0].outcome else {
        panic!("{report:#?}");
    };
    assert_eq!((*port, found.as_slice()), (6379, &[6380][..]));

    let report = lab.judge("import socket\n\n1 / 0\n", &tests).await;
    let Outcome::Exited {
        crash: Some(crash), ..
    } = &report.results[0].outcome
    else {
        panic!("{report:#?}");
    };
    assert_eq!(crash.exception, "ZeroDivisionError");
    assert_eq!(crash.span.as_ref().map(|span| span.line), Some(3));

    let report = lab.judge("print('hello')\n", &tests).await;
    assert_eq!(report.results[0].outcome.kind(), "exited");
    assert!(output(&report).contains("hello"));

    lab.close().await;
}

/// What the owner's graphs of processor time are drawn from.
#[tokio::test]
async fn a_report_says_what_the_run_took_of_the_machine() {
    let lab = Lab::small().await;
    let busy = "import time\nwhile time.process_time() < 0.2: pass\n";
    let report = lab
        .judge(
            &format!("{busy}{FOUR_LINES}"),
            &Tests::that_listen_a_while(),
        )
        .await;
    assert!(report.is_passed(), "{report:#?}");
    let wall_us = u64::from(report.timings.finished_us);
    let cpu_us = report.cpu_us.expect("the processor time");
    // Half a processor, and the rest of the periods in which the run begins and ends.
    let max_us = wall_us / 2 + 150_000;
    assert!((200_000..=max_us).contains(&cpu_us), "{report:#?}");
    let throttled_us = report.throttled_us.expect("the time without a processor");
    // Summed over the processors.
    assert!(throttled_us <= wall_us * 64, "{report:#?}");
    assert!(
        report.memory_peak_bytes.is_some_and(|peak| peak > 1 << 20),
        "{report:#?}"
    );
    lab.close().await;
}

#[tokio::test]
async fn a_broken_test_is_the_courses_fault() {
    let lab = Lab::small().await;
    let tests = Tests::new(&[("breaks", "1 / 0"), ("is fine", "server.connect()")]);
    let report = lab.judge(FOUR_LINES, &tests).await;
    assert_eq!(kinds(&report), ["test-broken", "passed"]);
    let other = Tests::new(&[("has another name", "pass")]);
    let mut job = other.job(FOUR_LINES);
    job.steps[0].tests[0].name = "than was planned".to_owned();
    let report = crate::lab::report_of(lab.pool.run(job, a_client())).await;
    assert_eq!(kinds(&report.unwrap()), ["test-broken"]);
    lab.close().await;
}

#[tokio::test]
async fn a_seed_repeats_a_run() {
    let lab = Lab::small().await;
    // The exchange records the random word that was sent.
    let body = "client = server.connect()\n    client.send(server.random.word())";
    let tests = Tests::new(&[("sends a random word", body)]);
    let sent = async |seed: u32| {
        let mut job = tests.job(FOUR_LINES);
        job.seed = protocol::Seed::new(seed);
        let report = crate::lab::report_of(lab.pool.run(job, a_client())).await;
        let test = report.unwrap().results.remove(0);
        let is_sent = |exchange: &protocol::Exchange| match &exchange.action {
            protocol::ExchangeAction::Sent { bytes, .. } => Some(bytes.to_string()),
            _ => None,
        };
        let sent = test.exchanges.iter().find_map(is_sent);
        sent.unwrap_or_else(|| panic!("{test:#?}"))
    };
    let (once, again, other) = (sent(1).await, sent(1).await, sent(2).await);
    assert_eq!(once, again);
    assert_ne!(once, other);
    lab.close().await;
}

#[tokio::test]
async fn a_job_that_no_frame_holds_is_our_fault() {
    let lab = Lab::small().await;
    let tests = Tests::of_listening();
    let fault = lab.try_judge(&"#".repeat(5 * 1024 * 1024), &tests).await;
    assert!(
        matches!(fault, Err(SandboxError::JobTooLong { .. })),
        "{fault:?}"
    );
    lab.assert_honest_run_passes().await;
    lab.close().await;
}
