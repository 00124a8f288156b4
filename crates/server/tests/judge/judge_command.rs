//! `codealong judge` as a process: what it writes for scripts, and its exit codes.

use std::path::PathBuf;
use std::process::Output;

use protocol::{Report, Seed, Verdict};
use serde_json::Value;

use crate::judge_fixture::{codealong, programs, repository, serial_guard};

const STEP: [&str; 3] = ["judge", "--step", "listen"];

fn solution() -> PathBuf {
    repository().join("curriculum/redis/listen/solution.py")
}

fn wrong() -> PathBuf {
    programs("wrong_programs").join("listen/exits_with_code.py")
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// Parses a line, which must hold everything in a report and nothing else.
fn report_of(line: &str) -> Report {
    let report: Report = serde_json::from_str(line).unwrap();
    let fields: Value = serde_json::from_str(line).unwrap();
    assert_eq!(serde_json::to_value(&report).unwrap(), fields);
    report
}

#[tokio::test]
async fn two_programs_are_two_lines_of_json_and_one_that_fails_is_exit_code_1() {
    let _serial_guard = serial_guard().await;
    let output = codealong("json")
        .args(STEP)
        .args(["--json", "--seed", "7"])
        .args([solution(), wrong()])
        .output()
        .unwrap();
    let (reports, told) = texts(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let reports: Vec<Report> = reports.lines().map(report_of).collect();
    let [passed, failed] = reports.as_slice() else {
        panic!("{} lines for two programs", reports.len());
    };
    for report in [passed, failed] {
        assert_eq!(report.seed, "7".parse::<Seed>().unwrap());
        assert_eq!(report.course.as_str(), "redis");
        assert_eq!(report.step.as_str(), "listen");
        assert!(report.total() > 0);
    }
    assert_eq!(passed.verdict, Verdict::Passed, "{passed:#?}");
    let first_broken = failed.first_broken().unwrap();
    assert_eq!(first_broken.outcome.kind(), "exited", "{first_broken:#?}");
}

#[tokio::test]
async fn a_solution_alone_is_exit_code_0() {
    let _serial_guard = serial_guard().await;
    let output = codealong("solution")
        .args(STEP)
        .arg(solution())
        .output()
        .unwrap();
    let (report, told) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{report}{told}");
    assert!(report.contains("tests passed"), "{report}");
}

#[tokio::test]
async fn an_engine_that_is_away_is_exit_code_2_and_a_sentence() {
    let output = codealong("away")
        .args(STEP)
        .arg("--json")
        .arg(solution())
        .env("CODEALONG_DOCKER_HOST", "unix:///nowhere")
        .output()
        .unwrap();
    let (report, told) = texts(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(report, "", "there is no verdict");
    let sentence = "codealong can't go on: the sandbox can't be used";
    assert!(told.lines().any(|line| line == sentence), "{told}");
    assert!(told.contains("  because: "), "{told}");
    assert!(!told.contains("panicked"), "{told}");
    assert!(
        !told.contains('\u{1b}'),
        "colours are for terminals: {told:?}"
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_is_exit_code_2_before_anything_starts() {
    let output = codealong("missing")
        .args(STEP)
        .args([solution(), PathBuf::from("/nowhere/main.py")])
        .output()
        .unwrap();
    let (report, told) = texts(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(report, "", "no program is judged before all are read");
    assert!(told.contains("/nowhere/main.py can't be read"), "{told}");
}
