//! Programs that are right must pass, whatever their style.

use std::pin::pin;

use futures::StreamExt;
use protocol::{StepId, Verdict};

use crate::judge_fixture::{JudgeFixture, programs, python_files};
use crate::table::row;

#[tokio::test(flavor = "multi_thread")]
async fn right_programs_pass_whatever_their_style() {
    let judge_fixture = JudgeFixture::redis("right").await;
    let mut programs_of_steps = Vec::new();
    for (step, min) in [
        ("get", 20),
        ("clients", 9),
        ("counters", 4),
        ("hello", 3),
        ("lists", 1),
        ("blpop", 3),
    ] {
        let files = python_files(&programs("right_programs").join(step));
        assert!(files.len() >= min, "only {} for {step}", files.len());
        let step = StepId::parse(step).unwrap();
        programs_of_steps.extend(files.into_iter().map(|file| {
            let program = std::fs::read_to_string(&file).unwrap();
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            (step.clone(), program, format!("{step}/{name}"))
        }));
    }
    let mut failures = Vec::new();
    {
        let mut reports = pin!(judge_fixture.judge_each(programs_of_steps));
        while let Some((name, report)) = reports.next().await {
            println!("{}", row(&name, &report));
            if report.verdict != Verdict::Passed {
                let broken = report.first_broken().unwrap();
                failures.push(format!("{name}: {}: {}", broken.id, broken.message));
            }
        }
    }
    judge_fixture.close().await;
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_repeats_a_run() {
    let judge_fixture = JudgeFixture::redis("seed").await;
    let step = StepId::parse("echo").unwrap();
    let program =
        std::fs::read_to_string(programs("right_programs").join("get/threads.py")).unwrap();
    let sent = |report: &protocol::Report| -> Vec<String> {
        let tests = report.steps.iter().flat_map(|step| &step.tests);
        let exchanges = tests.flat_map(|test| &test.exchanges);
        exchanges
            .filter_map(|exchange| match &exchange.action {
                protocol::ExchangeAction::Sent { bytes, .. } => Some(bytes.to_string()),
                _ => None,
            })
            .collect()
    };
    let first = sent(&judge_fixture.judge(&step, &program, 1).await);
    let again = sent(&judge_fixture.judge(&step, &program, 1).await);
    let other = sent(&judge_fixture.judge(&step, &program, 2).await);
    judge_fixture.close().await;
    assert!(!first.is_empty());
    assert_eq!(first, again);
    assert_ne!(first, other);
}
