//! The phrases that outcomes' sentences are built from.

use super::Crash;
use crate::{ByteString, Request};

pub(super) fn exception(crash: &Crash) -> String {
    let place = match &crash.span {
        Some(span) => format!("line {} raised ", span.line),
        None => "it raised ".to_owned(),
    };
    let detail = quoted(&crash.detail);
    if detail.is_empty() {
        format!("{place}`{}`", crash.exception)
    } else {
        format!("{place}`{}: {detail}`", crash.exception)
    }
}

/// A text of the program's, for a sentence that marks it as code by backticks: its first line, as far
/// as a sentence can take it.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 160;
    let line = text.lines().next().unwrap_or_default();
    let mut quoted: String = line.chars().take(MOST).collect();
    if quoted.len() < text.trim_end().len() {
        quoted.push('…');
    }
    quoted.replace('`', "'")
}

/// Bytes in their written form, for a sentence that marks them as code by backticks.
pub(super) fn without_backticks(bytes: &str) -> String {
    bytes.replace('`', "\\x60")
}

pub(super) fn after_line(line: Option<u32>) -> String {
    line.map(|line| format!(" after line {line}"))
        .unwrap_or_default()
}

pub(super) fn exit(code: i32) -> String {
    match code {
        0 => "exit code 0, no error".to_owned(),
        code if code < 0 => format!("ended by signal {}", -code),
        code => format!("exit code {code}"),
    }
}

pub(super) fn ports(found: &[u16]) -> String {
    let names: Vec<String> = found.iter().map(|port| format!("port {port}")).collect();
    match names.as_slice() {
        [] => "no port".to_owned(),
        names => listed(names),
    }
}

/// As in `a, b and c`; empty where there are none.
pub(super) fn listed(names: &[String]) -> String {
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

pub(super) fn to_request(request: Option<&Request>) -> String {
    request
        .map(|request| format!(" to `{request}`"))
        .unwrap_or_default()
}

/// As in `` `PING` ``, for a sentence about it.
pub(super) fn the_request(request: Option<&Request>) -> String {
    request.map_or_else(|| "a request".to_owned(), |request| format!("`{request}`"))
}

pub(super) fn shortened(bytes: &[u8]) -> String {
    const MOST: usize = 60;
    let text = ByteString::from(bytes.get(..MOST).unwrap_or(bytes)).to_string();
    let text = without_backticks(&text);
    if bytes.len() > MOST {
        format!("{text}…")
    } else {
        text
    }
}

pub(super) fn bytes(count: u32) -> String {
    match count {
        1 => "1 byte".to_owned(),
        count => format!("{count} bytes"),
    }
}

pub(super) fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

pub(super) fn duration(ms: u32) -> String {
    // A wait is its limit and what the machine took beside it.
    let ms = if ms >= 100 {
        ms.saturating_add(5) / 10 * 10
    } else {
        ms
    };
    if ms >= 1000 && ms.is_multiple_of(1000) {
        format!("{} s", ms / 1000)
    } else if ms >= 1000 {
        format!("{:.1} s", f64::from(ms) / 1000.0)
    } else {
        format!("{ms} ms")
    }
}
