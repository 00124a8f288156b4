//! What somebody should know who watches a recording.

use protocol::{Exchange, ExchangeAction, Recording, TestResult, counted, is_same_exchange};

use super::has_deep_calls;

/// Sentences, with code in backticks: how the recorded run differs from the one that was `judged`, and what
/// is missing in the recording.
pub fn recording_notes(
    recording: &Recording,
    judged: &TestResult,
    recorded: &TestResult,
) -> Vec<String> {
    let mut notes = Vec::new();
    if judged.outcome.kind() != recorded.outcome.kind() {
        let ended = if recorded.outcome.is_passed() {
            "This time the test passed.".to_owned()
        } else {
            format!("This time the test ended otherwise. {}", recorded.reason())
        };
        notes.push(format!(
            "{ended} A recorded program is slower: what you see may not be what failed."
        ));
    } else if !is_same_exchange(&judged.exchanges, &recorded.exchanges) {
        notes.push(
            "Other bytes passed than in the run that was judged: the program does not do the same \
             each time."
                .to_owned(),
        );
    }
    let is_start = |exchange: &Exchange| {
        let action = &exchange.action;
        matches!(
            action,
            ExchangeAction::Started { .. } | ExchangeAction::Restarted { .. }
        )
    };
    // The first start of a test with arguments stands first.
    if recorded.exchanges.iter().skip(1).any(is_start) {
        notes.push(
            "The test starts your program more than once: this is its last start.".to_owned(),
        );
    }
    if recording.left_out > 0 {
        let left_out = usize::try_from(recording.left_out).unwrap_or(usize::MAX);
        notes.push(format!(
            "These are the last steps: {} came before them.",
            counted(left_out, "more", "more")
        ));
    }
    if has_deep_calls(recording) {
        notes.push("Calls that are more than 100 deep are not recorded.".to_owned());
    }
    if recording.has_forked {
        notes.push("Your program forked: its child processes are not recorded.".to_owned());
    }
    notes
}

#[cfg(test)]
mod tests {
    use protocol::{ByteString, Outcome, PlannedTest, RecordedCall};

    use super::super::tests::recording;
    use super::*;

    fn result(outcome: Outcome, bytes: &[u8]) -> TestResult {
        let action = ExchangeAction::Sent {
            bytes: ByteString::from(bytes),
            cut_bytes: 0,
            decoded: None,
        };
        let test = PlannedTest {
            id: "set.4".parse().unwrap(),
            name: "sets".to_owned(),
        };
        TestResult {
            message: outcome.message(),
            outcome,
            exchanges: vec![exchange(action)],
            ..TestResult::not_asked(test)
        }
    }

    fn exchange(action: ExchangeAction) -> Exchange {
        Exchange {
            client: 1,
            at_us: 1,
            action,
        }
    }

    fn timed_out() -> Outcome {
        Outcome::TimedOut { limit_ms: 10_000 }
    }

    fn notes(judged: &TestResult, recorded: &TestResult) -> Vec<String> {
        recording_notes(&recording(Vec::new()), judged, recorded)
    }

    #[test]
    fn of_a_run_that_is_as_it_was_judged_there_is_nothing_to_say() {
        let passed = result(Outcome::Passed, b"PING");
        assert_eq!(notes(&passed, &passed), [""; 0]);
    }

    #[test]
    fn what_differs_from_the_run_that_was_judged_is_said() {
        let passed = result(Outcome::Passed, b"PING");
        let failed = result(timed_out(), b"PING");
        assert_eq!(
            notes(&failed, &passed),
            [
                "This time the test passed. A recorded program is slower: what you see may not be what \
                 failed."
            ]
        );
        let [only] = &notes(&passed, &failed)[..] else {
            panic!("one note was expected");
        };
        let begins = format!("This time the test ended otherwise. {}", failed.message);
        assert!(only.starts_with(&begins), "{only}");
        let [only] = &notes(&passed, &result(Outcome::Passed, b"ECHO"))[..] else {
            panic!("one note was expected");
        };
        assert!(only.starts_with("Other bytes passed"), "{only}");
    }

    #[test]
    fn what_is_missing_is_said() {
        let mut passed = result(Outcome::Passed, b"PING");
        passed.exchanges.push(exchange(ExchangeAction::Restarted {
            arguments: Vec::new(),
        }));
        let mut recording = recording(Vec::new());
        recording.left_out = 1234;
        recording.has_forked = true;
        recording.calls = vec![RecordedCall::from((0, None, 1))];
        let deeper = (0..99).map(|caller| RecordedCall::from((2, Some(caller), 1)));
        recording.calls.extend(deeper);
        assert_eq!(
            recording_notes(&recording, &passed, &passed),
            [
                "The test starts your program more than once: this is its last start.",
                "These are the last steps: 1234 more came before them.",
                "Calls that are more than 100 deep are not recorded.",
                "Your program forked: its child processes are not recorded.",
            ]
        );
    }
}
