//! What a course has to say of a run's failed tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use curriculum::{Course, Evidence, PythonSource};
use protocol::{Outcome, OutputChunk, RecognisedMistake, TestId, TestResult};

/// How much of what a program prints in one test is looked at: the beginning.
const PRINTED_BYTES_MAX: usize = 64 * 1024;

/// Follows a run, event by event.
#[derive(Debug)]
pub(super) struct Adviser {
    course: Arc<Course>,
    source: PythonSource,
    /// What the program has printed since the present test began.
    printed: String,
    /// The start of the program that printed it.
    launch: u16,
    failures: Vec<Failure>,
    given: BTreeMap<TestId, Advice>,
}

/// A failed test, and what tells it from others.
#[derive(Debug)]
struct Failure {
    name: String,
    /// Where the test stands in the course: that of its step, and its own in the step.
    position: Position,
    likeness: Likeness,
    /// The id of the mistake that was recognised.
    mistake: Option<String>,
}

type Position = (Option<usize>, u16);

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
            launch: 0,
            failures: Vec::new(),
            given: BTreeMap::new(),
        }
    }

    /// A test begins.
    pub(super) fn test_started(&mut self) {
        self.printed.clear();
    }

    /// The program has printed something.
    pub(super) fn printed(&mut self, chunk: &OutputChunk) {
        if chunk.launch != self.launch {
            // What the program before this one printed was about another test, or another try.
            self.launch = chunk.launch;
            self.printed.clear();
        }
        if self.printed.len() < PRINTED_BYTES_MAX {
            self.printed.push_str(&chunk.text);
        }
    }

    /// A test's result with the advice for it: the first time, or again.
    pub(super) fn advise(&mut self, mut result: TestResult) -> TestResult {
        let advice = match self.given.get(&result.id) {
            Some(advice) => advice.clone(),
            None => self.advice(&result),
        };
        self.given.insert(result.id.clone(), advice.clone());
        let line = advice.mistake.as_ref().and_then(|mistake| mistake.line);
        let known = result.program_span().map(|span| span.line);
        if let Some(line) = line.filter(|line| known != Some(*line)) {
            result.name_line(line);
        }
        result.mistake = advice.mistake;
        result.same_as = advice.same_as;
        result
    }

    /// Whether a line that was found later is the one to look at: a mistake knows its own better.
    pub(super) fn takes_line(&self, test: &TestId) -> bool {
        let advice = self.given.get(test);
        let mistake = advice.and_then(|advice| advice.mistake.as_ref());
        mistake.is_none_or(|mistake| mistake.line.is_none())
    }

    fn advice(&mut self, result: &TestResult) -> Advice {
        let evidence = Evidence {
            result,
            source: &self.source,
            printed: &self.printed,
        };
        // A mistake is known by its looks, and what Python warns of is certain.
        let mistake = match result.outcome.warning() {
            Some(_) => None,
            None => self.course.recognise(&evidence),
        };
        let Some(likeness) = Likeness::of(result) else {
            return Advice {
                mistake,
                same_as: None,
            };
        };
        let id = mistake.as_ref().map(|mistake| mistake.id.clone());
        let position = self.position(&result.id);
        // Tests may run in another order than that of the course, in which they are read.
        let first = self.failures.iter().find(|first| {
            first.position < position
                && first.likeness == likeness
                && (likeness.is_certain() || id.is_none() || first.mistake == id)
        });
        if let Some(first) = first {
            return Advice {
                mistake: None,
                same_as: Some(first.name.clone()),
            };
        }
        self.failures.push(Failure {
            name: result.name.clone(),
            position,
            likeness,
            mistake: id,
        });
        Advice {
            mistake,
            same_as: None,
        }
    }

    fn position(&self, id: &TestId) -> Position {
        let mut steps = self.course.steps.iter();
        (steps.position(|step| step.id == *id.step()), id.number())
    }
}

