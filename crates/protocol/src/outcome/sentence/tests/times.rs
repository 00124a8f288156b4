//! Sentences about replies at the wrong time.

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
        "The reply to `BLPOP jobs 0.1` came after 2 ms, and that is too early: before, 100 ms have to \
         be over."
    );
}

#[test]
fn what_the_judge_writes_of_times_is_read() {
    for json in [
        r#"{"kind": "too-early", "took_ms": 2, "at_least_ms": 100, "request": null}"#,
    ] {
        let outcome: Outcome = serde_json::from_str(json).unwrap();
        let written: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_value(&outcome).unwrap(), written);
        assert_eq!(written["kind"], outcome.kind());
    }
}
