//! How far a learner is in a course.

use crate::Progress;
use protocol::{CourseView, StepId, StepSummary};

/// How far a learner is in a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseProgress {
    /// Steps that a run has passed.
    pub done: usize,
    /// All steps.
    pub total: usize,
    /// Whether any step has a draft or is solved.
    pub is_begun: bool,
    /// The step to go on with: the first that is not done; none when all are.
    pub next: Option<StepSummary>,
}

impl CourseProgress {
    /// The progress in a course.
    pub fn of(progress: &Progress, course: &CourseView) -> Self {
        let is_done = |step: &&StepSummary| progress.is_solved(course, &step.id);
        Self {
            done: course.steps.iter().filter(is_done).count(),
            total: course.steps.len(),
            is_begun: progress.courses.get(&course.id).is_some_and(|steps| {
                steps
                    .values()
                    .any(|step| step.draft.is_some() || step.is_solved())
            }),
            next: course.steps.iter().find(|step| !is_done(step)).cloned(),
        }
    }
}

impl Progress {
    /// Whether a run of this step has passed.
    pub fn is_solved(&self, course: &CourseView, step: &StepId) -> bool {
        self.step(&course.id, step)
            .is_some_and(crate::StepProgress::is_solved)
    }

    /// The steps before `step` that are not done, with their numbers from 1. Learners may look
    /// ahead, and the page says what is missing.
    pub fn undone_before<'course>(
        &self,
        course: &'course CourseView,
        step: &StepId,
    ) -> Vec<(usize, &'course StepSummary)> {
        (1..)
            .zip(&course.steps)
            .take_while(|(_, earlier)| earlier.id != *step)
            .filter(|(_, earlier)| !self.is_solved(course, &earlier.id))
            .collect()
    }
}

/// How long a course takes, as a range of minutes.
pub fn course_minutes(course: &CourseView) -> (u32, u32) {
    course.steps.iter().fold((0, 0), |(from, to), step| {
        (
            from + u32::from(step.difficulty.from_minutes),
            to + u32::from(step.difficulty.to_minutes),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StepProgress;
    use protocol::{CourseId, Difficulty};

    fn course() -> CourseView {
        CourseView {
            id: CourseId::parse("redis").unwrap(),
            title: String::new(),
            introduction_html: String::new(),
            steps: ["listen", "ping", "echo"]
                .map(|name| StepSummary {
                    id: StepId::parse(name).unwrap(),
                    title: name.to_owned(),
                    short_title: name.to_owned(),
                    goal: String::new(),
                    difficulty: Difficulty {
                        from_minutes: 5,
                        to_minutes: 10,
                    },
                })
                .into(),
        }
    }

    fn solved(names: &[&str]) -> Progress {
        let mut progress = Progress::default();
        let steps = names
            .iter()
            .map(|name| {
                let step = StepProgress {
                    last_passing: Some(protocol::Program::default()),
                    ..StepProgress::default()
                };
                (StepId::parse(name).unwrap(), step)
            })
            .collect();
        progress.courses.insert(course().id, steps);
        progress
    }

    #[test]
    fn one_goes_on_with_the_first_step_that_is_not_done() {
        let next = |names: &[&str]| {
            let found = CourseProgress::of(&solved(names), &course());
            (found.done, found.next.map(|step| step.title))
        };
        assert_eq!(next(&[]), (0, Some("listen".to_owned())));
        assert_eq!(next(&["ping"]), (1, Some("listen".to_owned())));
        assert_eq!(next(&["listen", "ping", "echo"]), (3, None));
        assert!(!CourseProgress::of(&Progress::default(), &course()).is_begun);
    }

    #[test]
    fn looking_ahead_names_what_is_not_done() {
        let echo = StepId::parse("echo").unwrap();
        let course = course();
        let numbers: Vec<usize> = solved(&["listen"])
            .undone_before(&course, &echo)
            .iter()
            .map(|(number, _)| *number)
            .collect();
        assert_eq!(numbers, [2]);
    }
}
