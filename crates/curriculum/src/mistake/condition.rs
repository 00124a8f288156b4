//! When a failed test shows a mistake: the keys of `[mistake.when]`.

use std::collections::BTreeSet;

use protocol::{ExchangeAction, Missing, Outcome, TestId, TestResult};
use regex::Regex;
use regex::bytes::Regex as BytesRegex;

use crate::python_source::PythonSource;

/// What `exception` says for a program that ended without one.
pub(super) const NO_EXCEPTION: &str = "none";

/// How much of a printed line a message quotes.
const PRINTED_CHARACTERS_MAX: usize = 120;

/// What a mistake is recognised by.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The failed test.
    pub result: &'a TestResult,
    /// The learner's program.
    pub source: &'a PythonSource,
    /// What the program has printed since the test began.
    pub printed: &'a str,
}

/// What has not come of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MissingKind {
    /// The two bytes that close it.
    End,
    /// Bytes of the value that its length promises.
    Value,
    /// A number, or an element of an array.
    Part,
}

impl MissingKind {
    pub(super) const NAMES: [(&str, Self); 3] = [
        ("end", Self::End),
        ("value", Self::Value),
        ("part", Self::Part),
    ];

    pub(super) fn parse(name: &str) -> Option<Self> {
        let mut names = Self::NAMES.into_iter();
        names.find_map(|(known, kind)| (known == name).then_some(kind))
    }

    fn of(outcome: &Outcome) -> Option<Self> {
        let Outcome::Incomplete { missing, .. } = outcome else {
            return None;
        };
        Some(match missing {
            Missing::LineEnd | Missing::LineFeed => Self::End,
            Missing::ValueBytes { .. } | Missing::Bytes { .. } => Self::Value,
            Missing::Element | Missing::Number => Self::Part,
        })
    }
}

/// All fields must match.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    /// The kinds of outcome, one of which it must be.
    pub(super) outcomes: Vec<&'static str>,
    /// The tests, one of which it must be; empty for any.
    pub(super) tests: Vec<TestId>,
    /// The faults of the outcome, one of which it must be; empty for any.
    pub(super) faults: Vec<&'static str>,
    /// Must match the received bytes, or what a real Redis said instead.
    pub(super) received: Option<BytesRegex>,
    /// Must match all that the test's clients had received before the last request.
    pub(super) received_before: Option<BytesRegex>,
    /// What must be missing of the reply.
    pub(super) missing: Option<MissingKind>,
    /// The exceptions, one of which it must be; empty for any. [`NO_EXCEPTION`] is a program that
    /// ended without one.
    pub(super) exceptions: Vec<String>,
    /// Must match the exception's text.
    pub(super) exception_text: Option<Regex>,
    /// Must match what the program has printed since the test began.
    pub(super) printed: Option<Regex>,
    /// Must match the learner's program, without comments and docstrings.
    pub(super) source: Option<Regex>,
    /// Must not match it.
    pub(super) source_lacks: Option<Regex>,
    /// Must match the learner's program, without comments and what is in strings.
    pub(super) code: Option<Regex>,
    /// Must not match it.
    pub(super) code_lacks: Option<Regex>,
}

impl Condition {
    /// The first key that does not hold of a failed test, as in `received`; none where all do.
    pub(super) fn unmet(&self, evidence: &Evidence<'_>) -> Option<&'static str> {
        let Self {
            outcomes,
            tests,
            faults,
            received,
            received_before,
            missing,
            exceptions,
            exception_text,
            printed,
            source,
            source_lacks,
            code,
            code_lacks,
        } = self;
        let result = evidence.result;
        let outcome = &result.outcome;
        let has = |pattern: &Option<Regex>, text: &str| {
            pattern
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(text))
        };
        let lacks = |pattern: &Option<Regex>, text: &str| {
            !pattern
                .as_ref()
                .is_some_and(|pattern| pattern.is_match(text))
        };
        let unmet = if !outcomes.contains(&outcome.kind()) {
            "outcome"
        } else if !tests.is_empty() && !tests.contains(&result.id) {
            "test"
        } else if !faults.is_empty() && !outcome.fault().is_some_and(|it| faults.contains(&it)) {
            "fault"
        } else if missing.is_some() && MissingKind::of(outcome) != *missing {
            "missing"
        } else if !exceptions.is_empty() && !exceptions.iter().any(|it| it == exception_of(outcome))
        {
            "exception"
        } else if !has(exception_text, exception_text_of(outcome)) {
            "exception_text"
        } else if received
            .as_ref()
            .is_some_and(|it| !received_matches(outcome, it))
        {
            "received"
        } else if received_before
            .as_ref()
            .is_some_and(|pattern| !pattern.is_match(&bytes_before_last_request(result)))
        {
            "received_before"
        } else if !has(printed, evidence.printed) {
            "printed"
        } else if !has(source, evidence.source.source()) {
            "source"
        } else if !lacks(source_lacks, evidence.source.source()) {
            "source_lacks"
        } else if !has(code, evidence.source.code()) {
            "code"
        } else if !lacks(code_lacks, evidence.source.code()) {
            "code_lacks"
        } else {
            return None;
        };
        Some(unmet)
    }

