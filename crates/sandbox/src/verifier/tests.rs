//! T-29, without a container: forged frames, and what becomes of them.

use std::collections::BTreeMap;

use protocol::{Program, Seed, StepId, TestId};
use serde_json::{Value, json};

use super::*;
use crate::JobStep;

const NONCE: &str = "5ec2e7";
const AT: Duration = Duration::from_millis(5);

fn job() -> Job {
    let step = StepId::parse("listen").unwrap();
    let tests = (1..=3).map(|number| PlannedTest {
        id: TestId::new(step.clone(), number),
        name: format!("does {number}"),
    });
    Job {
        seed: Seed::new(1),
        port: 6379,
        limit: Duration::from_secs(10),
        program: Program::default(),
        steps: vec![JobStep {
            step: step.clone(),
            source: String::new(),
            tests: tests.collect(),
        }],
        support: BTreeMap::new(),
        only: None,
        record: false,
    }
}

fn started() -> Value {
    json!({"frame": "started"})
}

fn begins(number: u16) -> Value {
    json!({"frame": "test-started", "id": format!("listen.{number}")})
}

fn passes(number: u16) -> Value {
    json!({"frame": "test-finished", "id": format!("listen.{number}"),
           "outcome": {"kind": "passed"}, "span": null, "exchanges": [], "duration_us": 9})
}

fn fails(number: u16) -> Value {
    json!({"frame": "test-finished", "id": format!("listen.{number}"),
           "outcome": {"kind": "refused", "port": 6379, "waited_ms": 2}, "duration_us": 9})
}

fn finished() -> Value {
    json!({"frame": "finished", "duration_us": 9, "dropped_bytes": 0, "launches": 1,
           "timings": {"launch_us": 1, "listen_us": 2}, "memory_peak_bytes": 7,
           "cpu_us": 8, "throttled_us": 0})
}

fn honest() -> Vec<Value> {
    let mut frames = vec![started()];
    for number in 1..=3 {
        frames.extend([begins(number), passes(number)]);
    }
    frames.push(finished());
    frames
}

/// Numbers the frames as an honest judge would.
fn numbered(frames: Vec<Value>) -> Vec<Value> {
    let number = |(seq, mut frame): (usize, Value)| {
        frame["seq"] = json!(seq);
        frame["nonce"] = json!(NONCE);
        frame
    };
    frames.into_iter().enumerate().map(number).collect()
}

/// Gives the frames to a verifier; without a violation the run ends by `otherwise`.
fn report(frames: &[Value], otherwise: Ending) -> (JobReport, Ending) {
    let mut verifier = RunVerifier::new(&job(), NONCE.to_owned(), Timings::default());
    let mut ending = otherwise;
    for frame in frames {
        if let Err(violation) = verifier.take(frame.to_string().as_bytes(), AT) {
            ending = Ending::ProtocolViolation(violation);
            break;
        }
    }
    (verifier.end(&ending, AT), ending)
}

fn kinds(report: &JobReport) -> Vec<&'static str> {
    let kind = |result: &TestResult| result.outcome.kind();
    report.results.iter().map(kind).collect()
}

#[test]
fn an_honest_run_passes() {
    let (report, ending) = report(&numbered(honest()), Ending::Clean);
    assert_eq!(ending, Ending::Clean);
    assert!(report.is_passed(), "{report:?}");
    assert_eq!(report.memory_peak_bytes, Some(7));
    assert_eq!((report.cpu_us, report.throttled_us), (Some(8), Some(0)));
    assert_eq!(report.results[1].name, "does 2");
}

#[test]
fn a_run_is_as_long_as_its_tests_together_at_the_least() {
    let (alike, _) = report(&numbered(honest()), Ending::Clean);
    assert_eq!(u128::from(alike.duration_us), AT.as_micros());
    let mut frames = honest();
    for frame in &mut frames {
        if frame.get("duration_us").is_some() {
            frame["duration_us"] = json!(2000);
        }
    }
    let (longer, _) = report(&numbered(frames), Ending::Clean);
    assert_eq!(longer.duration_us, 6000);
}

#[test]
fn a_failure_has_its_sentence_and_the_rest_goes_on() {
    let mut frames = honest();
    frames[4] = fails(2);
    let (report, _) = report(&numbered(frames), Ending::Clean);
    assert_eq!(kinds(&report), ["passed", "refused", "passed"]);
    assert!(report.results[1].message.contains("6379"));
    assert!(!report.is_passed());
}

