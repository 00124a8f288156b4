//! The step that is open: its course, and the learner's progress in it.

use browser_model::{InitialDraft, StepProgress};
use leptos::prelude::*;
use protocol::{CourseView, Program, Report, StepId, StepSummary, StepView};

use crate::base_path::step_address;
use crate::browser;
use crate::navigation::PendingNavigation;
use crate::store::Store;

/// The step that is open.
#[derive(Clone, Copy)]
pub(super) struct OpenStep {
    course: StoredValue<CourseView>,
    step: StoredValue<StepView>,
    store: Store,
    pending: PendingNavigation,
}

impl OpenStep {
    pub(super) fn new(course: CourseView, step: StepView) -> Self {
        Self {
            course: StoredValue::new(course),
            step: StoredValue::new(step),
            store: expect_context(),
            pending: expect_context(),
        }
    }

    /// Calls with the course and the step, which never change while the workbench exists.
    pub(super) fn with<T>(self, call: impl FnOnce(&CourseView, &StepView) -> T) -> T {
        self.course
            .with_value(|course| self.step.with_value(|step| call(course, step)))
    }

    /// Whether another step is loading, which replaces this one.
    pub(super) fn is_leaving(self) -> bool {
        self.pending.is_under_way_untracked()
    }

    /// The step before this one and the one after.
    pub(super) fn neighbours(self) -> (Option<StepSummary>, Option<StepSummary>) {
        self.with(|course, step| {
            let here = usize::from(step.number);
            let before = here.checked_sub(2).and_then(|at| course.steps.get(at));
            (before.cloned(), course.steps.get(here).cloned())
        })
    }

    /// The address of a step of this course.
    pub(super) fn address(self, step: &StepSummary) -> String {
        self.course
            .with_value(|course| step_address(&course.id, &step.id))
    }

    /// Whether a step of this course is done.
    pub(super) fn is_done(self, step: StepId) -> Memo<bool> {
        let progress = self.store.progress();
        Memo::new(move |_| {
            self.course
                .with_value(|course| progress.with(|progress| progress.is_solved(course, &step)))
        })
    }

    /// How many steps before this one are not done.
    pub(super) fn undone_before(self) -> Memo<usize> {
        let progress = self.store.progress();
        Memo::new(move |_| {
            self.with(|course, step| {
                progress.with(|progress| progress.undone_before(course, &step.summary.id).len())
            })
        })
    }

    /// Part of this step's progress, followed as it changes.
    pub(super) fn progress<T: PartialEq + Send + Sync + 'static>(
        self,
        pick: impl Fn(&StepProgress) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let progress = self.store.progress();
        Memo::new(move |_| {
            self.with(|course, step| {
                progress.with(
                    |progress| match progress.step(&course.id, &step.summary.id) {
                        Some(kept) => pick(kept),
                        None => pick(&StepProgress::default()),
                    },
                )
            })
        })
    }

    /// This step's progress, untracked.
    pub(super) fn progress_untracked(self) -> StepProgress {
        self.with(|course, step| self.store.step_untracked(&course.id, &step.summary.id))
    }

    /// Changes this step's progress.
    pub(super) fn change_progress(self, change: impl FnOnce(&mut StepProgress)) {
        self.with(|course, step| self.store.change_step(&course.id, &step.summary.id, change));
    }

    /// The program that this step opens with.
    pub(super) fn initial_draft(self) -> InitialDraft {
        self.with(|course, step| {
            self.store.progress().with_untracked(|progress| {
                InitialDraft::of(
                    progress,
                    &course.id,
                    &course.steps,
                    &step.summary.id,
                    &step.starter,
                )
            })
        })
    }

    /// The program that this step would open with if it had no draft.
    pub(super) fn initial_draft_without_own(self) -> InitialDraft {
        self.with(|course, step| {
            self.store.progress().with_untracked(|progress| {
                InitialDraft::without_draft(
                    progress,
                    &course.id,
                    &course.steps,
                    &step.summary.id,
                    &step.starter,
                )
            })
        })
    }

    /// Records a pass of this step.
    pub(super) fn record_pass(self, program: &str, duration_us: u32) {
        self.change_progress(|kept| {
            kept.last_passing = Some(Program::of_one_file(program));
            kept.passed_at_ms = browser::now_ms();
            let best = kept
                .best_run_us
                .map_or(duration_us, |best| best.min(duration_us));
            kept.best_run_us = Some(best);
        });
    }

    /// Records a run of this step that did not pass.
    pub(super) fn record_failure(self) {
        self.change_progress(|kept| kept.failed_runs = kept.failed_runs.saturating_add(1));
    }

    /// The run judged the earlier steps too: those that passed are done, whatever the verdict on
    /// this one.
    pub(super) fn record_earlier_steps(self, report: &Report, program: &str) {
        self.with(|course, here| {
            let earlier = report
                .steps
                .iter()
                .filter(|judged| judged.step != here.summary.id && judged.is_passed());
            for judged in earlier {
                self.store.change_step(&course.id, &judged.step, |kept| {
                    kept.record_pass_in_a_later_run(program, browser::now_ms());
                });
            }
        });
    }
}
