//! The steps of a recording that are worth going to.

use protocol::{Exchange, ExchangeAction, RecordedFact, Recording};

/// How many of a test's exchanges had happened when this step began.
pub fn count_of_happened(recording: &Recording, at: usize, exchanges: &[Exchange]) -> usize {
    let Some(step) = recording.steps.get(at) else {
        return 0;
    };
    // What came after the last line came while it ran, such as a long wait.
    if at + 1 == recording.steps.len() {
        return exchanges.len();
    }
    exchanges
        .iter()
        .take_while(|exchange| i64::from(exchange.at_us) <= step.at_us)
        .count()
}

/// The step to look at for an exchange: after a request, and where a reply is about to be sent.
pub fn step_of(recording: &Recording, exchange: &Exchange) -> Option<usize> {
    let at_us = i64::from(exchange.at_us);
    match &exchange.action {
        ExchangeAction::Received { line, .. } => last_step(recording, at_us, *line),
        _ => (recording.steps.iter()).position(|step| step.at_us >= at_us),
    }
}

/// The steps at which a request has arrived, a reply is about to be sent, an exception was raised, or
/// something was printed, in their order.
pub fn jumps(recording: &Recording, exchanges: &[Exchange]) -> Vec<usize> {
    let has_bytes = |exchange: &&Exchange| {
        matches!(
            exchange.action,
            ExchangeAction::Sent { .. } | ExchangeAction::Received { .. }
        )
    };
    let of_wire = exchanges
        .iter()
        .filter(has_bytes)
        .filter_map(|exchange| step_of(recording, exchange));
    let of_facts = (recording.steps.iter().enumerate())
        .filter(|(_, step)| {
            matches!(
                step.fact,
                Some(RecordedFact::Raised(_) | RecordedFact::Printed(_))
            )
        })
        .map(|(number, _)| number);
    let mut jumps: Vec<usize> = of_wire.chain(of_facts).collect();
    jumps.sort_unstable();
    jumps.dedup();
    jumps
}

/// Where to begin: at the line that decided, as it ran for the last request; without one where the last
/// reply was sent, or, where the last request has none, where the program raised an exception for it;
/// else at the end.
pub fn opening_step(recording: &Recording, line: Option<u32>, exchanges: &[Exchange]) -> usize {
    let last_word = exchanges.iter().rev().find_map(|exchange| {
        let at_us = i64::from(exchange.at_us);
        match &exchange.action {
            ExchangeAction::Received { line, .. } => Some((at_us, Some(*line))),
            ExchangeAction::Sent { .. } => Some((at_us, None)),
            _ => None,
        }
    });
    let end_us = (exchanges.last()).map_or(i64::MAX, |last| i64::from(last.at_us));
    // Of the last reply, the line that sent it.
    let (until_us, sent_by) = match last_word {
        Some((at_us, Some(line))) => (at_us, Some(line)),
        _ => (end_us, None),
    };
    let at_line = |line: u32, until_us: i64| {
        (recording.steps.iter()).rposition(|step| {
            let is_of_line = matches!(step.fact, None | Some(RecordedFact::Raised(_)));
            is_of_line && step.line == line && step.at_us <= until_us
        })
    };
    let at_reply = || match sent_by {
        Some(line) => last_step(recording, until_us, line),
        None => raised(recording, until_us),
    };
    line.and_then(|line| at_line(line, until_us).or_else(|| at_line(line, i64::MAX)))
        .or_else(at_reply)
        .or_else(|| last_step(recording, until_us, None))
        .unwrap_or_else(|| recording.steps.len().saturating_sub(1))
}

/// Where the last exception until then was raised, from which it went on to the calls further out.
fn raised(recording: &Recording, until_us: i64) -> Option<usize> {
    let exception = |number: usize| match recording.steps[number].fact {
        Some(RecordedFact::Raised(text)) => Some(text),
        _ => None,
    };
    let last = (recording.steps.iter()).rposition(|step| {
        step.at_us <= until_us && matches!(step.fact, Some(RecordedFact::Raised(_)))
    })?;
    let is_passed_on = |number: &usize| exception(*number) == exception(last);
    (0..=last).rev().take_while(is_passed_on).last()
}

/// The last step until then, at this line where it is known and was recorded.
fn last_step(recording: &Recording, until_us: i64, line: Option<u32>) -> Option<usize> {
    let last = |line: Option<u32>| {
        (recording.steps.iter()).rposition(|step| {
            let is_line = line.is_none_or(|line| step.line == line);
            is_line && step.at_us <= until_us && step.fact.is_none()
        })
    };
    line.and_then(|line| last(Some(line)))
        .or_else(|| last(None))
}

#[cfg(test)]
mod tests {
    use protocol::ByteString;