#[test]
fn whatever_is_left_out_is_no_pass() {
    for left_out in 0..honest().len() {
        let mut frames = honest();
        frames.remove(left_out);
        let (report, _) = report(&numbered(frames), Ending::Clean);
        assert!(!report.is_passed(), "passed without frame {left_out}");
        assert_eq!(report.results.len(), 3);
    }
}

#[test]
fn whatever_is_said_twice_is_no_pass() {
    for twice in 0..honest().len() - 1 {
        let mut frames = honest();
        frames.insert(twice, frames[twice].clone());
        let (report, _) = report(&numbered(frames), Ending::Clean);
        assert!(!report.is_passed(), "passed with frame {twice} twice");
    }
}

#[test]
fn whatever_is_out_of_order_is_no_pass() {
    for first in 0..honest().len() - 1 {
        let mut frames = honest();
        frames.swap(first, first + 1);
        let (report, _) = report(&numbered(frames), Ending::Clean);
        assert!(!report.is_passed(), "passed with frame {first} too late");
    }
}

#[test]
fn one_wrong_secret_or_number_takes_all_passes_back() {
    for wrong in 0..honest().len() {
        for (key, value) in [
            ("nonce", json!("000000")),
            ("nonce", json!("")),
            ("nonce", Value::Null),
            ("seq", json!(99)),
            ("seq", json!(wrong + 1)),
        ] {
            let mut frames = numbered(honest());
            frames[wrong][key] = value;
            let (report, ending) = report(&frames, Ending::Clean);
            assert!(matches!(ending, Ending::ProtocolViolation(_)));
            assert!(
                report
                    .results
                    .iter()
                    .all(|result| !result.outcome.is_passed()),
                "a pass survived a wrong {key} in frame {wrong}"
            );
        }
    }
}

#[test]
fn a_pass_before_its_test_began_is_a_protocol_violation() {
    let frames = vec![started(), passes(1), passes(2), passes(3), finished()];
    let (report, ending) = report(&numbered(frames), Ending::Clean);
    assert!(matches!(ending, Ending::ProtocolViolation(_)));
    assert_eq!(kinds(&report), ["interfered", "not-run", "not-run"]);
}

#[test]
fn tests_of_another_plan_are_a_protocol_violation() {
    for foreign in ["listen.4", "ping.1"] {
        let mut frames = honest();
        frames[1]["id"] = json!(foreign);
        frames[2]["id"] = json!(foreign);
        let (report, ending) = report(&numbered(frames), Ending::Clean);
        assert!(matches!(ending, Ending::ProtocolViolation(_)));
        assert!(!report.is_passed());
    }
}

#[test]
fn the_deadline_names_the_test_under_way_and_leaves_the_passes() {
    let mut frames = honest();
    frames.truncate(4);
    let (report, _) = report(&numbered(frames), Ending::Deadline);
    assert_eq!(kinds(&report), ["passed", "timed-out", "not-run"]);
}

#[test]
fn passes_without_a_clean_end_are_no_pass() {
    let mut frames = honest();
    frames.pop();
    for ending in [Ending::Deadline, Ending::Clean] {
        let (report, _) = report(&numbered(frames.clone()), ending.clone());
        assert!(!report.is_passed(), "{ending:?}");
        assert!(report.results[0].outcome.is_passed(), "{ending:?}");
    }
    let (after_the_end, _) = report(&numbered(honest()), Ending::Deadline);
    assert!(!after_the_end.is_passed());
}

#[test]
fn a_job_without_tests_is_no_pass() {
    let mut empty = job();
    empty.steps.clear();
    let mut verifier = RunVerifier::new(&empty, NONCE.to_owned(), Timings::default());
    for frame in numbered(vec![started(), finished()]) {
        verifier.take(frame.to_string().as_bytes(), AT).unwrap();
    }
    assert!(!verifier.end(&Ending::Clean, AT).is_passed());
}

#[test]
fn a_judge_that_never_stops_talking_is_a_protocol_violation() {
    let mut verifier = RunVerifier::new(&job(), NONCE.to_owned(), Timings::default());
    verifier
        .take(numbered(vec![started()])[0].to_string().as_bytes(), AT)
        .unwrap();
    let text = "x".repeat(1024 * 1024);
    let violation = (1..100).find_map(|seq| {
        let frame = json!({"nonce": NONCE, "seq": seq, "frame": "output", "launch": 1,
                           "stream": "stdout", "text": text});
        verifier.take(frame.to_string().as_bytes(), AT).err()
    });
    assert!(violation.is_some());
}

