//! What the judge finds after its summary: the lines that decided on wrong replies.

use std::collections::BTreeSet;

use protocol::TestId;

use crate::frame::{Envelope, FoundLine, JudgeMessage};

/// One more frame, which the judge has announced.
#[derive(Debug)]
pub(crate) struct LinesToCome {
    pub(crate) nonce: String,
    pub(crate) seq: u64,
    pub(crate) tests: BTreeSet<TestId>,
}

/// No program has so many lines: its size is limited.
const LINE_MAX: u32 = 1_000_000;

impl LinesToCome {
    /// The lines in the announced frame; none where it is another.
    pub(crate) fn read(&self, frame: &[u8]) -> Vec<FoundLine> {
        let Ok(envelope) = Envelope::read(frame) else {
            return Vec::new();
        };
        if envelope.nonce != self.nonce || envelope.seq != self.seq {
            return Vec::new();
        }
        let JudgeMessage::Lines { mut lines } = envelope.message else {
            return Vec::new();
        };
        lines.retain(|found| self.tests.contains(&found.id) && (1..LINE_MAX).contains(&found.line));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_announced_frame_names_lines_and_only_of_tests_that_ran() {
        let to_come = LinesToCome {
            nonce: "ab".to_owned(),
            seq: 7,
            tests: BTreeSet::from(["set.4".parse().unwrap()]),
        };
        let found = |nonce: &str, seq: u64, frame: &str| {
            let lines = r#"[{"id": "set.4", "line": 24}, {"id": "get.1", "line": 3},
                            {"id": "set.4", "line": 0}]"#;
            let text = format!(
                r#"{{"nonce": "{nonce}", "seq": {seq}, "frame": "{frame}", "lines": {lines}}}"#
            );
            let found = to_come.read(text.as_bytes());
            found
                .iter()
                .map(|found| (found.id.to_string(), found.line))
                .collect::<Vec<_>>()
        };
        assert_eq!(found("ab", 7, "lines"), [("set.4".to_owned(), 24)]);
        for (nonce, seq, frame) in [("cd", 7, "lines"), ("ab", 8, "lines"), ("ab", 7, "started")] {
            assert_eq!(found(nonce, seq, frame), [], "{nonce} {seq} {frame}");
        }
    }
}
