//! Outcomes' sentences, whole.

use crate::{
    Comparison, Crash, CrashPlace, Expected, Interference, ListenerEnd, ListenerEndKind, Missing,
    Outcome, ProgramEnd, ProgramWarning, ProtocolViolation, Received, Request, RespRule, RespType,
    RespValue, SocketKind, SourceSpan,
};

mod ends;
mod open_replies;
mod times;

fn comparison(expected: &[u8], received: &[u8], offset: u32) -> Comparison {
    Comparison {
        expected: expected.into(),
        expected_is_prefix: false,
        expected_is_example: false,
        received: received.into(),
        cut_bytes: 0,
        offset,
        request: Some(Request::of_words(&["PING"])),
    }
}

#[test]
fn a_wrong_port_names_both_ports() {
    let outcome = Outcome::OtherPort {
        port: 6379,
        found: vec![6380, 8000],
    };
    assert_eq!(
        outcome.message(),
        "Your program listens on port 6380 and port 8000, but the client calls port 6379."
    );
}

#[test]
fn a_crash_names_the_line_and_the_request() {
    let outcome = Outcome::Crashed {
        crash: Crash {
            exception: "IndexError".to_owned(),
            detail: "list index out of range".to_owned(),
            suggestion: None,
            span: Some(SourceSpan {
                file: "main.py".to_owned(),
                line: 12,
                column: None,
                end_column: None,
            }),
            traceback: Vec::new(),
            place: CrashPlace::Main,
        },
        replies_before: 0,
        request: Some(Request::of_words(&["SET", "k"])),
    };
    assert_eq!(
        outcome.message(),
        "Your program crashed on `SET k`: line 12 raised `IndexError: list index out of range`. \
         The list is shorter than that line takes for granted: print it before, and see what is in it."
    );
}

#[test]
fn an_exception_that_tells_too_little_is_explained() {
    let crash = Crash {
        exception: "OSError".to_owned(),
        detail: "[Errno 98] Address already in use".to_owned(),
        suggestion: None,
        span: None,
        traceback: Vec::new(),
        place: CrashPlace::Main,
    };
    let exited = Outcome::Exited {
        code: 1,
        crash: Some(crash.clone()),
        end: ProgramEnd::default(),
    };
    let crashed = Outcome::Crashed {
        crash,
        replies_before: 0,
        request: None,
    };
    let end = "`OSError: [Errno 98] Address already in use`. \
               A socket has that port already: was it bound twice?";
    for outcome in [exited, crashed] {
        assert!(outcome.message().ends_with(end), "{}", outcome.message());
    }
}

#[test]
fn foreign_backticks_mark_no_code() {
    let outcome = Outcome::Exited {
        code: 1,
        crash: Some(Crash {
            exception: "ValueError".to_owned(),
            detail: "use `bind`".to_owned(),
            suggestion: None,
            span: None,
            traceback: Vec::new(),
            place: CrashPlace::Main,
        }),
        end: ProgramEnd::default(),
    };
    assert!(outcome.message().contains("`ValueError: use 'bind'`"));
    let outcome = Outcome::InvalidByte {
        reply: comparison(b"+a", b"`", 0),
        rule: RespRule::FirstByte,
    };
    assert!(outcome.message().contains(r"`\x60` stands there"));
}

#[test]
fn extra_bytes_are_counted_and_shown() {
    let outcome = Outcome::ExtraBytes {
        reply: comparison(b"+PONG\r\n", b"+PONG\r\n\r\n", 7),
    };
    assert_eq!(
        outcome.message(),
        r"The reply to `PING` is right, but 2 bytes more came after it: `\r\n`."
    );
}

#[test]
fn bytes_before_any_request_are_no_reply() {
    let outcome = Outcome::Unasked {
        reply: comparison(b"", b"+PONG\r\n", 0),
    };
    assert_eq!(
        outcome.message(),
        r"Your program sent `+PONG\r\n` as soon as the client had connected, before it asked for anything. Wait for its request: receive first, then answer."
    );
}

