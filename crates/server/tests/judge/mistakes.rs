//! Mistakes × programs: where each message is told, for a reader to look for one that is a lie.

use std::pin::pin;

use curriculum::{Course, Evidence, Mistake, PythonSource};
use futures::StreamExt;
use protocol::{Report, TestResult};

use crate::judge_fixture::{JudgeFixture, programs, python_files, repository};

/// Prints, for every wrong program, each mistake of its step that one of its failed tests shows:
/// first the one that is told, then those that would be told without it. Below it stands what is said
/// first, for a reader who knows the program alone: it is true, or the mistake has a wrong condition.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a table to read, of all programs: it takes minutes"]
async fn soak_every_program_is_held_against_every_mistake() {
    let course = Course::load(&repository().join("curriculum/redis")).unwrap();
    let judge_fixture = JudgeFixture::redis("mistakes").await;
    let mut judged = 0;
    for step in &course.steps {
        println!("\n{}", step.id);
        let of_mistakes = step.mistakes.iter().flat_map(|mistake| {
            let programs = mistake.programs.iter();
            programs.map(|program| (program.file.clone(), program.source.entry_text().to_owned()))
        });
        let others = ["wrong_programs", "real_programs", "hostile_programs"]
            .into_iter()
            .map(|kind| programs(kind).join(step.id.as_str()))
            .filter(|folder| folder.is_dir())
            .flat_map(|folder| python_files(&folder));
        let others = others.map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        });
        let all = of_mistakes.chain(others);
        let all = all.map(|(name, program)| (step.id.clone(), program.clone(), (name, program)));
        let mut reports = pin!(judge_fixture.judge_each(all));
        while let Some(((name, program), report)) = reports.next().await {
            judged += 1;
            println!("{name:<36} {}", shown(&step.mistakes, &report, &program));
            println!("    {}", first_sentence(&report));
        }
    }
    judge_fixture.close().await;
    assert!(judged >= 150, "only {judged} programs");
}

/// The test that failed first, what is said of it, and the line that is shown.
fn first_sentence(report: &Report) -> String {
    let mut tests = report.steps.iter().flat_map(|step| &step.tests);
    let Some(test) = tests.find(|test| !test.outcome.is_passed()) else {
        return "passed".to_owned();
    };
    let said = match &test.mistake {
        Some(mistake) => &mistake.message,
        None => &test.message,
    };
    let line = test.span.as_ref().map(|span| span.line);
    let line = line.map_or_else(String::new, |line| format!(" [line {line}]"));
    format!("{}: {said}{line}", test.name)
}

/// As in `hangs-up · one-reply, one-client`.
fn shown(mistakes: &[Mistake], report: &Report, program: &str) -> String {
    let source = PythonSource::new(program);
    let chunks = report.output.chunks.iter();
    let printed: String = chunks.map(|chunk| chunk.text.as_str()).collect();
    let failed: Vec<&TestResult> = (report.steps.iter())
        .flat_map(|step| &step.tests)
        .filter(|test| !test.outcome.is_passed())
        .collect();
    let told = failed.iter().filter_map(|test| test.mistake.as_ref());
    let mut told: Vec<&str> = told.map(|mistake| mistake.id.as_str()).collect();
    told.dedup();
    let others = mistakes.iter().filter(|mistake| {
        failed.iter().any(|result| {
            mistake.is_shown_by(&Evidence {
                result,
                source: &source,
                printed: &printed,
            })
        })
    });
    let others: Vec<&str> = others
        .map(|mistake| mistake.id.as_str())
        .filter(|id| !told.contains(id))
        .collect();
    format!("{} · {}", told.join(", "), others.join(", "))
}
