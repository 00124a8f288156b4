//! What a browser stores of a learner's progress through the courses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use protocol::{CourseId, Program, StepId};

/// All progress of a browser: the form of an export, put together from localStorage's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The version of the format; this program writes [`Progress::VERSION`].
    pub version: u32,
    /// The steps' progress by course and step.
    pub courses: BTreeMap<CourseId, BTreeMap<StepId, StepProgress>>,
}

/// What is stored of one step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredStep")]
pub struct StepProgress {
    /// The program as last typed; none until something is typed.
    pub draft: Option<Program>,
    /// The program of the last run that passed: its presence is what "solved" means.
    pub last_passing: Option<Program>,
    /// When it passed, in milliseconds since 1970, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_at_ms: Option<u64>,
    /// Programs that were replaced (by a reset, an import, another tab's draft) and can be brought
    /// back; the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<ReplacedProgram>,
    /// The last hint that was opened, from 1; 0 is none.
    pub hints_opened: u8,
    /// How many runs of this step failed.
    pub failed_runs: u32,
    /// The duration of the shortest passing run.
    pub best_run_us: Option<u32>,
}

/// A program that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplacedProgram {
    /// The program.
    #[serde(flatten)]
    pub program: Program,
    /// When it was replaced, in milliseconds since 1970, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<u64>,
}

/// A step's progress in the form of any version.
///
/// Version 1 stored a program as the text of `main.py`, and the newest replaced program apart from
/// the older ones.
#[derive(Default, Deserialize)]
#[serde(default)]
struct StoredStep {
    draft: Option<StoredProgram>,
    #[serde(alias = "last_green")]
    last_passing: Option<StoredProgram>,
    passed_at_ms: Option<u64>,
    history: Vec<StoredProgram>,
    before_reset: Option<StoredProgram>,
    replaced_earlier: Vec<StoredProgram>,
    hints_opened: u8,
    failed_runs: u32,
    best_run_us: Option<u32>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StoredProgram {
    Text(String),
    Program(ReplacedProgram),
}

impl From<StoredProgram> for ReplacedProgram {
    fn from(stored: StoredProgram) -> Self {
        match stored {
            StoredProgram::Text(text) => Self {
                program: Program::of_one_file(text),
                at_ms: None,
            },
            StoredProgram::Program(program) => program,
        }
    }
}

impl From<StoredProgram> for Program {
    fn from(stored: StoredProgram) -> Self {
        ReplacedProgram::from(stored).program
    }
}

impl From<StoredStep> for StepProgress {
    fn from(stored: StoredStep) -> Self {
        let replaced = stored
            .replaced_earlier
            .into_iter()
            .chain(stored.before_reset);
        Self {
            draft: stored.draft.map(Program::from),
            last_passing: stored.last_passing.map(Program::from),
            passed_at_ms: stored.passed_at_ms,
            history: replaced
                .chain(stored.history)
                .map(ReplacedProgram::from)
                .collect(),
            hints_opened: stored.hints_opened,
            failed_runs: stored.failed_runs,
            best_run_us: stored.best_run_us,
        }
    }
}

/// Why stored progress can't be used. It is quarantined and never overwritten.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProgressError {
    /// It is not progress at all.
    #[error("this is not CodeAlong progress: {detail}")]
    Unreadable {
        /// The parser's message.
        detail: String,
    },
    /// A newer CodeAlong wrote it.
    #[error(
        "this progress has version {found}, and this page reads up to {known}: reload the page"
    )]
    Newer {
        /// The version found.
        found: u32,
        /// The newest version that this program reads.
        known: u32,
    },
}

/// How many replaced programs are kept besides the newest, and how large they may be together:
/// storage is small, and drafts come first.
const REPLACED_MAX: usize = 8;
const REPLACED_MAX_BYTES: usize = 128 * 1024;

impl Default for Progress {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            courses: BTreeMap::new(),
        }
    }
}

impl Progress {
    /// The version that this program writes.
    pub const VERSION: u32 = 2;

    /// A step's progress, if any is stored.
    pub fn step(&self, course: &CourseId, step: &StepId) -> Option<&StepProgress> {
        self.courses.get(course)?.get(step)
    }
}

impl StepProgress {
    /// The text of the draft's entry file.
    pub fn draft_text(&self) -> Option<&str> {
        self.draft.as_ref().map(Program::entry_text)
    }

    /// The text of the entry file of the last run that passed.
    pub fn last_passing_text(&self) -> Option<&str> {
        self.last_passing.as_ref().map(Program::entry_text)
    }

