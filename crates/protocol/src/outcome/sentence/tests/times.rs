//! Sentences about replies and ends at the wrong time.

use crate::{Outcome, Request};

#[test]
fn a_reply_that_was_not_waited_for_is_said_to_be_too_early() {
    let outcome = Outcome::TooEarly {
        took_ms: 2,
        at_least_ms: 100,
        request: Some(Request::of_words(&["BLPOP", "jobs", "0.1"])),
    };
    assert_eq!(
        outcome.message(),
        "The reply to `BLPOP jobs 0.1` came after 2 ms. That is too early: it has to wait for at least \
         100 ms."
    );
}

#[test]
fn what_the_judge_writes_of_times_is_read() {
    for json in [
        r#"{"kind": "too-early", "took_ms": 2, "at_least_ms": 100, "request": null}"#,
        r#"{"kind": "not-ended", "waited_ms": 1002, "code": -15, "line": null, "is_busy": false}"#,
    ] {
        let outcome: Outcome = serde_json::from_str(json).unwrap();
        let written: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_value(&outcome).unwrap(), written);
        assert_eq!(written["kind"], outcome.kind());
    }
}

#[test]
fn a_program_that_was_asked_to_end_is_told_what_it_did_instead() {
    let said = |code, line, is_busy| {
        let outcome = Outcome::NotEnded {
            waited_ms: 1002,
            code,
            line,
            is_busy,
        };
        outcome.message()
    };
    let asked = "Your program was asked to end, by the signal SIGTERM, and ";
    for (said, rest) in [
        (
            said(None, Some(7), false),
            "1 s later it still ran, waiting in line 7. By then it has to have ended, all its threads with \
             it, with exit code 0.",
        ),
        (
            said(None, Some(7), true),
            "1 s later it still ran, busy in line 7. By then it has to have ended, all its threads with it, \
             with exit code 0.",
        ),
        (
            said(Some(-15), None, false),
            "that signal killed it. It has to end by itself, with exit code 0. Give \
             `signal.signal` a function for SIGTERM that does what is left to be done, and then calls \
             `sys.exit(0)`.",
        ),
        (
            said(Some(-9), None, false),
            "signal 9 killed it. It has to end by itself, with exit code 0.",
        ),
        (
            said(Some(3), None, false),
            "ended with exit code 3. Exit code 0 says that nothing went wrong.",
        ),
    ] {
        assert_eq!(said, format!("{asked}{rest}"));
    }
}
