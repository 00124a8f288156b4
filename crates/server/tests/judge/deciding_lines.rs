//! How often the line that a wrong program's learner is sent to is one to change.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::pin;

use futures::StreamExt;
use protocol::{Report, StepId, TestResult};
use serde::Deserialize;

use crate::judge_fixture::{JudgeFixture, mistakes, programs, repository};

/// By kind of program and step, the lines of which one is to change, by the program's name.
type LinesToChange = BTreeMap<String, BTreeMap<String, BTreeMap<String, Vec<u32>>>>;

#[derive(Deserialize)]
struct LinesFile {
    /// How often it must be one of them, by kind; a change that makes it more raises the number.
    right_min: BTreeMap<String, usize>,
    #[serde(flatten)]
    lines: LinesToChange,
}

/// On a busy machine time may run out before the line is found.
const TRIES: usize = 3;

#[derive(Debug)]
struct WrongProgram {
    step: StepId,
    path: PathBuf,
    to_change: Vec<u32>,
}

/// The programs of a kind whose named line is yet to be right.
#[derive(Debug)]
pub(crate) struct LineCount {
    total: usize,
    right_min: usize,
    others: Vec<WrongProgram>,
}

impl WrongProgram {
    fn is_told_by(&self, report: &Report) -> bool {
        let span = report.first_broken().and_then(TestResult::program_span);
        let is_right = span
            .as_ref()
            .is_some_and(|span| self.to_change.contains(&span.line));
        if !is_right {
            let (path, to_change) = (self.path.display(), &self.to_change);
            let named = span.map(|span| span.line);
            println!("{path}: line {named:?}, not {to_change:?}");
        }
        is_right
    }
}

impl LineCount {
    /// `mistakes` are the programs of the course's own mistakes; other kinds are folders of tests.
    pub(crate) fn of(kind: &str) -> Self {
        let file = repository().join("crates/server/tests/lines_to_change.toml");
        let text = std::fs::read_to_string(file).unwrap();
        let mut known: LinesFile = toml::from_str(&text).unwrap();
        let counted = known.right_min.keys();
        assert!(
            counted.eq(known.lines.keys()),
            "each kind has a number and lines"
        );
        let others: Vec<WrongProgram> = known
            .lines
            .remove(kind)
            .unwrap_or_default()
            .into_iter()
            .flat_map(|(step, programs)| programs.into_iter().map(move |one| (step.clone(), one)))
            .map(|(step, (name, to_change))| WrongProgram {
                path: folder(kind, &step).join(format!("{name}.py")),
                step: StepId::parse(&step).unwrap(),
                to_change,
            })
            .collect();
        for program in &others {
            assert!(program.path.is_file(), "no {}", program.path.display());
        }
        Self {
            total: others.len(),
            right_min: known.right_min[kind],
            others,
        }
    }

    /// Takes note of the verdict on a program.
    pub(crate) fn take(&mut self, step: &StepId, file: &str, report: &Report) {
        self.others.retain(|program| {
            let is_it = program.step == *step && program.path.ends_with(file);
            !is_it || !program.is_told_by(report)
        });
    }

    /// Judges those that are left again, and fails if too few lines are right.
    pub(crate) async fn require(mut self, judge_fixture: &JudgeFixture) {
        for _ in 1..TRIES {
            if self.right() >= self.right_min {
                break;
            }
            self.judge(judge_fixture).await;
        }
        let (right, total, min) = (self.right(), self.total, self.right_min);
        println!("{right} of {total} lines are the ones to change");
        assert!(right >= min, "only {right} of {total}, where {min} were");
    }

    async fn judge(&mut self, judge_fixture: &JudgeFixture) {
        let programs = std::mem::take(&mut self.others).into_iter().map(|program| {
            let text = std::fs::read_to_string(&program.path)
                .unwrap_or_else(|error| panic!("{}: {error}", program.path.display()));
            (program.step.clone(), text, program)
        });
        let mut reports = pin!(judge_fixture.judge_each(programs));
        while let Some((program, report)) = reports.next().await {
            if !program.is_told_by(&report) {
                self.others.push(program);
            }
        }
    }

    fn right(&self) -> usize {
        self.total - self.others.len()
    }
}

fn folder(kind: &str, step: &str) -> PathBuf {
    match kind {
        "mistakes" => mistakes(step),
        kind => programs(kind).join(step),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "judges the course's own mistakes, as `codealong check` does: it takes a minute"]
async fn soak_the_line_to_change_is_named_for_most_mistakes() {
    let judge_fixture = JudgeFixture::redis("lines").await;
    let mut lines = LineCount::of("mistakes");
    lines.judge(&judge_fixture).await;
    lines.require(&judge_fixture).await;
    judge_fixture.close().await;
}
