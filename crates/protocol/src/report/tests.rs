//! Verdicts of made-up results.

use super::*;

fn result(step: &str, outcome: Outcome) -> TestResult {
    TestResult {
        id: TestId::new(StepId::parse(step).unwrap(), 1),
        name: "answers".to_owned(),
        message: outcome.message(),
        outcome,
        mistake: None,
        same_as: None,
        span: None,
        exchanges: Vec::new(),
        duration_us: 1,
    }
}

fn step(name: &str, outcomes: Vec<Outcome>) -> StepReport {
    StepReport {
        step: StepId::parse(name).unwrap(),
        title: name.to_owned(),
        tests: outcomes
            .into_iter()
            .map(|outcome| result(name, outcome))
            .collect(),
    }
}

#[test]
fn the_earliest_broken_step_is_named() {
    let asked = StepId::parse("echo").unwrap();
    let steps = [
        step("listen", vec![Outcome::Passed]),
        step("ping", vec![Outcome::Passed, Outcome::NotRun]),
        step("echo", vec![Outcome::NotRun]),
    ];
    let Verdict::Failed { earliest_broken } = Report::verdict_of(&asked, &steps) else {
        panic!("a test that did not run counted as passed");
    };
    assert_eq!(earliest_broken.as_str(), "ping");
}

fn report(steps: Vec<StepReport>) -> Report {
    Report {
        course: CourseId::parse("redis").unwrap(),
        step: StepId::parse("ping").unwrap(),
        program: Program::default(),
        seed: Seed::new(1),
        verdict: Verdict::Passed,
        steps,
        output: ProgramOutput::default(),
        duration_us: 0,
    }
}

#[test]
fn what_ended_the_run_is_broken_before_what_was_not_run() {
    let silent = Outcome::Ipv6Only { port: 1 };
    let ended = report(vec![step("ping", vec![Outcome::NotRun, silent.clone()])]);
    assert_eq!(ended.first_broken().unwrap().outcome, silent);
    let lost = report(vec![step("ping", vec![Outcome::Passed, Outcome::NotRun])]);
    assert_eq!(lost.first_broken().unwrap().outcome, Outcome::NotRun);
}

#[test]
fn a_run_of_one_test_passes_no_step() {
    let asked = StepId::parse("ping").unwrap();
    let steps = |outcome| {
        [
            step("listen", vec![Outcome::NotAsked]),
            step("ping", vec![outcome, Outcome::NotAsked]),
            step("echo", vec![Outcome::NotAsked]),
        ]
    };
    let passed = steps(Outcome::Passed);
    let test = passed[1].tests[0].id.clone();
    assert_eq!(
        Report::verdict_of(&asked, &passed),
        Verdict::TestPassed { test }
    );
    assert!(passed.iter().all(|step| !step.is_passed()));
    assert_eq!(
        Report::verdict_of(&asked, &steps(Outcome::Ipv6Only { port: 1 })),
        Verdict::Failed {
            earliest_broken: asked.clone()
        }
    );
}

#[test]
fn nothing_tested_is_no_pass() {
    let asked = StepId::parse("ping").unwrap();
    let empty = [step("listen", vec![Outcome::Passed]), step("ping", vec![])];
    assert_ne!(Report::verdict_of(&asked, &empty), Verdict::Passed);
    assert_ne!(Report::verdict_of(&asked, &[]), Verdict::Passed);
    let whole = [step("ping", vec![Outcome::Passed])];
    assert_eq!(Report::verdict_of(&asked, &whole), Verdict::Passed);
}
