//! What a course has to say of a run's failed tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use curriculum::{Course, Evidence, PythonSource};
use protocol::{Outcome, PROGRAM_FILE, RecognisedMistake, SourceSpan, TestId, TestResult};

/// How much of what a program prints in one test is looked at: the beginning.
const PRINTED_BYTES_MAX: usize = 64 * 1024;

/// Follows a run, event by event.
#[derive(Debug)]
pub(super) struct Adviser {
    course: Arc<Course>,
    source: PythonSource,
    /// What the program has printed since the present test began.
    printed: String,
    failures: Vec<Failure>,
    given: BTreeMap<TestId, Advice>,
}

/// A failed test, and what tells it from others.
#[derive(Debug)]
struct Failure {
    name: String,
    likeness: Likeness,
}

/// Two tests that are alike in this have one cause.
#[derive(Debug, PartialEq)]
struct Likeness {
    line: Option<u32>,
    outcome: Outcome,
}

#[derive(Debug, Clone, Default)]
struct Advice {
    mistake: Option<RecognisedMistake>,
    same_as: Option<String>,
}

impl Adviser {
    pub(super) fn new(course: Arc<Course>, program: &str) -> Self {
        Self {
            course,
            source: PythonSource::new(program),
            printed: String::new(),
            failures: Vec::new(),
            given: BTreeMap::new(),
        }
    }

    /// A test begins.
    pub(super) fn test_started(&mut self) {
        self.printed.clear();
    }

    /// The program has printed something.
    pub(super) fn printed(&mut self, text: &str) {
        if self.printed.len() < PRINTED_BYTES_MAX {
            self.printed.push_str(text);
        }
    }

    /// A test's result with the advice for it: the first time, or again.
    pub(super) fn advise(&mut self, mut result: TestResult) -> TestResult {
        let advice = match self.given.get(&result.id) {
            Some(advice) => advice.clone(),
            None => self.advice(&result),
        };
        self.given.insert(result.id.clone(), advice.clone());
        if let Some(line) = advice.mistake.as_ref().and_then(|mistake| mistake.line) {
            result.span = Some(SourceSpan {
                file: PROGRAM_FILE.to_owned(),
                line,
                column: None,
                end_column: None,
            });
        }
        result.mistake = advice.mistake;
        result.same_as = advice.same_as;
        result
    }

    fn advice(&mut self, result: &TestResult) -> Advice {
        if let Some(likeness) = Likeness::of(result) {
            if let Some(first) = self
                .failures
                .iter()
                .find(|first| first.likeness == likeness)
            {
                return Advice {
                    mistake: None,
                    same_as: Some(first.name.clone()),
                };
            }
            self.failures.push(Failure {
                name: result.name.clone(),
                likeness,
            });
        }
        let evidence = Evidence {
            result,
            source: &self.source,
            printed: &self.printed,
        };
        Advice {
            mistake: self.course.recognise(&evidence),
            same_as: None,
        }
    }
}

impl Likeness {
    /// `None` where the outcome says too little of its cause.
    fn of(result: &TestResult) -> Option<Self> {
        let mut outcome = result.outcome.clone();
        match &mut outcome {
            Outcome::Passed
            | Outcome::NotRun
            | Outcome::TestBroken { .. }
            | Outcome::TimedOut { .. }
            // About bytes that each test expects of its own.
            | Outcome::Closed { .. }
            | Outcome::Incomplete { .. }
            | Outcome::InvalidByte { .. }
            | Outcome::WrongType { .. }
            | Outcome::WrongValue { .. }
            | Outcome::ExtraBytes { .. }
            | Outcome::Reset { .. }
            | Outcome::TooSlow { .. } => return None,
            // Where it waits, and after how many replies, is what two silences have in common; the
            // request is not.
            Outcome::Silent {
                waited_ms,
                request,
                expected,
                receipt,
                line,
                ..
            } => {
                line.as_ref()?;
                *waited_ms = 0;
                *request = None;
                *expected = None;
                *receipt = None;
            }
            Outcome::Crashed {
                crash,
                replies_before,
                request,
            } => {
                crash.span.as_ref()?;
                *replies_before = 0;
                *request = None;
                crash.detail.clear();
                crash.traceback.clear();
            }
            Outcome::Exited {
                crash: Some(crash), ..
            } => {
                crash.detail.clear();
                crash.traceback.clear();
            }
            Outcome::Unasked { reply } => reply.request = None,
            Outcome::Refused { waited_ms, .. } => *waited_ms = 0,
            Outcome::Ended { request, .. } | Outcome::Stopped { request, .. } => *request = None,
            _ => {}
        }
        Some(Self {
            line: result.program_span().map(|span| span.line),
            outcome,
        })
    }
}

#[cfg(test)]
mod tests {
    use protocol::{Crash, Outcome, TestResult};

    use super::*;

    fn result(name: &str, outcome: Outcome) -> TestResult {
        TestResult {
            id: "ping.1".parse().expect("an id"),
            name: name.to_owned(),
            message: outcome.message(),
            outcome,
            mistake: None,
            same_as: None,
            span: None,
            exchanges: Vec::new(),
            duration_us: 1000,
        }
    }

    fn silent(line: Option<u32>, replies_before: u32, waited_ms: u32) -> Outcome {
        Outcome::Silent {
            waited_ms,
            request: None,
            expected: None,
            replies_before,
            receipt: None,
            line,
            is_busy: false,
        }
    }

    fn crashed(exception: &str, line: u32, detail: &str) -> Outcome {
        Outcome::Crashed {
            crash: Crash {
                exception: exception.to_owned(),
                detail: detail.to_owned(),
                span: Some(SourceSpan {
                    file: PROGRAM_FILE.to_owned(),
                    line,
                    column: None,
                    end_column: None,
                }),
                traceback: Vec::new(),
            },
            replies_before: 0,
            request: None,
        }
    }

    fn likeness(outcome: Outcome) -> Option<Likeness> {
        Likeness::of(&result("a test", outcome))
    }

    #[test]
    fn silences_in_one_line_after_as_many_replies_are_alike() {
        let first = likeness(silent(Some(7), 0, 1500));
        assert_eq!(first, likeness(silent(Some(7), 0, 300)));
        assert_ne!(first, likeness(silent(Some(8), 0, 300)));
        assert_ne!(first, likeness(silent(Some(7), 1, 300)));
        assert_eq!(likeness(silent(None, 0, 300)), None);
    }

    #[test]
    fn one_exception_in_one_line_is_alike_whatever_its_text() {
        let first = likeness(crashed("ValueError", 9, "'$4'"));
        assert_eq!(first, likeness(crashed("ValueError", 9, "'$6'")));
        assert_ne!(first, likeness(crashed("ValueError", 10, "'$4'")));
        assert_ne!(first, likeness(crashed("IndexError", 9, "'$4'")));
    }

    #[test]
    fn what_passed_is_like_nothing() {
        for outcome in [Outcome::Passed, Outcome::NotRun] {
            assert_eq!(likeness(outcome), None);
        }
    }
}
