//! What a browser keeps of a learner's way through a course.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use protocol::{CourseId, StepId};

/// All progress of a browser: the form of an export, and the sum of what localStorage holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The form's version; [`Progress::VERSION`] is what this program writes.
    pub version: u32,
    /// By course and step.
    pub courses: BTreeMap<CourseId, BTreeMap<StepId, StepProgress>>,
}

/// What is kept of one step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepProgress {
    /// The program as it was last typed; none as long as nothing was typed.
    pub draft: Option<String>,
    /// The program of the last run that passed: its presence is what "solved" means.
    #[serde(rename = "last_green")]
    pub last_passing: Option<String>,
    /// The program that was last replaced (by a reset, an import, another tab's), so that this can be
    /// undone.
    pub before_reset: Option<String>,
    /// Programs that were replaced before that one, the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaced_earlier: Vec<String>,
    /// The rung reached on the ladder of hints.
    pub hints_opened: u8,
    /// Runs that failed since the step was begun.
    pub failed_runs: u32,
    /// The shortest run that passed.
    pub best_run_us: Option<u32>,
}

/// Why stored progress can't be taken. It is kept aside and never overwritten.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProgressError {
    /// Not progress at all.
    #[error("this is not CodeAlong progress: {detail}")]
    Unreadable {
        /// What the reader stumbled over.
        detail: String,
    },
    /// Written by a newer CodeAlong.
    #[error(
        "this progress has version {found}, and this page reads up to {known}: reload the page"
    )]
    Newer {
        /// The version found.
        found: u32,
        /// The newest version known.
        known: u32,
    },
}

/// How many replaced programs are kept beside the last one, and how large they may be together:
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
    pub const VERSION: u32 = 1;

    /// What is kept of a step, if anything is.
    pub fn step(&self, course: &CourseId, step: &StepId) -> Option<&StepProgress> {
        self.courses.get(course)?.get(step)
    }
}

impl StepProgress {
    /// Keeps a program that is about to be replaced, and those that were replaced before it as far
    /// as there is room. One that can be had elsewhere (the course's own, an earlier step's, the last
    /// green run) takes no other's place: who starts over twice gets back what they wrote, not the
    /// starter.
    pub fn keep_in_history(&mut self, program: &str, elsewhere: &[&str]) {
        let is_elsewhere =
            elsewhere.contains(&program) || self.last_passing.as_deref() == Some(program);
        if is_elsewhere && self.before_reset.is_some() {
            return;
        }
        let before = self.before_reset.replace(program.to_owned());
        self.replaced_earlier.retain(|other| other != program);
        self.replaced_earlier
            .extend(before.filter(|before| before != program));
        let is_too_much = |kept: &[String]| {
            kept.len() > REPLACED_MAX
                || kept.iter().map(String::len).sum::<usize>() > REPLACED_MAX_BYTES
        };
        while is_too_much(&self.replaced_earlier) {
            self.replaced_earlier.remove(0);
        }
    }

    /// The programs that were replaced, the newest first.
    pub fn replaced(&self) -> impl Iterator<Item = &str> {
        let earlier = self.replaced_earlier.iter().rev();
        self.before_reset.iter().chain(earlier).map(String::as_str)
    }

    /// Whether a run of this step has passed.
    pub fn is_solved(&self) -> bool {
        self.last_passing.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starting_over_twice_keeps_what_was_written() {
        let mut kept = StepProgress::default();
        kept.keep_in_history("mine", &["starter"]);
        kept.keep_in_history("starter", &["starter"]);
        assert_eq!(kept.before_reset.as_deref(), Some("mine"));
        kept.keep_in_history("mine, later", &["starter"]);
        kept.keep_in_history("mine, later", &["starter"]);
        kept.keep_in_history("mine, last", &["starter"]);
        let replaced: Vec<&str> = kept.replaced().collect();
        assert_eq!(replaced, ["mine, last", "mine, later", "mine"]);
        kept.keep_in_history("mine", &["starter"]);
        let replaced: Vec<&str> = kept.replaced().collect();
        assert_eq!(replaced, ["mine", "mine, last", "mine, later"]);
    }

    #[test]
    fn replaced_programs_leave_room_for_drafts() {
        let mut kept = StepProgress::default();
        for number in 0..100 {
            kept.keep_in_history(&format!("{number}").repeat(20_000), &[]);
        }
        assert!(kept.replaced().map(str::len).sum::<usize>() <= 192 * 1024);
        assert!(kept.replaced().next().unwrap().starts_with("99"));
        for number in 0..100 {
            kept.keep_in_history(&format!("{number}"), &[]);
        }
        assert_eq!(kept.replaced().count(), 9);
    }

    #[test]
    fn fields_added_later_are_read_from_older_progress() {
        let text = r#"{"version":1,"courses":{"redis":{"ping":{"draft":"x = 1"}}}}"#;
        let progress: Progress = serde_json::from_str(text).unwrap();
        let course = CourseId::parse("redis").unwrap();
        let step = progress.step(&course, &StepId::parse("ping").unwrap());
        assert_eq!(step.unwrap().draft.as_deref(), Some("x = 1"));
    }
}