#[test]
fn a_wrong_reply_is_said_beside_the_right_one() {
    let reply = || comparison(b"+PONG\r\n", b"$4\r\nPONG\r\n", 0);
    for (outcome, said) in [
        (
            Outcome::Incomplete {
                reply: comparison(b"+PONG\r\n", b"+PONG", 5),
                missing: Missing::LineEnd,
            },
            r"The reply to `PING` is incomplete: after 5 bytes, the closing `\r\n` had not come.",
        ),
        (
            Outcome::InvalidByte {
                reply: comparison(b"+PONG\r\n", b"PONG", 0),
                rule: RespRule::FirstByte,
            },
            "The reply to `PING` breaks the protocol with its first byte: `P` stands there. \
             A reply begins with `+`, `-`, `:`, `$` or `*`.",
        ),
        (
            Outcome::WrongType {
                reply: reply(),
                expected_type: RespType::Error,
                received_type: RespType::BulkString,
                warning: None,
            },
            "The reply to `PING` should be an error, but it is a bulk string.",
        ),
        (
            Outcome::WrongValue {
                reply: comparison(b"-ERR", b"-no\r\n", 1),
                expected: Expected::ErrorBeginning(b"ERR"[..].into()),
                received: Received::Reply(RespValue::Error(b"no"[..].into())),
            },
            "The reply to `PING` should be an error that begins with \"ERR\", \
             but it is the error \"no\". The first byte of the reply is right.",
        ),
        (
            Outcome::WrongValue {
                reply: Comparison {
                    expected_is_example: true,
                    ..comparison(b":90\r\n", b":99998\r\n", 1)
                },
                expected: Expected::IntegerBetween {
                    min: 90,
                    max: 100,
                    is_new: false,
                },
                received: Received::Reply(RespValue::Integer(99998)),
            },
            "The reply to `PING` should be an integer from 90 to 100, \
             but it is the integer 99998.",
        ),
        (
            Outcome::WrongValue {
                reply: Comparison {
                    expected_is_example: true,
                    ..comparison(b":2\r\n", b":1\r\n", 1)
                },
                expected: Expected::IntegerBetween {
                    min: 1,
                    max: 400,
                    is_new: true,
                },
                received: Received::Reply(RespValue::Integer(1)),
            },
            "The reply to `PING` should be an integer from 1 to 400 that no reply before had, \
             but it is the integer 1.",
        ),
        (
            Outcome::WrongValue {
                reply: comparison(b"$2\r\nhi\r\n", b"$1\r\nh\r\n", 1),
                expected: Expected::Bytes(b"hi"[..].into()),
                received: Received::Bytes(b"h"[..].into()),
            },
            r#"The reply to `PING` should be the bytes "hi", but it is the bytes "h". Their lengths differ already."#,
        ),
        (
            Outcome::WrongValue {
                reply: comparison(b"$2\r\nhi\r\n", b"$2\r\nho\r\n", 5),
                expected: Expected::Bytes(b"hi"[..].into()),
                received: Received::Bytes(b"ho"[..].into()),
            },
            r#"The reply to `PING` should be the bytes "hi", but it is the bytes "ho". The first 5 bytes of the reply are right."#,
        ),
    ] {
        assert_eq!(outcome.message(), said);
    }
}

#[test]
fn sockets_are_named_by_their_kind() {
    for (sockets, said) in [
        (SocketKind::Tcp, "512 TCP sockets open"),
        (SocketKind::Udp, "512 UDP sockets open"),
        (
            SocketKind::Other,
            "512 sockets other than TCP connections open",
        ),
    ] {
        let outcome = Outcome::TooManySockets {
            sockets,
            limit: 512,
        };
        assert!(outcome.message().contains(said), "{}", outcome.message());
    }
}

#[test]
fn interference_says_what_was_noticed() {
    let interference = Interference::ProtocolViolation {
        violation: ProtocolViolation::WrongNumber {
            expected: 3,
            found: 5,
        },
    };
    assert_eq!(
        Outcome::Interfered { interference }.message(),
        "Your program reached for the judge (frame 5 instead of 3), so this test can't count as passed."
    );
}

/// Python's own words end in many ways, and a sentence has one end.
#[test]
fn no_sentence_ends_twice() {
    let span = SourceSpan {
        file: "main.py".to_owned(),
        line: 3,
        column: None,
        end_column: None,
    };
    for detail in [
        "invalid syntax",
        "invalid syntax. Perhaps you forgot a comma?",
        "Missing parentheses in call to 'print'. Did you mean print(...)?",
        "it can't be.",
        "no!",
        "and so on…",
    ] {
        let crash = Crash {
            exception: "ImportError".to_owned(),
            detail: detail.to_owned(),
            suggestion: None,
            span: Some(span.clone()),
            traceback: Vec::new(),
            place: CrashPlace::Main,
        };
        let outcomes = [
            Outcome::SyntaxError {
                span: span.clone(),
                detail: detail.to_owned(),
                text: String::new(),
            },
            Outcome::Exited {
                code: 1,
                crash: Some(crash.clone()),
                end: ProgramEnd::default(),
            },
            Outcome::Crashed {
                crash,
                replies_before: 0,
                request: None,
            },
        ];
        for outcome in outcomes {
            let message = outcome.message();
            // What stands between backticks is a quotation.
            let words: Vec<&str> = message.split('`').step_by(2).collect();
            let words = words.join("x");
            let ends = |pair: &[u8]| pair.iter().all(|byte| b".?!".contains(byte));
            let is_doubled = words.replace("(...)", "").as_bytes().windows(2).any(ends);
            assert!(
                !is_doubled && !words.contains("….") && !words.contains(".…"),
                "{message}"
            );
        }
    }
}

#[test]
fn what_python_warns_of_comes_before_a_guess() {
    let silent = |warning| Outcome::Silent {
        waited_ms: 1000,
        request: Some(Request::of_words(&["PING"])),
        expected: None,
        replies_before: 0,
        receipt: None,
        line: Some(5),
        is_busy: false,
        warning: Some(warning),
    };
    assert_eq!(
        silent(ProgramWarning::BytesComparedWithText { line: 7 }).message(),
        "Your program sent nothing within 1 s of `PING`. Line 7 compares bytes with a text, and they \
         are never equal: `b\"PING\" == \"PING\"` is `False`. Compare bytes with bytes, or \
         text with text."
    );
    let never_awaited = ProgramWarning::NeverAwaited {
        function: "answer".to_owned(),
        line: Some(9),
    };
    assert!(
        silent(never_awaited)
            .message()
            .contains("Line 9 calls `answer` without `await`")
    );
}

#[test]
fn a_text_of_the_program_is_cut_to_what_a_sentence_can_take() {
    for (text, quoted) in [
        ("a short one".to_owned(), "a short one".to_owned()),
        ("first\nsecond".to_owned(), "first…".to_owned()),
        ("closed\n".to_owned(), "closed".to_owned()),
        ("x".repeat(3000), format!("{}…", "x".repeat(160))),
        ("`é`".to_owned(), "'é'".to_owned()),
    ] {
        assert_eq!(super::super::phrase::quoted(&text), quoted);
    }
}
