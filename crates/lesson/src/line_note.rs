//! What a report says of single lines of the learner's program.

use crate::{Report, SourceSpan, TestResult};

/// The learner's file.
pub const PROGRAM_FILE: &str = "main.py";

/// A note that stands on a line of the learner's program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineNote {
    /// The line, from 1.
    pub line: u32,
    /// The first column and the one after the last, from 1, where they are known.
    pub columns: Option<(u32, u32)>,
    /// What is wrong there; code stands between backticks.
    pub message: String,
}

impl TestResult {
    /// The line of the learner's program to look at, where it is known.
    pub fn place(&self) -> Option<SourceSpan> {
        let span = self.span.clone().or_else(|| self.outcome.span())?;
        (span.file == PROGRAM_FILE).then_some(span)
    }

    /// What went wrong in the words that help most: the author's, where the mistake is known.
    pub fn reason(&self) -> &str {
        match &self.mistake {
            Some(mistake) => &mistake.message,
            None => &self.message,
        }
    }
}

impl Report {
    /// One note a line, the earliest broken test's where several tests name it.
    pub fn line_notes(&self) -> Vec<LineNote> {
        let mut notes: Vec<LineNote> = Vec::new();
        let broken = self
            .steps
            .iter()
            .flat_map(|step| &step.tests)
            .filter(|test| !test.outcome.is_passed());
        for test in broken {
            let Some(place) = test.place() else {
                continue;
            };
            if notes.iter().all(|note| note.line != place.line) {
                notes.push(LineNote {
                    line: place.line,
                    columns: place.column.zip(place.end_column),
                    message: test.reason().to_owned(),
                });
            }
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CourseId, Outcome, ProgramOutput, Seed, StepId, StepReport, TestId};

    fn broken(number: u16, line: u32) -> TestResult {
        let outcome = Outcome::Ended {
            line: Some(line),
            request: None,
        };
        TestResult {
            id: TestId::new(StepId::parse("ping").unwrap(), number),
            name: String::new(),
            message: format!("test {number}"),
            outcome,
            mistake: None,
            span: None,
            exchanges: Vec::new(),
            duration_us: 0,
        }
    }

    #[test]
    fn a_line_has_one_note_the_earliest() {
        let step = StepId::parse("ping").unwrap();
        let steps = vec![StepReport {
            step: step.clone(),
            title: String::new(),
            tests: vec![broken(1, 7), broken(2, 7), broken(3, 9)],
        }];
        let report = Report {
            course: CourseId::parse("redis").unwrap(),
            verdict: Report::verdict_of(&step, &steps),
            step,
            seed: Seed::new(1),
            steps,
            output: ProgramOutput::default(),
            duration_us: 1,
        };
        let notes: Vec<(u32, String)> = report
            .line_notes()
            .into_iter()
            .map(|note| (note.line, note.message))
            .collect();
        assert_eq!(notes, [(7, "test 1".to_owned()), (9, "test 3".to_owned())]);
    }
}
