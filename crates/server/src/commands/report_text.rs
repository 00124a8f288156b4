//! A report as text for a terminal.

use std::fmt::Write as _;

use protocol::{
    Caller, Comparison, Exchange, ExchangeAction, Outcome, PROGRAM_FILE, Report, StepReport,
    TestResult, Verdict,
};

use super::control_characters::escape_controls;

/// Writes a report: the verdict, each step's tests, and the details of those that failed.
///
/// Much of it is the program's own text, which could move the cursor, rename the window or hide a
/// line, so what a terminal would obey is escaped.
pub(crate) fn report_text(report: &Report) -> String {
    escape_controls(&raw_text(report))
}

fn raw_text(report: &Report) -> String {
    let mut text = String::new();
    line(
        &mut text,
        format_args!(
            "{} · {:.1} ms · seed {}",
            report.headline(),
            f64::from(report.duration_us) / 1000.0,
            report.seed
        ),
    );
    for step in &report.steps {
        write_step(&mut text, step);
    }
    if report.verdict != Verdict::Passed {
        text.push_str(&output_text(report));
    }
    text
}

/// What the program wrote, not escaped; empty where it wrote nothing.
pub(super) fn output_text(report: &Report) -> String {
    let mut text = String::new();
    if !report.output.chunks.is_empty() {
        line(&mut text, format_args!("\nWhat the program wrote"));
    }
    for chunk in &report.output.chunks {
        for written in chunk.text.lines() {
            line(&mut text, format_args!("  {written}"));
        }
    }
    if report.output.dropped_bytes > 0 {
        line(
            &mut text,
            format_args!(
                "{} bytes of output were dropped",
                report.output.dropped_bytes
            ),
        );
    }
    text
}

// Writing to a String can't fail.
fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
    text.push('\n');
}

fn write_step(text: &mut String, step: &StepReport) {
    line(
        text,
        format_args!(
            "\n{} ({} of {})",
            step.title,
            step.passed(),
            step.tests.len()
        ),
    );
    for test in &step.tests {
        write_test(text, test);
    }
}

fn write_test(text: &mut String, test: &TestResult) {
    line(text, format_args!("{}", test_line(test)));
    if !test.outcome.is_passed() {
        write_details(text, test, PROGRAM_FILE);
    }
}

/// How a test ended, in a line without its end.
pub(super) fn test_line(test: &TestResult) -> String {
    let mark = if test.outcome.is_passed() {
        '✓'
    } else {
        '✗'
    };
    format!(
        "  {mark} {} {} ({:.1} ms)",
        test.id,
        test.name,
        f64::from(test.duration_us) / 1000.0
    )
}

/// What is wrong with a test that failed, not escaped. The program is `file` on this machine: terminals open
/// what looks like a file and a line.
pub(super) fn test_details(test: &TestResult, file: &str) -> String {
    let mut text = String::new();
    write_details(&mut text, test, file);
    text
}

fn write_details(text: &mut String, test: &TestResult, file: &str) {
    if let Some(mistake) = &test.mistake {
        line(
            text,
            format_args!("      ▲ {} [{}]", mistake.message, mistake.id),
        );
    }
    if let Some(name) = &test.same_as {
        line(text, format_args!("      it ended as “{name}” did"));
    }
    line(
        text,
        format_args!("      {} [{}]", test.message, test.outcome.kind()),
    );
    if let Some(span) = &test.span {
        line(text, format_args!("      look at {file}:{}", span.line));
    }
    if let Outcome::WrongOutput { command, .. } = &test.outcome {
        for run in command.lines() {
            line(text, format_args!("      | {run}"));
        }
    }
    if let Outcome::Differs(difference) = &test.outcome {
        for shown in difference.session().lines() {
            line(text, format_args!("      {shown}"));
        }
    } else if let Some(reply) = test.outcome.comparison() {
        write_comparison(text, reply);
    }
    for exchange in &test.exchanges {
        write_exchange(text, exchange, &test.exchanges);
    }
}

/// As in `, called in line 9 in serve, in line 14`.
fn called_from(callers: &[Caller]) -> String {
    let mut text = String::new();
    for (index, caller) in callers.iter().enumerate() {
        let called = if index == 0 { "called " } else { "" };
        let _ = write!(text, ", {called}in line {}{}", caller.line, caller.within());
    }
    text
}

fn write_comparison(text: &mut String, reply: &Comparison) {
    let more = if reply.expected_is_prefix {
        "…"
    } else if reply.expected_is_example {
        ", for example"
    } else {
        ""
    };
    line(
        text,
        format_args!("      expected {}{more}", reply.expected),
    );
    line(text, format_args!("      received {}", reply.received));
    let before = reply
        .received
        .as_bytes()
        .get(..reply.first_difference() as usize)
        .unwrap_or_default();
    let width = protocol::ByteString::from(before)
        .to_string()
        .chars()
        .count();
    line(
        text,
        format_args!(
            "               {}↑ byte {}",
            " ".repeat(width),
            reply.first_difference()
        ),
    );
}

