//! The phrases about a reply and its bytes.

use super::Comparison;
use super::phrase::{bytes, shortened, without_backticks};
use crate::ByteString;

pub(super) fn found_at(reply: &Comparison) -> String {
    match reply.received.as_bytes().get(reply.offset as usize) {
        Some(byte) => {
            let shown = without_backticks(&ByteString::escape(*byte));
            format!("`{shown}` stands there")
        }
        None if reply.cut_bytes > 0 => "what stands there is beyond what is shown".to_owned(),
        None => "nothing more came".to_owned(),
    }
}

/// What came of a reply that broke off, and what did not.
pub(super) fn half_a_reply(reply: Option<&Comparison>) -> String {
    let Some(reply) = reply.filter(|reply| !reply.received.as_bytes().is_empty()) else {
        return String::new();
    };
    let (expected, received) = (reply.expected.as_bytes(), reply.received.as_bytes());
    let came = shortened(received);
    let is_the_only_one = !reply.expected_is_prefix && !reply.expected_is_example;
    match expected.strip_prefix(received) {
        Some(missing) if !missing.is_empty() && is_the_only_one => format!(
            " Of the reply `{came}` had come, and `{}` was missing.",
            shortened(missing)
        ),
        _ => format!(" `{came}` had come by then."),
    }
}

/// Where a reply begins to differ: bulk strings of different lengths do so in the length already.
/// Nothing, where it need not be alike.
pub(super) fn first_difference(reply: &Comparison) -> String {
    if reply.expected_is_example {
        return String::new();
    }
    let length = |bytes: &[u8]| -> Option<u64> {
        let line = bytes
            .strip_prefix(b"$")?
            .split(|byte| *byte == b'\r')
            .next()?;
        std::str::from_utf8(line).ok()?.parse().ok()
    };
    let expected = length(reply.expected.as_bytes());
    let received = length(reply.received.as_bytes());
    if expected.is_some() && received.is_some() && expected != received {
        " Their lengths differ already.".to_owned()
    } else {
        format!(" {}", right_until(reply.offset, "the reply"))
    }
}

/// How much of `what` is right before the first difference: who reads "byte 4" may count from 1.
pub(super) fn right_until(offset: u32, what: &str) -> String {
    match offset {
        0 => "They differ in the first byte already.".to_owned(),
        1 => format!("The first byte of {what} is right."),
        right => format!("The first {right} bytes of {what} are right."),
    }
}

/// As in `is wrong after 4 bytes`, behind "the reply".
pub(super) fn is_wrong_after(offset: u32) -> String {
    match offset {
        0 => "is wrong in its first byte".to_owned(),
        right => format!("is wrong after {}", bytes(right)),
    }
}

pub(super) fn extra_bytes(reply: &Comparison) -> u32 {
    let kept = u32::try_from(reply.received.as_bytes().len()).unwrap_or(u32::MAX);
    kept.saturating_add(reply.cut_bytes)
        .saturating_sub(reply.offset)
}
