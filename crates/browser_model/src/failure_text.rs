//! A failed test as plain text, for asking somebody about it.

use std::fmt::Write as _;

use protocol::{ByteString, Outcome, Report, TestResult};

use crate::{TraceEvent, trace_rows};

/// Bytes of one message beyond these are counted only.
const SHOWN_BYTES: usize = 240;
/// Events of an exchange before these are counted only: the last ones are about the failure.
const SHOWN_EVENTS: usize = 40;
/// Lines of the program above and below the one to look at.
const LINES_AROUND: usize = 3;

/// What somebody needs who is asked about a failed test: the step, the test, the sentences, the
/// bytes, the exchange and the lines of the program. `course` and `step` are titles.
pub fn failure_text(report: &Report, test: &TestResult, course: &str, step: &str) -> String {
    let mut text = format!("{course}: {step}\nTest: {} (failed)\n", test.name);
    // Writing to a String can't fail.
    let _ = writeln!(text, "\n{}", test.reason());
    if test.mistake.is_some() {
        let _ = writeln!(text, "{}", test.message);
    }
    push_program_lines(&mut text, report, test);
    push_traceback(&mut text, &test.outcome);
    if let Outcome::WrongOutput { command, .. } = &test.outcome {
        let _ = writeln!(text, "\nWhat was run:\n{}", command.trim_end());
    }
    if let Outcome::Differs(difference) = &test.outcome {
        let _ = writeln!(text, "\n{}", difference.session());
    } else if let Some(comparison) = test.outcome.comparison() {
        let (expected, wrong) = if comparison.expected_is_prefix {
            ("Expected to begin with", "The first difference is")
        } else if comparison.expected_is_example {
            ("Expected, for example", "It goes wrong")
        } else {
            ("Expected", "The first difference is")
        };
        let _ = writeln!(
            text,
            "\n{expected}: {}\nReceived: {}\n{wrong} at byte {}, counted from 0.",
            shown(&comparison.expected, 0),
            shown(&comparison.received, comparison.cut_bytes),
            comparison.first_difference(),
        );
    }
    push_exchange(&mut text, test);
    let _ = writeln!(text, "\nSeed of the run: {}", report.seed);
    text
}

fn push_program_lines(text: &mut String, report: &Report, test: &TestResult) {
    let Some(span) = test.program_span() else {
        return;
    };
    let program = report.program.entry_text();
    let line = usize::try_from(span.line).unwrap_or(usize::MAX);
    let lines: Vec<(usize, &str)> = (1..)
        .zip(program.lines())
        .skip(line.saturating_sub(LINES_AROUND + 1))
        .take_while(|(number, _)| *number <= line.saturating_add(LINES_AROUND))
        .collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}, line {line}:", span.file);
    for (number, content) in lines {
        let mark = if number == line { '>' } else { ' ' };
        let _ = writeln!(
            text,
            "{}",
            format!("{mark} {number:>4} | {content}").trim_end()
        );
    }
}

fn push_traceback(text: &mut String, outcome: &Outcome) {
    let Some(crash) = outcome.crash() else {
        return;
    };
    text.push('\n');
    text.push_str(&traceback_text(crash));
}

/// The learner's own lines of a traceback, as Python writes them.
pub fn traceback_text(crash: &protocol::Crash) -> String {
    let mut text = String::new();
    for frame in &crash.traceback {
        let _ = writeln!(
            text,
            "  File \"{}\", line {}, in {}\n    {}",
            frame.file,
            frame.line,
            frame.function,
            frame.text.trim()
        );
    }
    let _ = writeln!(text, "{}: {}", crash.exception, crash.detail);
    text
}

fn push_exchange(text: &mut String, test: &TestResult) {
    let rows = trace_rows(&test.exchanges);
    if rows.is_empty() {
        return;
    }
    text.push_str("\nExchange, in milliseconds:\n");
    let left_out = rows.len().saturating_sub(SHOWN_EVENTS);
    if left_out > 0 {
        let _ = writeln!(text, "  … {left_out} earlier ones left out");
    }
    for row in &rows[left_out..] {
        let mut line = format!("{:>8}  ", row.at);
        match (&row.bytes, &row.client) {
            (Some((bytes, cut)), Some(client)) => {
                let way = match row.event {
                    TraceEvent::Sent => format!("{client} to program"),
                    _ => format!("program to {client}"),
                };
                let _ = write!(line, "{way}: {}", shown(bytes, *cut));
            }
            _ => line.push_str(&row.headline),
        }
        if let Some(sent_in) = row.line {
            let _ = write!(line, "  (line {sent_in})");
        }
        let _ = writeln!(text, "{line}");
    }
}

/// Bytes in the written form; of many, the first.
fn shown(bytes: &ByteString, cut_bytes: u32) -> String {
    let all = bytes.as_bytes();
    let first = &all[..all.len().min(SHOWN_BYTES)];
    let written: String = first.iter().map(|byte| ByteString::escape(*byte)).collect();
    let more = all.len() - first.len() + usize::try_from(cut_bytes).unwrap_or(usize::MAX);
    match more {
        0 => written,
        _ => format!(
            "{written} … and {}",
            protocol::counted(more, "more byte", "more bytes")
        ),
    }
}

