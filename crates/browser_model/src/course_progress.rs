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

/// How long these steps take, as a range of minutes.
pub fn minutes_of(steps: &[StepSummary]) -> (u32, u32) {
    steps.iter().fold((0, 0), |(from, to), step| {
        (
            from + u32::from(step.difficulty.from_minutes),
            to + u32::from(step.difficulty.to_minutes),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InitialDraft, StepProgress};
    use protocol::{CourseId, CourseLanguage, Difficulty};

    fn course() -> CourseView {
        course_of(&["listen", "ping", "echo"])
    }

    fn course_of(names: &[&str]) -> CourseView {
        CourseView {
            id: CourseId::parse("redis").unwrap(),
            title: String::new(),
            language: CourseLanguage::default(),
            goal: String::new(),
            session: Vec::new(),
            protocol: protocol::WireProtocol::Resp,
            port: 6379,
            introduction_html: String::new(),
            steps: names
                .iter()
                .map(|name| StepSummary {
                    id: StepId::parse(name).unwrap(),
                    title: (*name).to_owned(),
                    short_title: (*name).to_owned(),
                    goal: String::new(),
                    difficulty: Difficulty {
                        from_minutes: 5,
                        to_minutes: 10,
                    },
                })
                .collect(),
            chapters: Vec::new(),
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

    /// What a browser exported when the course had five steps, of a learner who was at the last.
    const FIVE_STEPS: &str = r#"{"version":2,"courses":{"redis":{
        "listen":{"draft":null,"last_passing":{"files":{"main.py":"l = 1\n"},"entry":"main.py"},
            "hints_opened":1,"failed_runs":2,"best_run_us":48211},
        "ping":{"draft":{"files":{"main.py":"p = 1\n"},"entry":"main.py"},
            "last_passing":{"files":{"main.py":"p = 1\n"},"entry":"main.py"},
            "hints_opened":0,"failed_runs":5,"best_run_us":51730},
        "echo":{"draft":{"files":{"main.py":"e = 2\n"},"entry":"main.py"},
            "last_passing":{"files":{"main.py":"e = 1\n"},"entry":"main.py"},
            "history":[{"files":{"main.py":"e = 0\n"},"entry":"main.py"}],
            "hints_opened":4,"failed_runs":11,"best_run_us":63905},
        "set":{"draft":{"files":{"main.py":"s = 1\n"},"entry":"main.py"},
            "last_passing":{"files":{"main.py":"s = 1\n"},"entry":"main.py"},
            "hints_opened":0,"failed_runs":1,"best_run_us":70012},
        "get":{"draft":{"files":{"main.py":"g = 1\n"},"entry":"main.py"},"last_passing":null,
            "hints_opened":0,"failed_runs":3,"best_run_us":null}}}}"#;

    #[test]
    fn a_step_that_comes_between_others_takes_nothing_from_an_old_record() {
        let old: Progress = serde_json::from_str(FIVE_STEPS).unwrap();
        let course = course_of(&["listen", "ping", "echo", "bytes", "set", "get"]);
        let id = |name: &str| StepId::parse(name).unwrap();
        let solved = |progress: &Progress| -> Vec<String> {
            let steps = course.steps.iter();
            steps
                .filter(|step| progress.is_solved(&course, &step.id))
                .map(|step| step.id.to_string())
                .collect()
        };
        assert_eq!(solved(&old), ["listen", "ping", "echo", "set"]);
        let standing = CourseProgress::of(&old, &course);
        assert_eq!((standing.done, standing.total), (4, 6));
        assert_eq!(standing.next.map(|step| step.id), Some(id("bytes")));
        let opens = |step: &str| {
            InitialDraft::of(&old, &course.id, &course.steps, &id(step), "")
                .text()
                .to_owned()
        };
        assert_eq!(opens("echo"), "e = 2\n");
        // The program of the step before, by the order of now.
        assert_eq!(opens("bytes"), "e = 1\n");
        assert_eq!(opens("set"), "s = 1\n");
        assert_eq!(opens("get"), "g = 1\n");

        // A run of the last step judges the new one too.
        let mut now = old.clone();
        let steps = now.courses.get_mut(&course.id).unwrap();
        for step in ["listen", "ping", "echo", "bytes", "set"] {
            let kept = steps.entry(id(step)).or_default();
            kept.record_pass_in_a_later_run("g = 1\n", None);
        }
        assert_eq!(solved(&now), ["listen", "ping", "echo", "bytes", "set"]);
        let kept = |progress: &Progress, step: &str| progress.step(&course.id, &id(step)).cloned();
        for step in ["listen", "ping", "echo", "set", "get"] {
            assert_eq!(kept(&now, step), kept(&old, step), "{step}");
        }
        let bytes = kept(&now, "bytes").unwrap();
        assert_eq!(bytes.last_passing_text(), Some("g = 1\n"));
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
