//! How often the line that a wrong program's learner is sent to is one to change.

use std::collections::BTreeMap;
use std::path::PathBuf;

use protocol::{StepId, TestResult};
use serde::Deserialize;

use crate::judge_fixture::{JudgeFixture, programs, repository};

/// By step, the lines of which one is to change, by the program's name.
type Lines = BTreeMap<String, BTreeMap<String, Vec<u32>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinesToChange {
    mistakes: Lines,
    wrong_programs: Lines,
}

/// A change that makes it more raises this number.
const RIGHT_MIN: usize = 92;

/// On a busy machine time may run out before the line is found.
const TRIES: usize = 3;

#[derive(Debug)]
struct WrongProgram {
    step: StepId,
    path: PathBuf,
    to_change: Vec<u32>,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_to_change_is_named_for_most_wrong_programs() {
    let mut others = wrong_programs();
    let total = others.len();
    let judge_fixture = JudgeFixture::redis("lines").await;
    for _ in 0..TRIES {
        let mut still = Vec::new();
        for program in others {
            let text = std::fs::read_to_string(&program.path)
                .unwrap_or_else(|error| panic!("{}: {error}", program.path.display()));
            let report = judge_fixture.judge(&program.step, &text, 7).await;
            let span = report.first_broken().and_then(TestResult::program_span);
            let named = span.map(|span| span.line);
            if named.is_none_or(|line| !program.to_change.contains(&line)) {
                let WrongProgram {
                    path, to_change, ..
                } = &program;
                println!("{}: line {named:?}, not {to_change:?}", path.display());
                still.push(program);
            }
        }
        others = still;
        if total - others.len() >= RIGHT_MIN {
            break;
        }
    }
    judge_fixture.close().await;
    let right = total - others.len();
    println!("{right} of {total} lines are the ones to change");
    assert!(right >= RIGHT_MIN, "only {right} of {total}");
}

fn wrong_programs() -> Vec<WrongProgram> {
    let folder = programs("wrong_programs");
    let text = std::fs::read_to_string(folder.join("lines_to_change.toml")).unwrap();
    let known: LinesToChange = toml::from_str(&text).unwrap();
    let course = repository().join("curriculum/redis");
    let of = |lines: Lines, folder: &dyn Fn(&str) -> PathBuf| -> Vec<WrongProgram> {
        let steps = lines.into_iter().flat_map(|(step, programs)| {
            let folder = folder(&step);
            programs
                .into_iter()
                .map(move |(name, to_change)| WrongProgram {
                    step: StepId::parse(&step).unwrap(),
                    path: folder.join(format!("{name}.py")),
                    to_change,
                })
        });
        steps.collect()
    };
    let mut all = of(known.mistakes, &|step| course.join(step).join("mistakes"));
    all.extend(of(known.wrong_programs, &|step| folder.join(step)));
    all
}