#[test]
fn output_belongs_to_the_test_in_which_it_came() {
    let output =
        |text: &str| json!({"frame": "output", "launch": 1, "stream": "stdout", "text": text});
    let late = |test: &str, text: &str| json!({"frame": "output", "launch": 1, "stream": "stdout", "text": text, "test": test});
    let frames = numbered(vec![
        started(),
        output("at the start, "),
        begins(1),
        output("in the first"),
        passes(1),
        output(", as its clients leave"),
        begins(2),
        output("in the second"),
        fails(2),
        begins(3),
        output("in the third"),
        passes(3),
        late("listen.2", ", and its end"),
        late("other.1", ", and what nobody knows"),
        finished(),
    ]);
    let (report, ending) = report(&frames, Ending::Clean);
    assert_eq!(ending, Ending::Clean);
    let found: Vec<(u16, &str)> = (report.output.chunks.iter())
        .map(|chunk| (chunk.test.as_ref().unwrap().number(), chunk.text.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (1, "at the start, in the first, as its clients leave"),
            (2, "in the second"),
            (2, ", and its end"),
            (3, "in the third"),
            (3, ", and what nobody knows"),
        ]
    );
}

fn recording(number: u16, call: u32) -> Value {
    json!({"frame": "recording", "id": format!("listen.{number}"), "texts": ["", "x"],
           "calls": [[0, null, 1]], "steps": [[-5, call, 3, [[0, 1, 1]], null]],
           "left_out": 0, "has_forked": false})
}

#[test]
fn a_recording_comes_once_of_the_test_and_where_it_was_asked_for() {
    let job = |record| Job {
        only: Some(TestId::new(StepId::parse("listen").unwrap(), 2)),
        record,
        ..job()
    };
    let taken = |record, frames: Vec<Value>| {
        let mut verifier = RunVerifier::new(&job(record), NONCE.to_owned(), Timings::default());
        let frames = numbered(frames);
        let taken = frames.iter().map(|frame| {
            let event = verifier.take(frame.to_string().as_bytes(), AT);
            event.map(|event| matches!(event, Some(JobEvent::Recorded(_))))
        });
        taken.collect::<Vec<_>>()
    };
    let begin = || vec![started(), begins(2), passes(2)];
    let with = |more: Vec<Value>| [begin(), more].concat();
    let last = |taken: Vec<Result<bool, ProtocolViolation>>| taken.last().unwrap().clone();

    assert_eq!(last(taken(true, with(vec![recording(2, 0)]))), Ok(true));
    let then = with(vec![recording(2, 0), finished()]);
    assert_eq!(last(taken(true, then)), Ok(false));
    // Numbers that stand for nothing: the verdict holds, and there is nothing to show.
    assert_eq!(last(taken(true, with(vec![recording(2, 1)]))), Ok(false));
    for (record, frames) in [
        (false, with(vec![recording(2, 0)])),
        (true, with(vec![recording(1, 0)])),
        (true, with(vec![recording(2, 0), recording(2, 0)])),
        (true, vec![started(), recording(2, 0)]),
        (true, vec![started(), begins(2), recording(2, 0)]),
    ] {
        assert!(last(taken(record, frames)).is_err());
    }
}

#[test]
fn a_test_that_nobody_asked_for_is_out_of_turn() {
    let job = Job {
        only: Some(TestId::new(StepId::parse("listen").unwrap(), 2)),
        ..job()
    };
    let mut verifier = RunVerifier::new(&job, NONCE.to_owned(), Timings::default());
    let frames = numbered(vec![started(), begins(1)]);
    let taken: Vec<bool> = frames
        .iter()
        .map(|frame| verifier.take(frame.to_string().as_bytes(), AT).is_ok())
        .collect();
    assert_eq!(taken, [true, false]);

    let mut verifier = RunVerifier::new(&job, NONCE.to_owned(), Timings::default());
    for frame in numbered(vec![started(), begins(2), passes(2), finished()]) {
        verifier.take(frame.to_string().as_bytes(), AT).unwrap();
    }
    let report = verifier.end(&Ending::Clean, AT);
    assert_eq!(report.results.len(), 1);
    assert!(report.is_passed());
}
