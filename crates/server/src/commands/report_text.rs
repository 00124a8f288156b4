//! A report as text for a terminal.

use std::fmt::Write as _;

use protocol::{
    Caller, Comparison, Exchange, ExchangeAction, Report, StepReport, TestResult, Verdict,
};

/// Writes a report: the verdict, each step's tests, and the details of those that failed.
///
/// Much of it is the program's own text, which could move the cursor, rename the window or hide a
/// line, so what a terminal would obey is escaped.
pub(crate) fn report_text(report: &Report) -> String {
    escape_controls(&raw_text(report))
}

/// Writes control characters except line feed and tab, and those that reorder text, as escapes:
/// `\u{1b}`.
pub(crate) fn escape_controls(text: &str) -> String {
    let is_obeyed = |character: char| match character {
        '\n' | '\t' => false,
        '\u{061c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => true,
        _ => character.is_control(),
    };
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_obeyed(character) {
            escaped.extend(character.escape_unicode());
        } else {
            escaped.push(character);
        }
    }
    escaped
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
    let failed = report.verdict != Verdict::Passed;
    if failed && !report.output.chunks.is_empty() {
        line(&mut text, format_args!("\nWhat the program wrote"));
        for chunk in &report.output.chunks {
            for written in chunk.text.lines() {
                line(&mut text, format_args!("  {written}"));
            }
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
    let sign = if test.outcome.is_passed() {
        '✓'
    } else {
        '✗'
    };
    line(
        text,
        format_args!(
            "  {sign} {} {} ({:.1} ms)",
            test.id,
            test.name,
            f64::from(test.duration_us) / 1000.0
        ),
    );
    if test.outcome.is_passed() {
        return;
    }
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
        line(
            text,
            format_args!("      look at {}:{}", span.file, span.line),
        );
    }
    if let Some(reply) = test.outcome.comparison() {
        write_comparison(text, reply);
    }
    for exchange in &test.exchanges {
        write_exchange(text, exchange);
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

fn write_exchange(text: &mut String, exchange: &Exchange) {
    let (arrow, what) = match &exchange.action {
        ExchangeAction::Connected => ("·", "connected".to_owned()),
        action @ ExchangeAction::Sent { bytes, .. } => (
            "→",
            action.decoded_text().unwrap_or_else(|| bytes.to_string()),
        ),
        ExchangeAction::Received {
            bytes,
            line,
            callers,
            ..
        } => (
            "←",
            match line {
                Some(line) => format!("{bytes} (sent in line {line}{})", called_from(callers)),
                None => bytes.to_string(),
            },
        ),
        ExchangeAction::Silence { waited_ms } => ("·", format!("nothing for {waited_ms} ms")),
        ExchangeAction::ClosedByClient => ("·", "the client closed".to_owned()),
        ExchangeAction::ResetByClient => ("·", "the client broke off".to_owned()),
        ExchangeAction::ClosedByServer => ("·", "your program closed".to_owned()),
        ExchangeAction::Reset => ("·", "your program's side reset".to_owned()),
        ExchangeAction::Restarted => ("·", "the program was restarted".to_owned()),
        ExchangeAction::LeftOut { count } => ("·", format!("{count} more, left out here")),
    };
    let who = match exchange.client {
        // An event of no single client.
        0 => String::new(),
        client => format!("client {client} "),
    };
    line(
        text,
        format_args!(
            "      {:>8.1} ms  {who}{arrow} {what}",
            f64::from(exchange.at_us) / 1000.0,
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::escape_controls;

    #[test]
    fn what_a_terminal_would_obey_is_shown_and_not_done() {
        let window_title = "a\x1b]0;renamed\x07b\r\u{9b}2J\u{202e}c\td\n";
        assert_eq!(
            escape_controls(window_title),
            "a\\u{1b}]0;renamed\\u{7}b\\u{d}\\u{9b}2J\\u{202e}c\td\n"
        );
        assert_eq!(escape_controls("✓ hé · 東京 👍"), "✓ hé · 東京 👍");
    }
}
