//! Programs that reach for what is not theirs get none of it, and no pass.
//!
//! Each is bounded in time and size, and prints a line that begins with `HOLE:` for whatever it
//! finds open.

use protocol::{Outcome, StepId};

use crate::judge_fixture::{JudgeFixture, programs, python_files};
use crate::table::row;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_programs_find_nothing_open_and_earn_no_pass() {
    let judge_fixture = JudgeFixture::redis("hostile").await;
    let mut failures = Vec::new();
    let mut judged = 0;
    for step in ["ping", "get", "counters", "hello"] {
        let step = StepId::parse(step).unwrap();
        for file in python_files(&programs("hostile_programs").join(step.as_str())) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let program = std::fs::read_to_string(&file).unwrap();
            // Panics where the fault is ours.
            let report = judge_fixture.judge(&step, &program, 7).await;
            println!("{}", row(&name, &report));
            judged += 1;
            let chunks = report.output.chunks.iter();
            let output: String = chunks.map(|chunk| chunk.text.as_str()).collect();
            for hole in output.lines().filter(|line| line.starts_with("HOLE:")) {
                failures.push(format!("{name}: {hole}"));
            }
            let tests: Vec<_> = report.steps.iter().flat_map(|step| &step.tests).collect();
            if tests.iter().all(|test| test.outcome.is_passed()) {
                failures.push(format!("{name}: it passed"));
            }
            let is_blamed_on_the_course =
                |outcome: &Outcome| matches!(outcome, Outcome::TestBroken { .. });
            for test in tests
                .iter()
                .filter(|test| is_blamed_on_the_course(&test.outcome))
            {
                failures.push(format!("{name}: {}", test.message));
            }
        }
    }
    judge_fixture.close().await;
    assert!(judged >= 18, "only {judged} hostile programs");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