    use super::super::tests::{recording, step};
    use super::*;

    fn sent(client: u16, at_us: u32, bytes: &str) -> Exchange {
        let action = ExchangeAction::Sent {
            bytes: ByteString::from(bytes.as_bytes()),
            cut_bytes: 0,
            decoded: None,
        };
        Exchange {
            client,
            at_us,
            action,
        }
    }

    fn received(client: u16, at_us: u32, line: Option<u32>, bytes: &str) -> Exchange {
        let action = ExchangeAction::Received {
            bytes: ByteString::from(bytes.as_bytes()),
            cut_bytes: 0,
            decoded: None,
            line,
            callers: Vec::new(),
        };
        Exchange {
            client,
            at_us,
            action,
        }
    }

    /// Two requests, each answered by line 8 after line 6 or 7 has made the reply.
    fn served() -> (Recording, Vec<Exchange>) {
        let steps = [
            (-30, 3),
            (15, 4),
            (20, 6),
            (25, 8),
            (45, 4),
            (50, 7),
            (55, 8),
            (70, 4),
        ];
        let steps = steps.map(|(at_us, line)| step(at_us, 1, line, &[]));
        let exchanges = [
            sent(1, 10, "PING"),
            received(1, 30, Some(8), "+PONG"),
            sent(1, 40, "GET"),
            received(1, 60, Some(8), "+NO"),
        ];
        (recording(steps.to_vec()), exchanges.to_vec())
    }

    #[test]
    fn it_opens_at_the_line_that_decided_on_the_last_reply() {
        let (recording, exchanges) = served();
        assert_eq!(opening_step(&recording, Some(7), &exchanges), 5);
        // It ran for the first reply only: better there than nowhere.
        assert_eq!(opening_step(&recording, Some(6), &exchanges), 2);
        // It ran after the last reply too.
        assert_eq!(opening_step(&recording, Some(4), &exchanges), 4);
        assert_eq!(opening_step(&recording, None, &exchanges), 6);
        assert_eq!(opening_step(&recording, Some(99), &exchanges), 6);
    }

    #[test]
    fn without_a_line_it_opens_at_the_exception_or_at_the_end() {
        let (mut recording, _) = served();
        assert_eq!(opening_step(&recording, None, &[]), 7);
        recording.steps[2].fact = Some(RecordedFact::Raised(0));
        assert_eq!(opening_step(&recording, None, &[]), 2);
        assert_eq!(opening_step(&recording, Some(6), &[]), 2);
        recording.steps.clear();
        assert_eq!(opening_step(&recording, Some(3), &[]), 0);
    }

    #[test]
    fn where_the_last_request_has_no_reply_it_opens_at_what_the_program_did_for_it() {
        let (mut recording, mut exchanges) = served();
        // Lines 4, 7 and 8 have run for the reply before, too.
        exchanges.pop();
        recording.steps.truncate(7);
        exchanges.push(Exchange {
            client: 1,
            at_us: 90,
            action: ExchangeAction::Silence { waited_ms: 0 },
        });
        assert_eq!(opening_step(&recording, Some(8), &exchanges), 6);
        assert_eq!(opening_step(&recording, None, &exchanges), 6);
        let raised = |at_us, line| {
            let mut step = step(at_us, 1, line, &[]);
            step.fact = Some(RecordedFact::Raised(7));
            step
        };
        recording
            .steps
            .extend([raised(60, 8), raised(61, 3), raised(95, 2)]);
        assert_eq!(opening_step(&recording, Some(8), &exchanges), 7);
        // Where it was raised, not what it was passed on by, nor what came after the test.
        assert_eq!(opening_step(&recording, None, &exchanges), 7);
        // One that was caught before the last reply explains nothing.
        exchanges.push(received(1, 92, Some(8), "+OK"));
        assert_eq!(opening_step(&recording, None, &exchanges), 6);
    }

    #[test]
    fn jumps_are_the_requests_the_replies_and_what_was_raised() {
        let (mut recording, exchanges) = served();
        assert_eq!(jumps(&recording, &exchanges), [1, 3, 4, 6]);
        recording.steps[5].fact = Some(RecordedFact::Raised(0));
        assert_eq!(jumps(&recording, &exchanges), [1, 3, 4, 5, 6]);
    }

    #[test]
    fn what_has_happened_is_counted_by_time() {
        let (recording, exchanges) = served();
        let counts: Vec<usize> = (0..8)
            .map(|at| count_of_happened(&recording, at, &exchanges))
            .collect();
        assert_eq!(counts, [0, 1, 1, 1, 3, 3, 3, 4]);
        assert_eq!(count_of_happened(&recording, 8, &exchanges), 0);
    }
}
