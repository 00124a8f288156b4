//! A test's run as the program itself recorded it: its lines one after the other, with their values.
//!
//! A recording is no verdict, and a program can write anything into it: it is drawn as text.

use serde::{Deserialize, Serialize};

use crate::TestId;

/// A run of one test, line by line. Whatever occurs often is a number: of a text in `texts`, or of a
/// call in `calls`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The test.
    pub id: TestId,
    /// Names and values, each once.
    pub texts: Vec<String>,
    /// The calls of functions that the steps are in.
    pub calls: Vec<RecordedCall>,
    /// The last lines that ran, at most 5,000, in their order.
    pub steps: Vec<RecordedStep>,
    /// Steps that came before the first of `steps`, which begins with all values that were known then.
    pub left_out: u32,
    /// Whether the program forked: its children are not recorded.
    pub has_forked: bool,
}

/// A call of a function, or the main module's own run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, Option<u32>, u32)", into = "(u32, Option<u32>, u32)")]
pub struct RecordedCall {
    /// The text that is the function's name, as `Store.get`; empty for the module.
    pub function: u32,
    /// The call of the program's that led to it, if there is one.
    pub caller: Option<u32>,
    /// The text that is the name of the thread or the task.
    pub thread: u32,
}

/// A moment at which a line is about to run, or has had an effect worth telling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StepFields", into = "StepFields")]
pub struct RecordedStep {
    /// Microseconds since the test began, as those of its exchanges; before that it is negative.
    pub at_us: i64,
    /// The call that the line is in.
    pub call: u32,
    /// The line, from 1.
    pub line: u32,
    /// The values that differ from those at the step before.
    pub changes: Vec<RecordedChange>,
    /// What the line has done, where it is not about to run.
    pub fact: Option<RecordedFact>,
}

type StepFields = (i64, u32, u32, Vec<RecordedChange>, Option<RecordedFact>);

/// A variable that has a new value, or none any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u32, Option<u32>)", into = "(u32, u32, Option<u32>)")]
pub struct RecordedChange {
    /// The call whose variable it is; the main module's variables are those of its own run.
    pub call: u32,
    /// The text that is its name.
    pub name: u32,
    /// The text that is its value, as Python writes it, cut where it is long.
    pub value: Option<u32>,
}

/// What a line has done; each is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordedFact {
    /// Its function returns this value.
    Returned(u32),
    /// It raised this exception.
    Raised(u32),
    /// It printed this.
    Printed(u32),
}

impl Recording {
    /// Whether every number in it stands for a text or a call that is there, and every line is one.
    pub fn is_whole(&self) -> bool {
        let is_text = |number: u32| is_below(number, self.texts.len());
        let is_call = |number: u32| is_below(number, self.calls.len());
        let calls = self.calls.iter().all(|call| {
            is_text(call.function) && is_text(call.thread) && call.caller.is_none_or(is_call)
        });
        let steps = self.steps.iter().all(|step| {
            let mut changes = step.changes.iter();
            step.line > 0
                && is_call(step.call)
                && step.fact.is_none_or(|fact| is_text(fact.text()))
                && changes.all(|change| {
                    is_call(change.call) && is_text(change.name) && change.value.is_none_or(is_text)
                })
        });
        calls && steps
    }
}

impl RecordedFact {
    /// The number of its text.
    pub fn text(self) -> u32 {
        match self {
            Self::Returned(text) | Self::Raised(text) | Self::Printed(text) => text,
        }
    }
}

fn is_below(number: u32, length: usize) -> bool {
    usize::try_from(number).is_ok_and(|number| number < length)
}

impl From<(u32, Option<u32>, u32)> for RecordedCall {
    fn from((function, caller, thread): (u32, Option<u32>, u32)) -> Self {
        Self {
            function,
            caller,
            thread,
        }
    }
}

impl From<RecordedCall> for (u32, Option<u32>, u32) {
    fn from(call: RecordedCall) -> Self {
        (call.function, call.caller, call.thread)
    }
}

impl From<StepFields> for RecordedStep {
    fn from((at_us, call, line, changes, fact): StepFields) -> Self {
        Self {
            at_us,
            call,
            line,
            changes,
            fact,
        }
    }
}

impl From<RecordedStep> for StepFields {
    fn from(step: RecordedStep) -> Self {
        (step.at_us, step.call, step.line, step.changes, step.fact)
    }
}

impl From<(u32, u32, Option<u32>)> for RecordedChange {
    fn from((call, name, value): (u32, u32, Option<u32>)) -> Self {
        Self { call, name, value }
    }
}

impl From<RecordedChange> for (u32, u32, Option<u32>) {
    fn from(change: RecordedChange) -> Self {
        (change.call, change.name, change.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"id":"set.4","texts":["","MainThread","x","b'1'"],"calls":[[0,null,1]],"steps":[[-5,0,3,[[0,2,3]],null],[7,0,4,[[0,2,null]],{"returned":3}]],"left_out":0,"has_forked":false}"#;

    fn read(json: &str) -> Recording {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn it_is_short_on_the_wire() {
        let recording = read(JSON);
        assert_eq!(recording.steps[0].at_us, -5);
        assert_eq!(recording.steps[1].fact, Some(RecordedFact::Returned(3)));
        assert_eq!(serde_json::to_string(&recording).unwrap(), JSON);
    }

    #[test]
    fn a_number_that_stands_for_nothing_is_noticed() {
        assert!(read(JSON).is_whole());
        for (part, broken) in [
            ("[[0,null,1]]", "[[4,null,1]]"),
            ("[[0,null,1]]", "[[0,null,4]]"),
            ("[[0,null,1]]", "[[0,1,1]]"),
            ("[-5,0,3,", "[-5,1,3,"),
            ("[-5,0,3,", "[-5,0,0,"),
            ("[[0,2,3]]", "[[1,2,3]]"),
            ("[[0,2,3]]", "[[0,4,3]]"),
            ("[[0,2,3]]", "[[0,2,4]]"),
            (r#"{"returned":3}"#, r#"{"returned":4}"#),
        ] {
            assert!(JSON.contains(part));
            assert!(!read(&JSON.replace(part, broken)).is_whole(), "{broken}");
        }
    }
}
