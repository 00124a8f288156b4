//! Programs that are wrong must be caught by the named test with the named outcome.

use std::collections::BTreeSet;
use std::path::Path;

use curriculum::Course;
use protocol::{Outcome, StepId, TestResult};
use serde::Deserialize;

use crate::judge_fixture::{JudgeFixture, programs, python_files, repository};
use crate::table::row;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectations {
    pub(crate) program: Vec<Expectation>,
}

/// A wrong program and what must catch it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    pub(crate) step: StepId,
    pub(crate) file: String,
    test: String,
    outcome: String,
    /// What the first sentence contains.
    pub(crate) says: Option<String>,
    /// The line that it is told at.
    line: Option<u32>,
    /// The test that ended in the same way, where that is all there is to say.
    same_as: Option<String>,
}

/// The outcomes that no mistake leads to. The judge's own tests produce those that are faults.
const NO_MISTAKE: [&str; 4] = ["passed", "not-run", "test-broken", "interfered"];

pub(crate) fn expectations(folder: &Path) -> Expectations {
    let text = std::fs::read_to_string(folder.join("expected.toml")).unwrap();
    toml::from_str(&text).unwrap()
}

#[test]
fn each_outcome_is_produced_by_a_program() {
    let expected = expectations(&programs("wrong_programs"));
    let produced: BTreeSet<&str> = (expected.program.iter())
        .map(|program| program.outcome.as_str())
        .collect();
    let possible: BTreeSet<&str> = (Outcome::KINDS.into_iter())
        .filter(|kind| !NO_MISTAKE.contains(kind))
        .collect();
    assert_eq!(produced, possible);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_programs_are_caught_by_the_named_test() {
    let folder = programs("wrong_programs");
    let expected = expectations(&folder);
    let judge_fixture = JudgeFixture::redis("wrong").await;
    let mut failures = unlisted(&expected, &folder);
    let mut judged = 0;
    for expectation in &expected.program {
        let name = format!("{}/{}", expectation.step, expectation.file);
        let program = std::fs::read_to_string(folder.join(&name)).unwrap();
        let report = judge_fixture.judge(&expectation.step, &program, 7).await;
        println!("{}", row(&name, &report));
        judged += 1;
        let tests: Vec<&TestResult> = report.steps.iter().flat_map(|step| &step.tests).collect();
        if let Err(why) = caught(expectation, &tests) {
            failures.push(format!("{name}: {why}"));
        }
    }
    judge_fixture.close().await;
    println!("{judged} wrong programs; the course's own mistakes are judged by `codealong check`");
    assert!(judged >= 40, "only {judged} wrong programs");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn caught(expectation: &Expectation, tests: &[&TestResult]) -> Result<(), String> {
    let named = tests
        .iter()
        .find(|test| test.name == expectation.test)
        .ok_or_else(|| format!("there is no test {:?}", expectation.test))?;
    if named.outcome.kind() != expectation.outcome {
        return Err(format!(
            "{} ended as {} instead of {}: {}",
            named.id,
            named.outcome.kind(),
            expectation.outcome,
            named.message
        ));
    }
    if let Some(words) = &expectation.says
        && !named.reason().contains(words)
    {
        return Err(format!("{} says: {}", named.id, named.reason()));
    }
    let line = named.program_span().map(|span| span.line);
    if expectation.line.is_some() && line != expectation.line {
        return Err(format!("{} names line {line:?}", named.id));
    }
    if expectation.same_as.is_some() && named.same_as != expectation.same_as {
        return Err(format!("{} ended as {:?} did", named.id, named.same_as));
    }
    helpful(named)
}

/// The test ran, and its message says more than that a connection failed.
fn helpful(test: &TestResult) -> Result<(), String> {
    let message = test.message.to_lowercase();
    let bare = message.is_empty()
        || message.contains("connection failed")
        || matches!(test.outcome, Outcome::TestBroken { .. } | Outcome::NotRun);
    if bare {
        Err(format!("the message helps nobody: {:?}", test.message))
    } else {
        Ok(())
    }
}

fn unlisted(expected: &Expectations, folder: &Path) -> Vec<String> {
    let course = Course::load(&repository().join("curriculum/redis")).unwrap();
    let mut unlisted = Vec::new();
    for step in course.steps.iter().map(|step| step.id.as_str()) {
        for file in python_files(&folder.join(step)) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let listed =
                |program: &Expectation| program.step.as_str() == step && program.file == name;
            if !expected.program.iter().any(listed) {
                unlisted.push(format!("{step}/{name} is not in expected.toml"));
            }
        }
    }
    unlisted
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