impl Likeness {
    /// Whether nothing that a mistake could say would tell two such tests apart.
    fn is_certain(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::Crashed { .. } | Outcome::Exited { .. } | Outcome::SyntaxError { .. }
        )
    }

    /// `None` where the outcome says too little of its cause.
    fn of(result: &TestResult) -> Option<Self> {
        let mut outcome = result.outcome.clone();
        match &mut outcome {
            Outcome::Passed
            | Outcome::NotRun
            | Outcome::NotAsked
            | Outcome::TestBroken { .. }
            | Outcome::TimedOut { .. }
            // About bytes that each test expects of its own.
            | Outcome::Closed { .. }
            | Outcome::Incomplete { .. }
            | Outcome::InvalidByte { .. }
            | Outcome::WrongType { .. }
            | Outcome::WrongValue { .. }
            | Outcome::Differs(_)
            | Outcome::ExtraBytes { .. }
            | Outcome::WrongOutput { .. }
            | Outcome::WrongFile { .. }
            | Outcome::Disagrees { .. }
            | Outcome::Reset { .. }
            | Outcome::TooSlow { .. }
            | Outcome::TooEarly { .. } => return None,
            // Where it waits, and after how many replies, is what two silences have in common; the
            // request is not.
            Outcome::Silent {
                waited_ms,
                request,
                expected,
                line,
                ..
            } => {
                line.as_ref()?;
                *waited_ms = 0;
                *request = None;
                *expected = None;
            }
            Outcome::Crashed {
                crash,
                replies_before,
                request,
            } => {
                crash.span.as_ref()?;
                *replies_before = 0;
                *request = None;
                crash.detail = without_values(&crash.detail);
                crash.traceback.clear();
            }
            Outcome::Exited {
                crash: Some(crash), ..
            } => {
                crash.detail = without_values(&crash.detail);
                crash.traceback.clear();
            }
            Outcome::Unasked { reply } => reply.request = None,
            Outcome::Refused { waited_ms, .. } | Outcome::NotEnded { waited_ms, .. } => {
                *waited_ms = 0;
            }
            Outcome::Ended {
                request,
                replies_before,
                clients,
                accepted_clients,
                reply,
                ..
            } => {
                *request = None;
                *replies_before = 0;
                (*clients, *accepted_clients) = (1, 1);
                *reply = None;
            }
            Outcome::Stopped {
                request,
                replies_before,
                reply,
                ..
            } => {
                *request = None;
                *replies_before = 0;
                *reply = None;
            }
            _ => {}
        }
        Some(Self {
            line: result.program_span().map(|span| span.line),
            outcome,
        })
    }
}

/// Python's types that exceptions name most.
const TYPES: [&str; 8] = [
    "NoneType", "str", "bytes", "int", "list", "tuple", "dict", "socket",
];

/// An exception's text without its digits and the values that it quotes, which differ from test to
/// test; the types that it quotes stay.
fn without_values(text: &str) -> String {
    let parts = text.split('\'').enumerate();
    let kept: Vec<&str> = parts
        .map(|(index, part)| {
            let is_quoted = index % 2 == 1;
            if is_quoted && !TYPES.contains(&part) {
                ""
            } else {
                part
            }
        })
        .collect();
    kept.join("'")
        .replace(|character: char| character.is_ascii_digit(), "")
}

#[cfg(test)]
mod tests {
    use protocol::{Crash, CrashPlace, Outcome, SourceSpan, TestResult};

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
            warning: None,
        }
    }

    fn crashed(exception: &str, line: u32, detail: &str) -> Outcome {
        Outcome::Crashed {
            crash: Crash {
                exception: exception.to_owned(),
                detail: detail.to_owned(),
                suggestion: None,
                span: Some(SourceSpan::of_line(line)),
                traceback: Vec::new(),
                place: CrashPlace::Main,
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
    fn one_exception_in_one_line_is_alike_whatever_values_it_names() {
        let first = likeness(crashed("ValueError", 9, "invalid: '$4'"));
        assert_eq!(first, likeness(crashed("ValueError", 9, "invalid: '$6'")));
        assert_ne!(first, likeness(crashed("ValueError", 9, "too many: '$4'")));
        assert_ne!(first, likeness(crashed("ValueError", 10, "'$4'")));
        assert_ne!(first, likeness(crashed("IndexError", 9, "'$4'")));
        assert_ne!(
            likeness(crashed("TypeError", 9, "not 'str'")),
            likeness(crashed("TypeError", 9, "not 'NoneType'"))
        );
    }

    #[test]
    fn what_passed_is_like_nothing() {
        for outcome in [Outcome::Passed, Outcome::NotRun] {
            assert_eq!(likeness(outcome), None);
        }
    }
}
