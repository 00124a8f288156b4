//! Mistakes that a course's author foresaw, and how a failed test is known to be one of them.

use lesson::{Outcome, RecognisedMistake, Source, TestId, TestResult};
use regex::Regex;
use regex::bytes::Regex as BytesRegex;

/// A mistake that the author foresaw: what to say, and by what it is known.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Mistake {
    /// Its name in `step.toml`.
    pub id: String,
    /// What the learner reads; Markdown's inline code marks are the only markup.
    pub message: String,
    /// Programs that make the mistake; at least one.
    pub programs: Vec<MistakenProgram>,
    pub(crate) when: Condition,
}

/// A program in `mistakes/` that makes a mistake.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MistakenProgram {
    /// Its file's name.
    pub file: String,
    /// The program.
    pub source: Source,
}

/// What must be so for a failed test to be the mistake: all that is given.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// The kind of the outcome is one of these.
    pub(crate) outcomes: Vec<&'static str>,
    /// The test is one of these; any test of the step, where there are none.
    pub(crate) tests: Vec<TestId>,
    /// The received bytes match.
    pub(crate) received: Option<BytesRegex>,
    /// The exception is this one.
    pub(crate) exception: Option<String>,
    /// The learner's program matches.
    pub(crate) source: Option<Regex>,
}

impl Mistake {
    /// What the learner is told, if the result of a test is this mistake.
    pub(crate) fn recognise(
        &self,
        result: &TestResult,
        program: &str,
    ) -> Option<RecognisedMistake> {
        self.when.holds(result, program).then(|| RecognisedMistake {
            id: self.id.clone(),
            message: self.message.clone(),
        })
    }
}

impl Condition {
    fn holds(&self, result: &TestResult, program: &str) -> bool {
        let Self {
            outcomes,
            tests,
            received,
            exception,
            source,
        } = self;
        outcomes.contains(&result.outcome.kind())
            && (tests.is_empty() || tests.contains(&result.id))
            && received
                .as_ref()
                .is_none_or(|pattern| received_matches(&result.outcome, pattern))
            && exception.as_ref().is_none_or(|name| {
                let crash = result.outcome.crash();
                crash.is_some_and(|crash| crash.exception == *name)
            })
            && source
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(program))
    }
}

fn received_matches(outcome: &Outcome, pattern: &BytesRegex) -> bool {
    outcome
        .comparison()
        .is_some_and(|reply| pattern.is_match(reply.received.as_bytes()))
}