fn write_exchange(text: &mut String, exchange: &Exchange, all: &[Exchange]) {
    // None for an event of no single client.
    let client = (exchange.client > 0).then(|| Exchange::client_name(all, exchange.client));
    let headline = exchange.action.headline(client.as_deref());
    let who = client.map_or_else(String::new, |client| format!("{client} "));
    let what = match &exchange.action {
        ExchangeAction::Sent { bytes, .. } => {
            format!("{who}→ {}", headline.unwrap_or_else(|| bytes.to_string()))
        }
        ExchangeAction::Received {
            bytes,
            line,
            callers,
            ..
        } => {
            let sent_in =
                line.map(|line| format!(" (sent in line {line}{})", called_from(callers)));
            format!("{who}← {bytes}{}", sent_in.unwrap_or_default())
        }
        _ => format!("· {}", headline.unwrap_or_default()),
    };
    line(
        text,
        format_args!(
            "      {:>8.1} ms  {what}",
            f64::from(exchange.at_us) / 1000.0,
        ),
    );
}

#[cfg(test)]
mod tests {
    use protocol::ByteString;

    use super::*;

    fn shown(client: u16, action: ExchangeAction) -> String {
        let mut text = String::new();
        let exchange = Exchange {
            client,
            at_us: 1_440,
            action,
        };
        write_exchange(&mut text, &exchange, std::slice::from_ref(&exchange));
        text.trim().to_owned()
    }

    #[test]
    fn what_a_program_writes_moves_no_cursor() {
        let report = serde_json::json!({
            "course": "redis", "step": "listen", "seed": "4f1c",
            "program": { "files": { "main.py": "x" }, "entry": "main.py" },
            "verdict": { "result": "failed", "earliest_broken": "listen" },
            "steps": [],
            "output": {
                "chunks": [{ "launch": 1, "stream": "stdout", "text": "a\u{1b}[2Jb\n" }],
                "dropped_bytes": 0,
            },
            "duration_us": 1,
        });
        let report: Report = serde_json::from_value(report).unwrap();
        let text = report_text(&report);
        assert!(text.contains("a\\u{1b}[2Jb"), "{text:?}");
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn an_event_names_its_client_and_a_restart_has_none() {
        let sent = ExchangeAction::Sent {
            bytes: ByteString::from(b"PING\r\n".as_slice()),
            cut_bytes: 0,
            decoded: None,
        };
        assert_eq!(
            shown(1, ExchangeAction::Connected { name: None }),
            "1.4 ms  · client 1 connected"
        );
        assert_eq!(shown(2, sent), "1.4 ms  client 2 → PING\\r\\n");
        let connected = ExchangeAction::Connected {
            name: Some("redis-cli".to_owned()),
        };
        assert_eq!(shown(3, connected), "1.4 ms  · redis-cli connected");
        assert_eq!(
            shown(
                0,
                ExchangeAction::Restarted {
                    arguments: Vec::new()
                }
            ),
            "1.4 ms  · the program was restarted"
        );
        let arguments = vec!["--dir".to_owned(), "a b".to_owned()];
        assert_eq!(
            shown(0, ExchangeAction::Started { arguments }),
            "1.4 ms  · the program was started with --dir \"a b\""
        );
        assert_eq!(
            shown(0, ExchangeAction::Silence { waited_ms: 30 }),
            "1.4 ms  · nothing came for 30 ms"
        );
        assert_eq!(
            shown(0, ExchangeAction::LeftOut { count: 2 }),
            "1.4 ms  · 2 events are left out here"
        );
    }

    #[test]
    fn a_difference_to_redis_is_a_session_with_both_answers() {
        let json = r#"{"kind": "differs", "client": 1,
            "script": [{"client": 1, "command": {"words": [
                {"bytes": "DECR", "cut_bytes": 0}, {"bytes": "k1", "cut_bytes": 0}], "cut_words": 0}}],
            "reply": {"expected": ":-1\\r\\n", "expected_is_prefix": false, "received": ":1\\r\\n",
                "cut_bytes": 0, "offset": 1, "request": null},
            "expected": {"reply": {"integer": -1}}, "received": {"reply": {"integer": 1}}}"#;
        let planned = protocol::PlannedTest {
            id: "counters.9".parse().unwrap(),
            name: "agrees with Redis".to_owned(),
        };
        let outcome: Outcome = serde_json::from_str(json).unwrap();
        let result = TestResult {
            message: outcome.message(),
            outcome,
            span: Some(protocol::SourceSpan::of_line(4)),
            ..TestResult::not_asked(planned)
        };
        let text = test_details(&result, "src/server.py");
        let session =
            "      > DECR k1\n      your server: (integer) 1\n      real Redis:  (integer) -1\n";
        assert!(text.contains(session), "{text}");
        assert!(!text.contains("received"), "{text}");
        assert!(text.contains("look at src/server.py:4\n"), "{text}");
    }
}