#[cfg(test)]
mod tests {
    use protocol::{
        Comparison, CourseId, Exchange, ExchangeAction, Program, ProgramOutput, RecognisedMistake,
        RespType, Seed, SourceSpan, StepId, StepReport, TestId,
    };

    use super::*;

    fn report() -> Report {
        let step = StepId::parse("ping").unwrap();
        let outcome = Outcome::WrongType {
            reply: Comparison {
                expected: b"+PONG\r\n".as_slice().into(),
                expected_is_prefix: false,
                expected_is_example: false,
                received: b"$4\r\nPONG\r\n".as_slice().into(),
                cut_bytes: 0,
                offset: 0,
                request: None,
            },
            expected_type: RespType::SimpleString,
            received_type: RespType::BulkString,
            warning: None,
        };
        let test = TestResult {
            id: TestId::new(step.clone(), 1),
            name: "answers PING with +PONG".to_owned(),
            message: outcome.message(),
            outcome,
            mistake: Some(RecognisedMistake {
                id: "bulk".to_owned(),
                message: "Reply with `+PONG`.".to_owned(),
                line: None,
            }),
            same_as: None,
            span: Some(SourceSpan::of_line(2)),
            exchanges: vec![Exchange {
                client: 1,
                at_us: 1_440,
                action: ExchangeAction::Sent {
                    bytes: vec![b'x'; 300].into(),
                    cut_bytes: 10,
                    decoded: None,
                },
            }],
            duration_us: 9,
        };
        let steps = vec![StepReport {
            step: step.clone(),
            title: "Answer PING".to_owned(),
            tests: vec![test],
        }];
        Report {
            course: CourseId::parse("redis").unwrap(),
            program: Program::of_one_file("one\ntwo\nthree\n"),
            verdict: Report::verdict_of(&step, &steps),
            step,
            seed: Seed::new(0x4f1c),
            steps,
            output: ProgramOutput::default(),
            duration_us: 9,
        }
    }

    #[test]
    fn a_failure_says_all_that_one_needs_to_help() {
        let report = report();
        let text = failure_text(
            &report,
            &report.steps[0].tests[0],
            "Build Redis",
            "Answer PING",
        );
        for expected in [
            "Build Redis: Answer PING\nTest: answers PING with +PONG (failed)\n",
            "\nReply with `+PONG`.\n",
            "simple string",
            "\nmain.py, line 2:\n     1 | one\n>    2 | two\n     3 | three\n",
            "\nExpected: +PONG\\r\\n\nReceived: $4\\r\\nPONG\\r\\n\n",
            "first difference is at byte 0",
            "1.4  client 1 to program: xxx",
            "x … and 70 more bytes\n",
            "Seed of the run: 4f1c",
        ] {
            assert!(text.contains(expected), "{expected:?} in\n{text}");
        }
    }

    #[test]
    fn what_a_real_client_was_given_to_do_is_said_too() {
        let mut report = report();
        let test = &mut report.steps[0].tests[0];
        test.outcome = Outcome::WrongOutput {
            tool: "redis-cli".to_owned(),
            command: "redis-cli\nSET k 1\n".to_owned(),
            output: test.outcome.comparison().unwrap().clone(),
            code: Some(0),
        };
        let connected = ExchangeAction::Connected {
            name: Some("redis-cli".to_owned()),
        };
        test.exchanges.insert(
            0,
            Exchange {
                client: 1,
                at_us: 0,
                action: connected,
            },
        );
        let text = failure_text(&report, &report.steps[0].tests[0], "Build Redis", "Answer");
        for expected in [
            "\nWhat was run:\nredis-cli\nSET k 1\n",
            "0.0  redis-cli connected\n",
            "1.4  redis-cli to program: xxx",
        ] {
            assert!(text.contains(expected), "{expected:?} in\n{text}");
        }
    }

    #[test]
    fn a_difference_to_redis_is_a_session_with_both_answers() {
        let json = r#"{"kind": "differs", "client": 1,
            "script": [{"client": 1, "command": {"words": [
                {"bytes": "DECR", "cut_bytes": 0}, {"bytes": "k1", "cut_bytes": 0}], "cut_words": 0}}],
            "reply": {"expected": ":-1\\r\\n", "expected_is_prefix": false, "received": ":1\\r\\n",
                "cut_bytes": 0, "offset": 1, "request": null},
            "expected": {"reply": {"integer": -1}}, "received": {"reply": {"integer": 1}}}"#;
        let mut report = report();
        let test = &mut report.steps[0].tests[0];
        test.outcome = serde_json::from_str(json).unwrap();
        let test = test.clone();
        let text = failure_text(&report, &test, "Build Redis", "Count");
        let session = "\n> DECR k1\nyour server: (integer) 1\nreal Redis:  (integer) -1\n";
        assert!(text.contains(session), "{text}");
        assert!(!text.contains("Received:"), "{text}");
    }
}
