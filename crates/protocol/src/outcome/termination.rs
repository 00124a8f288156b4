//! The sentence about a program that was asked to end.

use super::phrase::{duration, exit};

/// What it did instead, and what it should do.
pub(super) fn not_ended(
    waited_ms: u32,
    code: Option<i32>,
    line: Option<u32>,
    is_busy: bool,
) -> String {
    let place = match line {
        Some(line) if is_busy => format!(", busy in line {line}"),
        Some(line) => format!(", waiting in line {line}"),
        None => String::new(),
    };
    match code {
        None => format!(
            "Your program was asked to end, by the signal SIGTERM, and {} later it still ran{place}. \
             Handle the signal, and end the whole program there.",
            duration(waited_ms)
        ),
        Some(code) if code < 0 => format!(
            "Your program was asked to end, by the signal SIGTERM, and signal {} killed it. Handle \
             SIGTERM with `signal.signal`, do what is left to be done, and end with exit code 0.",
            code.unsigned_abs()
        ),
        Some(code) => format!(
            "Your program was asked to end, by the signal SIGTERM, and ended with {}. Exit code 0 says \
             that nothing went wrong.",
            exit(code)
        ),
    }
}
