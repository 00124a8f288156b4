//! Sentences where several replies are right.

use super::comparison;
use crate::{Comparison, Expected, Outcome, Received, RespType, RespValue};

#[test]
fn what_the_judge_writes_of_them_is_read() {
    for json in [
        r#"{"any-of": [{"reply": {"integer": 0}}, {"reply": "nil"}]}"#,
        r#"{"unordered": {"array": {"elements": [{"integer": 1}], "cut_elements": 0}}}"#,
        r#"{"described": {"type": "simple-string", "text": "an id"}}"#,
    ] {
        let expected: Expected = serde_json::from_str(json).unwrap();
        let written: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_value(&expected).unwrap(), written);
    }
}

#[test]
fn of_several_right_replies_each_is_said() {
    let word = |word: &str| RespValue::BulkString(word.as_bytes().into());
    let wrong = |expected| Outcome::WrongValue {
        reply: Comparison {
            expected_is_example: true,
            ..comparison(b":1\r\n", b":9\r\n", 1)
        },
        expected,
        received: Received::Reply(RespValue::Integer(9)),
    };
    let array = |elements| RespValue::Array {
        elements,
        cut_elements: 0,
    };
    for (expected, said) in [
        (
            Expected::AnyOf(vec![
                Expected::Reply(RespValue::Integer(1)),
                Expected::Reply(RespValue::Nil),
            ]),
            "the integer 1, or nil",
        ),
        (
            Expected::Unordered(array(vec![word("a"), array(vec![word("b")])])),
            r#"the array ["a", ["b"]], its elements in any order"#,
        ),
        (
            Expected::Described {
                resp_type: RespType::SimpleString,
                text: "FULLRESYNC, an id and a number".to_owned(),
            },
            "a simple string of the form: FULLRESYNC, an id and a number",
        ),
    ] {
        assert_eq!(
            wrong(expected).message(),
            format!("The reply to `PING` should be {said}, but it is the integer 9.")
        );
    }
}