    /// The line of the output that `printed` matches, short enough for a sentence and without
    /// backticks.
    pub(super) fn printed_line(&self, evidence: &Evidence<'_>) -> String {
        let printed = self.printed.as_ref().and_then(|printed| {
            let found = printed.find(evidence.printed)?;
            let from_there = evidence.printed.get(found.start()..)?;
            from_there.trim_start().lines().next()
        });
        let line = printed.unwrap_or_default().trim().replace('`', "'");
        match line.char_indices().nth(PRINTED_CHARACTERS_MAX) {
            Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
            None => line,
        }
    }

    /// The line that the group `line` of `source` or `code` matches: the one at `near` where there
    /// are several, and none where that is not among them.
    pub(super) fn line(&self, evidence: &Evidence<'_>, near: Option<u32>) -> Option<u32> {
        let found = [
            (&self.source, evidence.source.source()),
            (&self.code, evidence.source.code()),
        ];
        let lines: BTreeSet<u32> = found
            .into_iter()
            .filter_map(|(pattern, text)| Some((pattern.as_ref()?, text)))
            .flat_map(|(pattern, text)| {
                let groups = pattern.captures_iter(text);
                let starts = groups
                    .filter_map(|groups| groups.name("line"))
                    .map(|group| group.start());
                lines_at(text, starts)
            })
            .collect();
        match near.filter(|near| lines.contains(near)) {
            None if lines.len() == 1 => lines.first().copied(),
            near => near,
        }
    }
}

fn exception_of(outcome: &Outcome) -> &str {
    outcome
        .crash()
        .map_or(NO_EXCEPTION, |crash| &crash.exception)
}

fn exception_text_of(outcome: &Outcome) -> &str {
    match (outcome, outcome.crash()) {
        (Outcome::SyntaxError { detail, .. }, _) => detail,
        (_, Some(crash)) => &crash.detail,
        (_, None) => "",
    }
}

/// The lines, from 1, of positions in bytes that ascend: the text is gone through once.
fn lines_at(text: &str, positions: impl Iterator<Item = usize>) -> Vec<u32> {
    let (mut counted, mut line) = (0, 1);
    let lines = positions.map(|position| {
        let between = text.get(counted..position).unwrap_or_default();
        line += u32::try_from(between.matches('\n').count()).unwrap_or(0);
        counted = position;
        line
    });
    lines.collect()
}

fn received_matches(outcome: &Outcome, pattern: &BytesRegex) -> bool {
    let received = match (outcome.comparison(), outcome.said_by_redis()) {
        (Some(comparison), _) => comparison.received.as_bytes(),
        (None, Some(said)) => said.as_bytes(),
        (None, None) => return false,
    };
    pattern.is_match(received)
}

fn bytes_before_last_request(result: &TestResult) -> Vec<u8> {
    let is_request = |action: &ExchangeAction| matches!(action, ExchangeAction::Sent { .. });
    let end = result
        .exchanges
        .iter()
        .rposition(|exchange| is_request(&exchange.action))
        .unwrap_or(0);
    let before = result.exchanges.iter().take(end);
    let received = before.filter_map(|exchange| match &exchange.action {
        ExchangeAction::Received { bytes, .. } => Some(bytes.as_bytes()),
        _ => None,
    });
    received.flatten().copied().collect()
}
