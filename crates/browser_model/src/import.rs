//! Progress from a file: what it would change, and the progress afterwards.

use crate::{Progress, StepProgress};
use protocol::{CourseId, Program, StepId, counted};

/// What an import would change in one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedStep {
    /// The course's id.
    pub course: CourseId,
    /// The step's id.
    pub step: StepId,
    /// The changes, each a short phrase.
    pub changes: Vec<String>,
}

/// What an import would change; empty where the file brings nothing new.
///
/// A file is merged into the browser's progress step by step, by [`StepProgress::merged_with`].
pub fn imported_steps(here: &Progress, file: &Progress) -> Vec<ImportedStep> {
    let all = file.courses.iter().flat_map(|(course, steps)| {
        let named = steps.iter();
        named.map(move |(step, theirs)| (course, step, theirs))
    });
    all.filter_map(|(course, step, theirs)| {
        let ours = here.step(course, step).cloned().unwrap_or_default();
        let changes = changes(&ours, &ours.merged_with(theirs));
        (!changes.is_empty()).then(|| ImportedStep {
            course: course.clone(),
            step: step.clone(),
            changes,
        })
    })
    .collect()
}

impl StepProgress {
    /// This step's progress with a file's merged into it. A solved step stays solved, and a
    /// replaced draft can be brought back in its step.
    #[must_use]
    pub fn merged_with(&self, theirs: &Self) -> Self {
        let ours = self;
        // One side's history as a whole: its newest and its older programs belong together.
        let history = if ours.history.is_empty() {
            theirs
        } else {
            ours
        };
        let mut merged = Self {
            draft: theirs.draft.clone().or_else(|| ours.draft.clone()),
            history: history.history.clone(),
            passed_at_ms: match &theirs.last_passing {
                // An older file has no time beside the same program.
                passing @ Some(_) if *passing == ours.last_passing => {
                    theirs.passed_at_ms.or(ours.passed_at_ms)
                }
                Some(_) => theirs.passed_at_ms,
                None => ours.passed_at_ms,
            },
            last_passing: theirs
                .last_passing
                .clone()
                .or_else(|| ours.last_passing.clone()),
            hints_opened: ours.hints_opened.max(theirs.hints_opened),
            failed_runs: ours.failed_runs.max(theirs.failed_runs),
            best_run_us: match (ours.best_run_us, theirs.best_run_us) {
                (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
                (ours, theirs) => ours.or(theirs),
            },
        };
        if let Some(passing) = &ours.last_passing
            && merged.last_passing != ours.last_passing
        {
            merged.keep_in_history(passing, ours.passed_at_ms, &[]);
        }
        if let Some(draft) = &ours.draft
            && merged.draft != ours.draft
        {
            merged.keep_in_history(draft, None, &[]);
        }
        merged
    }
}

fn changes(before: &StepProgress, after: &StepProgress) -> Vec<String> {
    let mut found = Vec::new();
    match (&before.draft, &after.draft) {
        (None, Some(new)) => found.push(format!("your code is added ({})", lines(new))),
        (Some(old), Some(new)) if old != new => found.push(format!(
            "your code is replaced ({} by {}); the old can be brought back in the step",
            lines(old),
            lines(new)
        )),
        _ => {}
    }
    match (&before.last_passing, &after.last_passing) {
        (None, Some(_)) => found.push("counts as done".to_owned()),
        (old, new) if old != new => found.push("another last passing run".to_owned()),
        _ => {}
    }
    if after.hints_opened > before.hints_opened {
        found.push(counted(
            after.hints_opened.into(),
            "hint open",
            "hints open",
        ));
    }
    if after.best_run_us != before.best_run_us {
        found.push("a shorter best run".to_owned());
    }
    found
}

fn lines(program: &Program) -> String {
    counted(program.entry_text().lines().count(), "line", "lines")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(step: StepProgress) -> Progress {
        let mut progress = Progress::default();
        let steps = [(StepId::parse("ping").unwrap(), step)].into();
        progress
            .courses
            .insert(CourseId::parse("redis").unwrap(), steps);
        progress
    }

    fn kept(draft: &str, last_passing: Option<&str>) -> StepProgress {
        StepProgress {
            draft: Some(Program::of_one_file(draft)),
            last_passing: last_passing.map(Program::of_one_file),
            ..StepProgress::default()
        }
    }

    fn import(here: StepProgress, file: StepProgress) -> (StepProgress, Vec<String>) {
        let after = here.merged_with(&file);
        let mut steps = imported_steps(&progress(here), &progress(file));
        let changes = steps.pop().map(|step| step.changes);
        (after, changes.unwrap_or_default())
    }

    #[test]
    fn a_replaced_draft_can_be_brought_back() {
        let (after, changes) = import(kept("a\nb", None), kept("c", None));
        assert_eq!(after.draft_text(), Some("c"));
        assert_eq!(after.replaced().next(), Some("a\nb"));
        assert!(changes[0].contains("2 lines by 1 line"), "{changes:?}");
    }

    #[test]
    fn what_could_be_brought_back_before_still_can() {
        let mut here = kept("b", None);
        here.keep_in_history(&Program::of_one_file("a"), None, &[]);
        let (after, changes) = import(here, kept("c", None));
        assert_eq!(after.replaced().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(changes.len(), 1, "{changes:?}");
    }

    #[test]
    fn what_was_solved_stays_solved() {
        let (after, changes) = import(kept("a", Some("passing")), kept("a", None));
        assert!(after.is_solved());
        assert!(changes.is_empty());
    }

    #[test]
    fn a_replaced_program_that_passed_can_be_brought_back() {
        let (after, _) = import(
            kept("b", Some("passed here")),
            kept("c", Some("passed there")),
        );
        assert_eq!(after.last_passing_text(), Some("passed there"));
        let replaced: Vec<&str> = after.replaced().collect();
        assert_eq!(replaced, ["b", "passed here"]);
    }

    #[test]
    fn ones_own_export_changes_nothing() {
        let here = kept("a", Some("a"));
        assert_eq!(here.merged_with(&here), here);
        let here = progress(here);
        assert_eq!(imported_steps(&here, &here), []);
    }
}
