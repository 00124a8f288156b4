//! Programs in a folder, each with a test that must end as `expected.toml` says.

use std::path::PathBuf;
use std::pin::pin;

use futures::StreamExt;
use protocol::{Outcome, StepId, TestResult};
use serde::Deserialize;

use crate::deciding_lines::LineCount;
use crate::judge_fixture::{JudgeFixture, mistakes, programs, python_files};
use crate::table::row;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectations {
    program: Vec<Expectation>,
}

/// A program and how a test of it must end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    pub(crate) step: StepId,
    pub(crate) file: String,
    /// The program is the one of a recognised mistake of the step.
    #[serde(default)]
    is_mistake: bool,
    /// What the program stands for.
    kind: Option<String>,
    test: String,
    pub(crate) outcome: String,
    /// What the first sentence contains.
    says: Option<String>,
    /// The line that it is told at.
    line: Option<u32>,
    /// The test that ended in the same way, where that is all there is to say.
    same_as: Option<String>,
}

/// What `expected.toml` of a folder of programs says.
pub(crate) fn expectations(kind: &str) -> Vec<Expectation> {
    let text = std::fs::read_to_string(programs(kind).join("expected.toml")).unwrap();
    toml::from_str::<Expectations>(&text).unwrap().program
}

/// Judges each program of a folder once, prints the table, and returns how many there are.
pub(crate) async fn judge_all(kind: &str, judge_fixture: &JudgeFixture) -> usize {
    let expected = expectations(kind);
    let mut failures = unlisted(kind, &expected);
    let mut lines = LineCount::of(kind);
    let mut judged = 0;
    // What is expected of one program stands together.
    let by_program = expected.chunk_by(|one, other| one.path(kind) == other.path(kind));
    let programs = by_program.map(|of_program| {
        let text = std::fs::read_to_string(of_program[0].path(kind)).unwrap();
        (of_program[0].step.clone(), text, of_program)
    });
    let mut reports = pin!(judge_fixture.judge_each(programs));
    while let Some((of_program, report)) = reports.next().await {
        let program = &of_program[0];
        let name = format!("{}/{}", program.step, program.file);
        println!("{}", row(&name, &report));
        judged += 1;
        lines.take(&program.step, &program.file, &report);
        let tests: Vec<&TestResult> = report.steps.iter().flat_map(|step| &step.tests).collect();
        for expectation in of_program {
            if let Some(kind) = &expectation.kind {
                println!("  {kind}: {}", expectation.told(&tests));
            }
            if let Err(why) = expectation.check(&tests) {
                failures.push(format!("{name}: {why}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    lines.require(judge_fixture).await;
    judged
}

impl Expectation {
    /// Where the program is.
    pub(crate) fn path(&self, kind: &str) -> PathBuf {
        let folder = if self.is_mistake {
            mistakes(self.step.as_str())
        } else {
            programs(kind).join(self.step.as_str())
        };
        folder.join(&self.file)
    }

    fn told(&self, tests: &[&TestResult]) -> String {
        let named = tests.iter().find(|test| test.name == self.test);
        match named.map(|test| (test, &test.same_as)) {
            Some((_, Some(earlier))) => format!("as in «{earlier}»"),
            Some((test, None)) => test.reason().to_owned(),
            None => String::new(),
        }
    }

    fn check(&self, tests: &[&TestResult]) -> Result<(), String> {
        let named = tests
            .iter()
            .find(|test| test.name == self.test)
            .ok_or_else(|| format!("there is no test {:?}", self.test))?;
        if named.outcome.kind() != self.outcome {
            return Err(format!(
                "{} ended as {} instead of {}: {}",
                named.id,
                named.outcome.kind(),
                self.outcome,
                named.message
            ));
        }
        if let Some(words) = &self.says
            && !named.reason().contains(words)
        {
            return Err(format!("{} says: {}", named.id, named.reason()));
        }
        let line = named.program_span().map(|span| span.line);
        if self.line.is_some() && line != self.line {
            return Err(format!("{} names line {line:?}", named.id));
        }
        if self.same_as.is_some() && named.same_as != self.same_as {
            return Err(format!("{} ended as {:?} did", named.id, named.same_as));
        }
        helpful(named)
    }
}

/// A test that failed says more than that a connection failed.
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

fn unlisted(kind: &str, expected: &[Expectation]) -> Vec<String> {
    let mut unlisted = Vec::new();
    for folder in std::fs::read_dir(programs(kind)).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        for file in python_files(&folder) {
            if !expected.iter().any(|program| program.path(kind) == file) {
                unlisted.push(format!("{} is not in expected.toml", file.display()));
            }
        }
    }
    unlisted
}
