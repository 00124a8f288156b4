//! The sentence about a program that was asked to end.

use super::phrase::{duration, exit};

/// Killed by it, as the judge writes it.
const SIGTERM: i32 = -15;

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
    let asked = "Your program was asked to end, by the signal SIGTERM, and";
    match code {
        None => format!(
            "{asked} {} later it still ran{place}. By then it has to have ended, all its threads with it, \
             with exit code 0.",
            duration(waited_ms)
        ),
        Some(SIGTERM) => format!(
            "{asked} that signal killed it. It has to end by itself, with exit code 0. Give `signal.signal` a function \
             for SIGTERM that does what is left to be done, and then calls `sys.exit(0)`."
        ),
        Some(code) if code < 0 => format!(
            "{asked} signal {} killed it. It has to end by itself, with exit code 0.",
            code.unsigned_abs()
        ),
        Some(code) => format!(
            "{asked} ended with {}. Exit code 0 says that nothing went wrong.",
            exit(code)
        ),
    }
}
