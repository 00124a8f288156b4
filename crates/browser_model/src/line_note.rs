//! What a report says about single lines of the learner's program.

use protocol::Report;

/// A note on a line of the learner's program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineNote {
    /// The line, from 1.
    pub line: u32,
    /// The first column and the one after the last, in characters from 1, if known.
    pub columns: Option<(u32, u32)>,
    /// What is wrong there, with code between backticks.
    pub message: String,
}

/// A change of the program's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineEdit {
    /// The first line that it touches, from 1.
    pub first: u32,
    /// The last line that it touches; smaller than `first` where it only inserts lines before it.
    pub last: u32,
    /// How many lines it removes.
    pub removed: u32,
    /// How many lines it adds.
    pub added: u32,
}

impl LineEdit {
    /// Replaces the text between two positions, each a line and a column from 1, with `text`.
    pub fn new(start: (u32, u32), end: (u32, u32), text: &str) -> Self {
        let added = text.matches('\n').count();
        // Only whole lines before `end`'s line change: that line itself stays as it is.
        let takes_lines = start.1 == 1 && end.0 > start.0 && text.is_empty();
        let is_before = end.1 == 1 && (takes_lines || text.ends_with('\n'));
        Self {
            first: start.0,
            last: end.0 - u32::from(is_before),
            removed: end.0 - start.0,
            added: u32::try_from(added).unwrap_or(u32::MAX),
        }
    }

    /// The difference of two texts as one edit, from the first line that differs to the last; none
    /// where they are the same.
    pub fn between(before: &str, after: &str) -> Option<Self> {
        let old: Vec<&str> = before.split('\n').collect();
        let new: Vec<&str> = after.split('\n').collect();
        let same = |(old, new): &(&&str, &&str)| old == new;
        let above = old.iter().zip(&new).take_while(same).count();
        let (old, new) = (&old[above..], &new[above..]);
        let below = old.iter().rev().zip(new.iter().rev()).take_while(same);
        let below = below.count();
        let count = |lines: usize| u32::try_from(lines).unwrap_or(u32::MAX);
        let (above, removed) = (count(above), count(old.len() - below));
        let added = count(new.len() - below);
        (removed > 0 || added > 0).then_some(Self {
            first: above + 1,
            last: above + removed,
            removed,
            added,
        })
    }

    /// Where a line is after the edit; none where the edit touched it.
    pub fn moved(self, line: u32) -> Option<u32> {
        if line > self.last {
            return Some((line - self.removed).saturating_add(self.added));
        }
        (line < self.first).then_some(line)
    }
}

impl LineNote {
    /// Moves with its line. False where the edit touched the line: the note is about code that is
    /// gone.
    pub fn follow(&mut self, edit: LineEdit) -> bool {
        let moved = edit.moved(self.line);
        self.line = moved.unwrap_or(self.line);
        moved.is_some()
    }
}

/// At most one note a line: of several broken tests, that of the earliest.
pub fn line_notes(report: &Report) -> Vec<LineNote> {
    let mut notes: Vec<LineNote> = Vec::new();
    let broken = report
        .steps
        .iter()
        .flat_map(|step| &step.tests)
        .filter(|test| test.is_asked() && !test.outcome.is_passed());
    for test in broken {
        let Some(span) = test.program_span() else {
            continue;
        };
        if notes.iter().all(|note| note.line != span.line) {
            notes.push(LineNote {
                line: span.line,
                columns: span.column.zip(span.end_column),
                message: test.reason().to_owned(),
            });
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{
        CourseId, Outcome, ProgramEnd, ProgramOutput, Seed, StepId, StepReport, TestId, TestResult,
    };

    fn broken(number: u16, line: u32) -> TestResult {
        let outcome = Outcome::Ended {
            line: Some(line),
            request: None,
            clients: 1,
            accepted_clients: 0,
            replies_before: 0,
            end: ProgramEnd::default(),
            reply: None,
        };
        TestResult {
            id: TestId::new(StepId::parse("ping").unwrap(), number),
            name: String::new(),
            message: format!("test {number}"),
            outcome,
            mistake: None,
            same_as: None,
            span: None,
            exchanges: Vec::new(),
            duration_us: 0,
        }
    }

    #[test]
    fn a_note_goes_with_its_line_until_that_is_edited() {
        let after = |start, end, text| {
            let mut note = LineNote {
                line: 5,
                columns: None,
                message: String::new(),
            };
            let stays = note.follow(LineEdit::new(start, end, text));
            stays.then_some(note.line)
        };
        for (start, end, text, expected) in [
            // Edits that touch the line.
            ((5, 3), (5, 3), "x", None),
            ((5, 9), (5, 9), "\n", None),
            ((5, 1), (6, 1), "", None),
            ((1, 1), (9, 1), "all = 1\n", None),
            // Edits below and above it.
            ((6, 1), (7, 1), "", Some(5)),
            ((4, 9), (4, 9), "\n", Some(6)),
            ((5, 1), (5, 1), "two\nlines\n", Some(7)),
            ((4, 1), (5, 1), "", Some(4)),
            ((2, 3), (4, 2), "x", Some(3)),
            // It is joined with the line above.
            ((4, 9), (5, 1), "", None),
        ] {
            assert_eq!(
                after(start, end, text),
                expected,
                "{start:?} {end:?} {text:?}"
            );
        }
    }

    #[test]
    fn a_line_is_found_again_in_a_text_that_was_edited() {
        let before = "a\nb\nc\nd\n";
        let moved = |after, line| LineEdit::between(before, after).map(|edit| edit.moved(line));
        assert_eq!(moved(before, 3), None);
        for (after, expected) in [
            ("new\na\nb\nc\nd\n", Some(4)),
            ("a\nb\nc\nd\nnew\n", Some(3)),
            ("a\nc\nd\n", Some(2)),
            ("a\nb\nc, edited\nd\n", None),
            ("a\nb\nd\n", None),
            ("a\na\nb\nb\nc\nd\n", Some(5)),
            ("", None),
        ] {
            assert_eq!(moved(after, 3), Some(expected), "{after:?}");
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
            program: protocol::Program::default(),
            course: CourseId::parse("redis").unwrap(),
            verdict: Report::verdict_of(&step, &steps),
            step,
            seed: Seed::new(1),
            steps,
            output: ProgramOutput::default(),
            duration_us: 1,
        };
        let notes: Vec<(u32, String)> = line_notes(&report)
            .into_iter()
            .map(|note| (note.line, note.message))
            .collect();
        assert_eq!(notes, [(7, "test 1".to_owned()), (9, "test 3".to_owned())]);
    }
}