    /// Keeps a program that is about to be replaced, and as many of the older ones as there is room
    /// for. One that can be had elsewhere (the course's, an earlier step's, the last passing run's)
    /// displaces no other: after two resets, a learner gets back what they wrote, not the starter.
    pub fn keep_in_history(&mut self, program: &Program, at_ms: Option<u64>, elsewhere: &[&str]) {
        let is_elsewhere = elsewhere.contains(&program.entry_text())
            || self.last_passing.as_ref() == Some(program);
        if is_elsewhere && !self.history.is_empty() {
            return;
        }
        self.history.retain(|other| other.program != *program);
        self.history.push(ReplacedProgram {
            program: program.clone(),
            at_ms,
        });
        // The newest is kept whatever its size.
        let is_too_much = |kept: &[ReplacedProgram]| {
            kept.split_last().is_some_and(|(_, earlier)| {
                earlier.len() > REPLACED_MAX
                    || earlier
                        .iter()
                        .map(|kept| kept.program.bytes())
                        .sum::<usize>()
                        > REPLACED_MAX_BYTES
            })
        };
        while is_too_much(&self.history) {
            self.history.remove(0);
        }
    }

    /// The texts of the replaced programs, the newest first.
    pub fn replaced(&self) -> impl Iterator<Item = &str> {
        let texts = self.history.iter().map(|kept| kept.program.entry_text());
        texts.rev()
    }

    /// A later step's run has passed all tests of this one too: it is solved. A program of its own
    /// that has passed before stays.
    pub fn record_pass_in_a_later_run(&mut self, program: &str, at_ms: Option<u64>) {
        if self.last_passing.is_none() {
            self.last_passing = Some(Program::of_one_file(program));
            self.passed_at_ms = at_ms;
        }
    }

    /// Whether a run of this step has passed.
    pub fn is_solved(&self) -> bool {
        self.last_passing.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(text: &str) -> Program {
        Program::of_one_file(text)
    }

    #[test]
    fn starting_over_twice_keeps_what_was_written() {
        let mut kept = StepProgress::default();
        kept.keep_in_history(&program("mine"), None, &["starter"]);
        kept.keep_in_history(&program("starter"), None, &["starter"]);
        assert_eq!(kept.replaced().next(), Some("mine"));
        kept.keep_in_history(&program("mine, later"), None, &["starter"]);
        kept.keep_in_history(&program("mine, later"), None, &["starter"]);
        kept.keep_in_history(&program("mine, last"), None, &["starter"]);
        let replaced: Vec<&str> = kept.replaced().collect();
        assert_eq!(replaced, ["mine, last", "mine, later", "mine"]);
        kept.keep_in_history(&program("mine"), None, &["starter"]);
        let replaced: Vec<&str> = kept.replaced().collect();
        assert_eq!(replaced, ["mine", "mine, last", "mine, later"]);
    }

    #[test]
    fn replaced_programs_leave_room_for_drafts() {
        let mut kept = StepProgress::default();
        for number in 0..100 {
            kept.keep_in_history(&program(&format!("{number}").repeat(20_000)), None, &[]);
        }
        assert!(kept.replaced().map(str::len).sum::<usize>() <= 192 * 1024);
        assert!(kept.replaced().next().unwrap().starts_with("99"));
        for number in 0..100 {
            kept.keep_in_history(&program(&format!("{number}")), None, &[]);
        }
        assert_eq!(kept.replaced().count(), 9);
    }

    #[test]
    fn fields_added_later_are_read_from_older_progress() {
        let text = r#"{"version":1,"courses":{"redis":{"ping":{"draft":"x = 1"}}}}"#;
        let progress: Progress = serde_json::from_str(text).unwrap();
        let course = CourseId::parse("redis").unwrap();
        let step = progress.step(&course, &StepId::parse("ping").unwrap());
        assert_eq!(step.unwrap().draft_text(), Some("x = 1"));
    }

    #[test]
    fn times_are_stored_beside_programs_and_an_older_page_reads_those() {
        let mut kept = StepProgress::default();
        kept.keep_in_history(&program("a"), Some(1_700_000_000_000), &[]);
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<StepProgress>(&text).unwrap(), kept);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let older: Program = serde_json::from_value(json["history"][0].clone()).unwrap();
        assert_eq!(older, program("a"));
    }

    /// A record as the page of version 1 wrote it.
    #[test]
    fn nothing_of_version_1_is_lost() {
        let old = r#"{"draft":"x = 1\n","last_green":"x = 0\n","before_reset":"c",
            "replaced_earlier":["a","b"],"hints_opened":2,"failed_runs":7,"best_run_us":61000}"#;
        let kept: StepProgress = serde_json::from_str(old).unwrap();
        assert_eq!(kept.draft_text(), Some("x = 1\n"));
        assert_eq!(kept.last_passing_text(), Some("x = 0\n"));
        assert_eq!(kept.replaced().collect::<Vec<_>>(), ["c", "b", "a"]);
        assert_eq!((kept.hints_opened, kept.failed_runs), (2, 7));
        assert_eq!(kept.best_run_us, Some(61_000));
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<StepProgress>(&text).unwrap(), kept);
        assert!(!text.contains("last_green"), "{text}");
        let smallest = r#"{"draft":null,"last_green":null,"before_reset":null}"#;
        let smallest: StepProgress = serde_json::from_str(smallest).unwrap();
        assert_eq!(smallest, StepProgress::default());
    }
}
