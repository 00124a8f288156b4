use protocol::{RecordedChange, TestId};

use super::*;

/// A recording of steps that are written as `(at_us, call, line, changes, fact)`; the calls are the
/// module's, `serve`'s, which it leads to, and `store`'s, which a thread of its own leads to.
pub(super) fn recording(steps: Vec<RecordedStep>) -> Recording {
    let texts = [
        "",
        "MainThread",
        "serve",
        "Thread-1",
        "store",
        "x",
        "1",
        "2",
        "data",
        "Store(items=[])",
        "Store(items=[1])",
    ];
    Recording {
        id: "set.4".parse::<TestId>().unwrap(),
        texts: texts.map(str::to_owned).to_vec(),
        calls: vec![
            (0, None, 1).into(),
            (2, Some(0), 1).into(),
            (4, None, 3).into(),
        ],
        steps,
        left_out: 0,
        has_forked: false,
    }
}

pub(super) fn step(
    at_us: i64,
    call: u32,
    line: u32,
    changes: &[(u32, u32, Option<u32>)],
) -> RecordedStep {
    RecordedStep {
        at_us,
        call,
        line,
        changes: changes.iter().copied().map(RecordedChange::from).collect(),
        fact: None,
    }
}

const X: u32 = 5;
const ONE: u32 = 6;
const TWO: u32 = 7;

fn variables(moment: &Moment, call: usize) -> Vec<(&str, &str, bool, Option<usize>)> {
    let variables = moment.calls[call].variables.iter();
    variables
        .map(|it| (&*it.name, &*it.value, it.is_new, it.set_at))
        .collect()
}

#[test]
fn a_value_is_there_from_the_step_after_the_line_that_set_it() {
    let recording = recording(vec![
        step(-7, 0, 1, &[]),
        step(-5, 0, 2, &[(0, X, Some(ONE))]),
        step(3, 0, 3, &[(0, X, Some(TWO))]),
        step(4, 0, 4, &[]),
        step(5, 0, 5, &[(0, X, None)]),
    ]);
    let at = |step| moment(&recording, step).unwrap();
    assert_eq!(variables(&at(0), 0), []);
    assert_eq!(variables(&at(1), 0), [("x", "1", true, Some(0))]);
    assert_eq!(variables(&at(2), 0), [("x", "2", true, Some(1))]);
    assert_eq!(variables(&at(3), 0), [("x", "2", false, Some(1))]);
    assert_eq!(variables(&at(4), 0), []);
    assert_eq!((at(1).line, &*at(1).at), (2, "0.0"));
    assert_eq!(moment(&recording, 5), None);
}

#[test]
fn a_line_that_calls_sets_its_variable_when_the_call_is_over() {
    let recording = recording(vec![
        step(0, 0, 9, &[]),
        step(1, 1, 2, &[]),
        step(2, 1, 3, &[]),
        step(3, 0, 10, &[(0, X, Some(ONE))]),
    ]);
    let last = moment(&recording, 3).unwrap();
    assert_eq!(variables(&last, 0), [("x", "1", true, Some(0))]);
}

#[test]
fn an_argument_comes_from_the_line_that_calls() {
    let recording = recording(vec![
        step(0, 0, 9, &[]),
        step(1, 1, 2, &[(1, X, Some(ONE))]),
        step(2, 1, 3, &[]),
    ]);
    let last = moment(&recording, 2).unwrap();
    assert_eq!(variables(&last, 0), [("x", "1", false, Some(0))]);
}

#[test]
fn the_calls_lead_to_the_module_whose_variables_a_function_may_change() {
    let recording = recording(vec![
        step(0, 0, 9, &[]),
        step(1, 1, 2, &[]),
        step(2, 1, 3, &[(0, X, Some(ONE)), (1, 8, Some(TWO))]),
    ]);
    let last = moment(&recording, 2).unwrap();
    let calls: Vec<_> = (last.calls.iter())
        .map(|call| (call.function.as_deref(), call.line))
        .collect();
    assert_eq!(calls, [(Some("serve"), 3), (None, 9)]);
    assert_eq!(variables(&last, 0), [("data", "2", true, Some(1))]);
    assert_eq!(variables(&last, 1), [("x", "1", true, Some(1))]);
    assert_eq!(last.threads, []);
}

