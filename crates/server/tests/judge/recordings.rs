//! Recorded tests: the recording shows what the judge saw, and changes nothing of it.

use protocol::{RecordedFact, Recording, StepId, TestId, TestResult, is_same_exchange};

use crate::judge_fixture::{JudgeFixture, programs, python_files, repository};

const SEED: u32 = 7;

/// The most that a recording may take of a learner's connection.
const BYTES_MAX: usize = 300_000;

fn lines_of(recording: &Recording) -> impl Iterator<Item = u32> {
    recording.steps.iter().map(|step| step.line)
}

fn check(name: &str, result: &TestResult, recording: &Recording) {
    let bytes = serde_json::to_vec(recording).unwrap().len();
    assert!(recording.is_whole(), "{name}");
    assert!(!recording.steps.is_empty(), "{name}: nothing was recorded");
    assert!(recording.steps.len() <= 5_000, "{name}");
    assert!(bytes <= BYTES_MAX, "{name}: {bytes} bytes");
    assert_eq!(recording.id, result.id, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_of_all_styles_pass_while_they_are_recorded() {
    let judge_fixture = JudgeFixture::redis("recorded").await;
    let mut has_forked = Vec::new();
    for step in ["get", "clients", "blpop"] {
        let step = StepId::parse(step).unwrap();
        for file in python_files(&programs("right_programs").join(step.to_string())) {
            let name = format!("{step}/{}", file.file_name().unwrap().to_string_lossy());
            let program = std::fs::read_to_string(&file).unwrap();
            let test = TestId::new(step.clone(), 2);
            let (result, recording, took) = judge_fixture.record(&test, &program, SEED).await;
            println!(
                "{name}: {} steps, {} left out, {} texts, {took:.0?}",
                recording.steps.len(),
                recording.left_out,
                recording.texts.len(),
            );
            assert!(result.outcome.is_passed(), "{name}: {}", result.message);
            check(&name, &result, &recording);
            if recording.has_forked {
                has_forked.push(name);
            }
        }
    }
    judge_fixture.close().await;
    assert_eq!(
        has_forked,
        [
            "get/forks_for_each_client.py",
            "clients/a_child_serves_byte_by_byte.py"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_failure_is_the_one_that_was_judged_and_has_its_line() {
    let judge_fixture = JudgeFixture::redis("recorded-failures").await;
    let step = StepId::parse("get").unwrap();
    let folder = repository().join("curriculum/redis/get/mistakes");
    let files = python_files(&folder);
    assert!(files.len() >= 20);
    let (mut with_line, mut raised) = (0, 0);
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy();
        let program = std::fs::read_to_string(file).unwrap();
        let report = judge_fixture.judge(&step, &program, SEED).await;
        let judged = report.first_broken().unwrap();
        let (result, recording, _) = judge_fixture.record(&judged.id, &program, SEED).await;
        check(&name, &result, &recording);
        assert_eq!(result.outcome.kind(), judged.outcome.kind(), "{name}");
        let is_same = is_same_exchange(&result.exchanges, &judged.exchanges);
        assert!(is_same, "{name}: {result:#?} {judged:#?}");
        if let Some(span) = judged.program_span() {
            assert!(
                lines_of(&recording).any(|line| line == span.line),
                "{name}: line {} did not run, of {:?}",
                span.line,
                lines_of(&recording).collect::<Vec<_>>(),
            );
            with_line += 1;
        }
        let is_raised = |fact: Option<RecordedFact>| matches!(fact, Some(RecordedFact::Raised(_)));
        if recording.steps.iter().any(|step| is_raised(step.fact)) {
            raised += 1;
        }
    }
    judge_fixture.close().await;
    println!(
        "{} programs, {with_line} with a line, {raised} raised",
        files.len()
    );
    assert!(with_line >= 20, "only {with_line}");
    assert!(raised >= 1, "no exception was recorded");
}
