//! The program that a step opens with.

use crate::Progress;
use protocol::{CourseId, StepId, StepSummary};

/// The program that a step opens with, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InitialDraft {
    /// What was last typed in this step, else the program of its last passing run, which may have
    /// been a later step's run.
    Draft(String),
    /// The learner's own program of an earlier step.
    EarlierStep {
        /// The earlier step's id.
        step: StepId,
        /// The program of its last passing run, else its draft.
        text: String,
    },
    /// The course's starter.
    Starter(String),
}

impl InitialDraft {
    /// The learner's own program of this step, else that of the nearest earlier step, else the
    /// starter.
    pub fn of(
        progress: &Progress,
        course: &CourseId,
        steps: &[StepSummary],
        step: &StepId,
        starter: &str,
    ) -> Self {
        let draft = progress
            .step(course, step)
            .and_then(|kept| kept.draft_text().or_else(|| kept.last_passing_text()));
        match draft {
            Some(draft) => Self::Draft(draft.to_owned()),
            None => Self::without_draft(progress, course, steps, step, starter),
        }
    }

    /// What the step opens with when it has no program of its own; also what a reset restores.
    pub fn without_draft(
        progress: &Progress,
        course: &CourseId,
        steps: &[StepSummary],
        step: &StepId,
        starter: &str,
    ) -> Self {
        earlier(steps, step)
            .find_map(|earlier| {
                let kept = progress.step(course, earlier)?;
                let text = kept.last_passing_text().or_else(|| kept.draft_text())?;
                Some(Self::EarlierStep {
                    step: earlier.clone(),
                    text: text.to_owned(),
                })
            })
            .unwrap_or_else(|| Self::Starter(starter.to_owned()))
    }

    /// The program's text.
    pub fn text(&self) -> &str {
        match self {
            Self::Draft(text) | Self::EarlierStep { text, .. } | Self::Starter(text) => text,
        }
    }
}

/// The steps before `step`, nearest first.
pub fn earlier<'steps>(
    steps: &'steps [StepSummary],
    step: &StepId,
) -> impl Iterator<Item = &'steps StepId> {
    let here = steps.iter().position(|other| other.id == *step);
    steps[..here.unwrap_or(0)].iter().rev().map(|step| &step.id)
}

#[cfg(test)]
mod tests {
    use protocol::Program;

    use super::*;
    use crate::StepProgress;
    use protocol::Difficulty;

    fn id(name: &str) -> StepId {
        StepId::parse(name).unwrap()
    }

    fn initial(kept: &[(&str, StepProgress)], step: &str) -> InitialDraft {
        let course = CourseId::parse("redis").unwrap();
        let steps: Vec<StepSummary> = ["listen", "ping", "echo"]
            .map(|name| StepSummary {
                id: id(name),
                title: name.to_owned(),
                short_title: name.to_owned(),
                goal: String::new(),
                difficulty: Difficulty {
                    from_minutes: 5,
                    to_minutes: 10,
                },
            })
            .into();
        let mut progress = Progress::default();
        progress.courses.insert(
            course.clone(),
            kept.iter()
                .map(|(name, step)| (id(name), step.clone()))
                .collect(),
        );
        InitialDraft::of(&progress, &course, &steps, &id(step), "starter")
    }

    fn kept(draft: Option<&str>, last_passing: Option<&str>) -> StepProgress {
        StepProgress {
            draft: draft.map(Program::of_one_file),
            last_passing: last_passing.map(Program::of_one_file),
            ..StepProgress::default()
        }
    }

    #[test]
    fn a_draft_comes_before_all() {
        let steps = [
            ("ping", kept(Some("p"), None)),
            ("echo", kept(Some("e"), None)),
        ];
        assert_eq!(initial(&steps, "echo"), InitialDraft::Draft("e".to_owned()));
    }

    #[test]
    fn a_step_that_a_later_ones_run_solved_opens_with_that_program() {
        let steps = [
            ("listen", kept(None, Some("passing l"))),
            ("ping", kept(None, Some("passing p"))),
        ];
        for (step, text) in [("listen", "passing l"), ("ping", "passing p")] {
            assert_eq!(initial(&steps, step), InitialDraft::Draft(text.to_owned()));
        }
    }

    #[test]
    fn a_new_step_opens_with_the_last_passing_run_of_the_nearest_step() {
        let steps = [
            ("listen", kept(Some("l"), Some("passing l"))),
            ("ping", kept(Some("broken p"), Some("passing p"))),
        ];
        let text = initial(&steps, "echo").text().to_owned();
        assert_eq!(text, "passing p");
        assert_eq!(initial(&steps[..1], "echo").text(), "passing l");
    }

    #[test]
    fn where_nothing_was_written_the_starter_stands() {
        assert_eq!(
            initial(&[], "echo"),
            InitialDraft::Starter("starter".to_owned())
        );
        let later = [("echo", kept(Some("e"), None))];
        assert_eq!(initial(&later, "listen").text(), "starter");
    }
}
