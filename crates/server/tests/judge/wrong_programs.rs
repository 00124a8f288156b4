//! Programs that are wrong must be caught by the named test with the named outcome.

use std::collections::BTreeSet;

use protocol::{Outcome, StepId, TestResult};

use crate::expectation::{expectations, judge_all};
use crate::judge_fixture::{JudgeFixture, programs};

/// The outcomes that no mistake leads to. The judge's own tests produce those that are faults.
const NO_MISTAKE: [&str; 5] = [
    "passed",
    "not-run",
    "not-asked",
    "test-broken",
    "interfered",
];

/// The outcomes that the course's own tests can't lead to; a course in `starting.rs` does.
const ELSEWHERE: [&str; 3] = ["not-ended", "wrong-file", "disagrees"];

#[test]
fn each_outcome_is_produced_by_a_program() {
    let mut expected = expectations("wrong_programs");
    expected.extend(expectations("real_programs"));
    let produced: BTreeSet<&str> = (expected.iter())
        .map(|program| program.outcome.as_str())
        .collect();
    let possible: BTreeSet<&str> = (Outcome::KINDS.into_iter())
        .filter(|kind| !NO_MISTAKE.contains(kind) && !ELSEWHERE.contains(kind))
        .collect();
    assert_eq!(produced, possible);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_programs_are_caught_by_the_named_test() {
    let judge_fixture = JudgeFixture::redis("wrong").await;
    let judged = judge_all("wrong_programs", &judge_fixture).await;
    judge_fixture.close().await;
    println!("{judged} wrong programs; the course's own mistakes are judged by `codealong check`");
    assert!(judged >= 40, "only {judged} wrong programs");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_as_beginners_write_them_are_told_what_helps() {
    let judge_fixture = JudgeFixture::redis("real").await;
    let judged = judge_all("real_programs", &judge_fixture).await;
    judge_fixture.close().await;
    assert!(judged >= 28, "only {judged} programs");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_that_splits_on_line_breaks_fails_where_framing_matters() {
    let judge_fixture = JudgeFixture::redis("splits").await;
    let folder = programs("wrong_programs").join("bytes");
    let program = std::fs::read_to_string(folder.join("splits_on_crlf.py")).unwrap();
    assert!(program.contains(r#"recv(1024).split(b"\r\n")"#));
    let report = judge_fixture
        .judge(&StepId::parse("bytes").unwrap(), &program, 7)
        .await;
    judge_fixture.close().await;
    let broken: Vec<&TestResult> = report
        .steps
        .iter()
        .flat_map(|step| &step.tests)
        .filter(|test| !test.outcome.is_passed())
        .collect();
    let ids: Vec<String> = broken.iter().map(|test| test.id.to_string()).collect();
    let framing = ["bytes.2", "bytes.3", "bytes.4", "bytes.5", "bytes.6"];
    assert_eq!(ids, framing, "{broken:#?}");
    assert_ne!(broken[0].message, broken[1].message);
    for test in broken {
        let is_told = test.mistake.is_some() || test.same_as.is_some();
        assert!(is_told, "{} is not recognised", test.id);
    }
}
