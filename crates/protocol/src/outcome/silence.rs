//! The sentence about a program that owes a reply.

use serde::{Deserialize, Serialize};

use super::phrase::{bytes, duration, times};
use crate::{Expected, ProgramWarning, Request};

/// What the program did with a client's bytes, as its kernel reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Whether the program has accepted the client's connection.
    pub is_accepted: bool,
    /// The client's bytes that the program has not read.
    pub unread_bytes: u32,
}

/// The fields of [`Outcome::Silent`](super::Outcome::Silent).
#[derive(Debug, Clone, Copy)]
pub(super) struct Silence<'a> {
    pub(super) waited_ms: u32,
    pub(super) request: Option<&'a Request>,
    pub(super) expected: Option<&'a Expected>,
    pub(super) replies_before: u32,
    pub(super) receipt: Option<Receipt>,
    pub(super) line: Option<u32>,
    pub(super) is_busy: bool,
    pub(super) warning: Option<&'a ProgramWarning>,
}

impl Silence<'_> {
    /// How far the program came, where it is now, and what it owes.
    pub(super) fn sentence(&self) -> String {
        if self.expected == Some(&Expected::Close) {
            return self.still_open();
        }
        let expected = self
            .expected
            .map(|expected| format!(" The client expected {expected}."))
            .unwrap_or_default();
        let cause = match self.warning {
            Some(warning) => format!(" {}", warning.sentence()),
            None => self.standstill(),
        };
        format!("{}{cause}{expected}", self.progress())
    }

    /// It has said what it had to, and was to hang up.
    fn still_open(&self) -> String {
        let waited = duration(self.waited_ms);
        let place = match (self.warning, self.line) {
            (Some(warning), _) => format!(" {}", warning.sentence()),
            (None, Some(line)) if self.is_busy => format!(" It is still busy in line {line}."),
            (None, Some(line)) => format!(" It now waits in line {line}."),
            (None, None) => String::new(),
        };
        match self.replies_before {
            0 => format!("Your program did not close the connection within {waited}.{place}"),
            replies => format!(
                "Your program answered {} on this connection, but did not close it within \
                 {waited}.{place}",
                times(replies)
            ),
        }
    }

    fn progress(&self) -> String {
        let waited = duration(self.waited_ms);
        let request = self.request.map(|request| format!("`{request}`"));
        let before = match self.replies_before {
            0 => String::new(),
            replies => format!("answered {} on this connection, then ", times(replies)),
        };
        match (self.receipt, request) {
            (Some(receipt), _) if !receipt.is_accepted => {
                format!("Your program did not `accept` this client's connection within {waited}.")
            }
            (Some(receipt), Some(request)) if receipt.unread_bytes > 0 => {
                let advice = if before.is_empty() {
                    ""
                } else {
                    " Does it go on reading after a reply?"
                };
                format!(
                    "Your program {before}left {} of {request} unread for {waited}.{advice}",
                    bytes(receipt.unread_bytes)
                )
            }
            (Some(_), Some(request)) => {
                format!("Your program {before}read {request}, but sent nothing within {waited}.")
            }
            (None, Some(request)) => {
                format!("Your program {before}sent nothing within {waited} of {request}.")
            }
            (_, None) if self.expected.is_none() => format!(
                "The client's connection was neither accepted nor refused within {waited}: too \
                 many clients wait already. Call `accept`, or give `listen` a larger number."
            ),
            (_, None) => format!("Your program {before}sent nothing within {waited}."),
        }
    }

    fn has_read_the_request(&self) -> bool {
        let has_read = |receipt: Receipt| receipt.is_accepted && receipt.unread_bytes == 0;
        self.request.is_some() && self.receipt.is_some_and(has_read)
    }

    fn standstill(&self) -> String {
        match self.line {
            Some(line) if self.is_busy => {
                format!(" It is still busy in line {line}: is there a loop that never ends?")
            }
            // The usual cause is a comparison that never holds, which no line can show.
            Some(line) if self.has_read_the_request() => {
                format!(
                    " It now waits in line {line}. Print what it received, and follow what it does \
                     with that."
                )
            }
            Some(line) => format!(" It now waits in line {line}."),
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Expected, Outcome, Receipt, Request, RespValue};

    fn message(
        replies_before: u32,
        receipt: Option<(bool, u32)>,
        line: Option<u32>,
        is_busy: bool,
    ) -> String {
        let expected = Expected::Reply(RespValue::SimpleString(b"PONG"[..].into()));
        message_of(expected, replies_before, receipt, line, is_busy)
    }

    fn message_of(
        expected: Expected,
        replies_before: u32,
        receipt: Option<(bool, u32)>,
        line: Option<u32>,
        is_busy: bool,
    ) -> String {
        let outcome = Outcome::Silent {
            waited_ms: 1000,
            request: Some(Request::of_words(&["PING"])),
            expected: Some(expected),
            replies_before,
            receipt: receipt.map(|(is_accepted, unread_bytes)| Receipt {
                is_accepted,
                unread_bytes,
            }),
            line,
            is_busy,
            warning: None,
        };
        outcome.message()
    }

    #[test]
    fn it_says_how_far_the_program_came() {
        let expected = " The client expected the simple string \"PONG\".";
        for (message, begin) in [
            (
                message(0, Some((false, 14)), Some(4), false),
                "Your program did not `accept` this client's connection within 1 s. It now waits in line 4.",
            ),
            (
                message(0, Some((true, 14)), Some(5), true),
                "Your program left 14 bytes of `PING` unread for 1 s. \
                 It is still busy in line 5: is there a loop that never ends?",
            ),
            (
                message(0, Some((true, 0)), Some(6), false),
                "Your program read `PING`, but sent nothing within 1 s. \
                 It now waits in line 6. Print what it received, \
                 and follow what it does with that.",
            ),
            (
                message(1, Some((true, 14)), None, false),
                "Your program answered once on this connection, then left 14 bytes of `PING` unread for 1 s. \
                 Does it go on reading after a reply?",
            ),
            (
                message(2, Some((true, 0)), None, true),
                "Your program answered twice on this connection, then read `PING`, but sent nothing within 1 s.",
            ),
            (
                message(0, None, None, false),
                "Your program sent nothing within 1 s of `PING`.",
            ),
        ] {
            assert_eq!(message, format!("{begin}{expected}"));
        }
    }

    #[test]
    fn a_connection_that_stays_open_is_no_missing_reply() {
        let message =
            |replies, line| message_of(Expected::Close, replies, Some((true, 0)), line, false);
        assert_eq!(
            message(1, Some(7)),
            "Your program answered once on this connection, but did not close it within 1 s. \
             It now waits in line 7."
        );
        assert_eq!(
            message(0, None),
            "Your program did not close the connection within 1 s."
        );
    }
}