#[test]
fn an_object_has_its_value_from_the_line_that_changed_it_by_any_of_its_names() {
    let (empty, filled) = (Some(9), Some(10));
    let recording = recording(vec![
        step(0, 0, 8, &[]),
        step(1, 0, 9, &[(0, X, empty)]),
        step(2, 2, 2, &[(2, 8, empty)]),
        step(3, 2, 3, &[]),
        // The thread has changed it in line 3, and the module sees it later.
        step(4, 2, 4, &[(2, 8, filled)]),
        step(5, 0, 9, &[(0, X, filled)]),
        step(6, 0, 10, &[]),
    ]);
    let last = moment(&recording, 6).unwrap();
    assert_eq!(
        variables(&last, 0),
        [("x", "Store(items=[1])", false, Some(3))]
    );
}

#[test]
fn a_thread_that_has_ended_is_nowhere() {
    let mut recording = recording(vec![
        step(0, 0, 9, &[]),
        step(1, 2, 4, &[]),
        step(2, 0, 10, &[]),
        step(3, 2, 5, &[]),
        step(4, 0, 11, &[]),
    ]);
    let count = |recording: &Recording| moment(recording, 4).unwrap().threads.len();
    assert_eq!(count(&recording), 2);
    recording.steps[3].fact = Some(RecordedFact::Returned(0));
    assert_eq!(count(&recording), 0);
    // As it ends, it is still here.
    assert_eq!(moment(&recording, 3).unwrap().threads.len(), 2);
}

#[test]
fn each_thread_is_where_it_was_last() {
    let recording = recording(vec![
        step(0, 0, 9, &[(0, X, Some(ONE))]),
        step(1, 2, 4, &[]),
        step(2, 0, 10, &[]),
        step(3, 2, 5, &[]),
    ]);
    let last = moment(&recording, 3).unwrap();
    let threads: Vec<_> = (last.threads.iter())
        .map(|thread| (&*thread.name, thread.line, thread.is_here))
        .collect();
    assert_eq!(threads, [("MainThread", 10, false), ("Thread-1", 5, true)]);
    // Nothing of the program's called the thread's function, but it uses the module's variables.
    assert_eq!(last.calls.len(), 2);
    assert_eq!(variables(&last, 1), [("x", "1", false, None)]);
}

#[test]
fn times_before_the_test_are_negative() {
    for (at_us, shown) in [
        (-1_250, "-1.2"),
        (-40, "0.0"),
        (0, "0.0"),
        (94, "0.1"),
        (12_345, "12.3"),
    ] {
        let recording = recording(vec![step(at_us, 0, 1, &[])]);
        assert_eq!(moment(&recording, 0).unwrap().at, shown);
    }
}

#[test]
fn the_main_module_ends_and_returns_nothing() {
    let mut recording = recording(vec![step(0, 0, 9, &[]), step(1, 1, 3, &[])]);
    for step in &mut recording.steps {
        step.fact = Some(RecordedFact::Returned(6));
    }
    let fact = |at| moment(&recording, at).unwrap().fact;
    assert_eq!(fact(0), Some(MomentFact::Ended));
    assert_eq!(fact(1), Some(MomentFact::Returned("1".to_owned())));
}

#[test]
fn calls_that_are_too_deep_are_noticed() {
    let mut recording = recording(Vec::new());
    assert!(!has_deep_calls(&recording));
    recording.calls = vec![(0, None, 1).into()];
    recording
        .calls
        .extend((0..99).map(|caller| RecordedCall::from((2, Some(caller), 1))));
    assert!(has_deep_calls(&recording));
}

#[test]
fn a_fabricated_recording_ends_too() {
    let mut recording = recording(vec![step(0, 1, 9, &[(7, 77, Some(777))])]);
    recording.calls[0].caller = Some(1);
    let only = moment(&recording, 0).unwrap();
    assert_eq!(only.calls.len(), CALLS_MAX);
}
