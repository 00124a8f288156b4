//! The runs of one step: one at a time, folded event by event into what is on screen.

mod events;

use std::collections::BTreeSet;

use browser_model::{LiveRun, RunPhase};
use leptos::prelude::*;
use leptos::reactive::actions::ActionAbortHandle;
use protocol::{Program, RunError, RunRequest, RunnableProgram, Seed, TestId, Verdict};

use super::announcement::announcement;
use super::last_run::{self, LastRun};
use super::layout::{Layout, Panel, View};
use super::open_step::OpenStep;
use super::program_editor::ProgramEditor;
use super::run_values::{RunValues, confirmation};
use super::shown_run::ShownRun;
use crate::browser;
use crate::store::Store;

/// The run on screen, and what starting and stopping one needs.
#[derive(Clone, Copy)]
pub(super) struct Runs {
    step: OpenStep,
    editor: ProgramEditor,
    layout: Layout,
    store: Store,
    shown: RwSignal<Option<ShownRun>>,
    /// The last run with a report, while a later one is shown that has none or is of one test.
    before: RwSignal<Option<ShownRun>>,
    /// The tests that passed alone since the last run of all that has a report.
    passed_alone: RwSignal<BTreeSet<TestId>>,
    /// The random values of the run on screen.
    values: RwSignal<RunValues>,
    announcement: RwSignal<String>,
    abort: StoredValue<Option<ActionAbortHandle>>,
    started: StoredValue<u32>,
}

impl Runs {
    pub(super) fn new(step: OpenStep, editor: ProgramEditor, layout: Layout) -> Self {
        let runs = Self {
            step,
            editor,
            layout,
            store: expect_context(),
            shown: RwSignal::new(None),
            before: RwSignal::new(None),
            passed_alone: RwSignal::new(BTreeSet::new()),
            values: RwSignal::new(RunValues::Fresh),
            announcement: RwSignal::new(String::new()),
            abort: StoredValue::new(None),
            started: StoredValue::new(0),
        };
        on_cleanup(move || runs.abort());
        runs
    }

    pub(super) fn shown(self) -> RwSignal<Option<ShownRun>> {
        self.shown
    }

    /// The last run with a report, while a later one is shown that has none or is of one test.
    pub(super) fn before(self) -> RwSignal<Option<ShownRun>> {
        self.before
    }

    /// The tests that passed alone since the last run of all that has a report.
    pub(super) fn passed_alone(self) -> RwSignal<BTreeSet<TestId>> {
        self.passed_alone
    }

    /// Whether a run is under way.
    pub(super) fn is_going(self) -> bool {
        self.shown
            .with(|shown| shown.as_ref().is_some_and(ShownRun::is_going))
    }

    /// The sentence about the pass with a seed's values that the run on screen is to confirm; code
    /// is in backticks.
    pub(super) fn confirmation(self, phase: &RunPhase) -> Option<String> {
        match self.values.get() {
            RunValues::FreshAfter(seed) => confirmation(phase, seed),
            RunValues::Fresh | RunValues::Of(_) => None,
        }
    }

    /// The text of the live region.
    pub(super) fn announcement(self) -> RwSignal<String> {
        self.announcement
    }

    /// Whether a run is under way, untracked.
    pub(super) fn is_going_untracked(self) -> bool {
        self.shown
            .with_untracked(|shown| shown.as_ref().is_some_and(ShownRun::is_going))
    }

    fn abort(self) {
        let handle = self.abort.try_update_value(Option::take).flatten();
        if let Some(handle) = handle {
            handle.abort();
        }
    }

    /// Does nothing once the workbench is gone: an event may still arrive at that moment.
    fn fold(self, change: impl FnOnce(&mut LiveRun)) {
        self.shown.try_update(|shown| {
            if let Some(shown) = shown {
                change(&mut shown.live);
            }
        });
    }

    /// Whether the run on screen is of other code than the editor's.
    pub(super) fn is_stale(self) -> Memo<bool> {
        Memo::new(move |_| {
            self.shown.with(|shown| {
                shown.as_ref().is_some_and(|shown| {
                    self.editor
                        .program()
                        .with(|program| *program != shown.program)
                })
            })
        })
    }

    /// The same, untracked.
    fn is_stale_untracked(self) -> bool {
        let program = self.editor.program().get_untracked();
        self.shown
            .with_untracked(|shown| shown.as_ref().is_some_and(|run| run.program != program))
    }

    /// Shows the stored report, if any, where nothing has run yet; if the page was left in the
    /// middle of a run, says so above it.
    pub(super) fn bring_back(self) {
        Effect::new(move |_| {
            if !self.store.is_loaded() || self.shown.with_untracked(Option::is_some) {
                return;
            }
            let LastRun { reported, left } = last_run::take(self.step);
            if left.is_some() {
                self.before.set(reported);
                self.shown.set(left);
            } else {
                self.shown.set(reported);
            }
        });
    }

    /// Runs the program in the editor, or stops the run under way: one key and one button do both.
    pub(super) fn start_or_stop(self) {
        if self.is_going_untracked() {
            self.stop();
        } else {
            self.start();
        }
    }

    /// Runs the program in the editor; does nothing while a run is under way.
    pub(super) fn start(self) {
        self.start_with(RunValues::Fresh, None);
    }

    /// Makes the run on screen again, with its random values; where the whole passes and the step
    /// is not done, runs it again with fresh ones.
    pub(super) fn start_with_seed(self, seed: Seed) {
        self.start_with(RunValues::Of(seed), self.only_untracked());
    }

    /// Asks once more for the run on screen, which had no verdict.
    pub(super) fn start_again(self) {
        let values = match self.values.get_untracked() {
            // Other code has not passed with any values.
            RunValues::FreshAfter(_) if self.is_stale_untracked() => RunValues::Fresh,
            values => values,
        };
        self.start_with(values, self.only_untracked());
    }

    /// The only test of the run on screen, where it is not of all.
    fn only_untracked(self) -> Option<TestId> {
        self.shown
            .with_untracked(|shown| shown.as_ref().and_then(|shown| shown.live.only.clone()))
    }

    /// Stops the run under way.
    pub(super) fn stop(self) {
        if !self.is_going_untracked() {
            return;
        }
        self.abort();
        last_run::end(self.step);
        self.shown.update(|shown| {
            if let Some(shown) = shown {
                shown.is_stopped = true;
            }
        });
        self.announce();
        self.mark_lines_of_the_run_before();
        self.keep_the_focus_in_the_results();
    }

    /// Runs the program: all tests, or only one.
    pub(super) fn start_with(self, values: RunValues, only: Option<TestId>) {
        let is_ready = self.store.is_loaded_untracked() && !self.step.is_leaving();
        if !is_ready || self.is_going_untracked() {
            return;
        }
        let program = self.editor.program().get_untracked();
        self.editor.save_what_was_typed();
        self.layout.panel().set(Panel::Results);
        // The last run has its report, but may still look for the lines that decided.
        self.abort();
        let Some(request) = self.begin(program, values, only) else {
            return;
        };
        let follow = Action::new_unsync(move |request: &RunRequest| self.follow(request.clone()));
        let handle = follow.dispatch(request);
        self.abort.set_value(Some(handle));
    }

    /// Shows a run that begins, and returns its request; none where the program can't be run.
    fn begin(self, program: String, values: RunValues, only: Option<TestId>) -> Option<RunRequest> {
        self.started.update_value(|started| *started += 1);
        let refused = RunnableProgram::parse(Program::of_one_file(program.clone()))
            .err()
            .map(RunError::from);
        let mut live = LiveRun {
            only: only.clone(),
            ..LiveRun::default()
        };
        if let Some(error) = refused.clone() {
            live.interrupt(error);
        }
        let shown = ShownRun {
            number: self.started.get_value(),
            program: program.clone(),
            live,
            is_stopped: false,
        };
        if let Some(last) = self.shown.get_untracked()
            && (last.is_whole() || (last.live.report.is_some() && !self.has_whole_before()))
        {
            self.before.set(Some(last));
        }
        self.values.set(values);
        self.shown.set(Some(shown));
        self.editor.begin_run();
        self.announce();
        self.keep_the_focus_in_the_results();
        if refused.is_some() {
            self.mark_lines_of_the_run_before();
            return None;
        }
        last_run::begin(self.step, &program);
        Some(RunRequest {
            course: self.step.with(|course, _| course.id.to_string()),
            step: self.step.with(|_, step| step.summary.id.to_string()),
            program: Program::of_one_file(program),
            test: only.map(|id| id.to_string()),
            record: false,
            seed: match values {
                RunValues::Of(seed) => Some(seed.to_string()),
                RunValues::Fresh | RunValues::FreshAfter(_) => None,
            },
            client: self
                .store
                .settings()
                .with_untracked(|settings| settings.client.clone()),
        })
    }

    /// Ends the run on screen; returns the one that is to confirm it, if it needs that.
    fn end(self) -> Option<RunRequest> {
        // None once the workbench is gone.
        let shown = self.shown.try_get_untracked().flatten()?;
        if shown.is_stopped {
            return None;
        }
        // A page that is being left loses its connection first: the run stays recorded as under
        // way, so that the next page can say so.
        if !matches!(shown.live.error, Some(RunError::Transport { .. })) {
            last_run::end(self.step);
        }
        let values = self.values.get_untracked();
        let report = shown.live.report.as_ref();
        let passed = report.is_some_and(|report| report.verdict == Verdict::Passed);
        if let RunValues::Of(seed) = values
            && passed
            && !self.step.progress_untracked().is_solved()
            && !self.step.is_leaving()
        {
            return self.begin(shown.program, RunValues::FreshAfter(seed), None);
        }
        self.announce();
        let Some(report) = report else {
            self.mark_lines_of_the_run_before();
            return None;
        };
        let is_whole = shown.is_whole();
        match &report.verdict {
            Verdict::TestPassed { test } => {
                let test = test.clone();
                self.passed_alone.update(|passed| {
                    passed.insert(test);
                });
            }
            _ if is_whole => self.passed_alone.set(BTreeSet::new()),
            _ => {}
        }
        let is_the_best_known = is_whole || !self.has_whole_before();
        if is_the_best_known {
            self.before.set(None);
        }
        match (passed, values) {
            // One test says nothing of a step.
            _ if !is_whole => {}
            (true, RunValues::Of(_)) => {}
            (true, _) => self.step.record_pass(&shown.program, report.duration_us),
            (false, _) => self.step.record_failure(),
        }
        if is_whole && !matches!(values, RunValues::Of(_)) {
            self.step.record_earlier_steps(report, &shown.program);
        }
        let typed_since = self
            .editor
            .program()
            .with_untracked(|program| *program != shown.program);
        if passed && !typed_since {
            self.layout.view().set(View::Results);
        }
        self.keep_the_focus_in_the_results();
        self.editor.show_notes_of(&shown);
        if is_the_best_known {
            last_run::keep(self.step, report);
        }
        None
    }

    /// Whether the last run before the one on screen that is worth keeping was of all tests.
    fn has_whole_before(self) -> bool {
        self.before
            .with_untracked(|before| before.as_ref().is_some_and(ShownRun::is_whole))
    }

    /// Marks the lines that the last report names.
    pub(super) fn show_notes_of_last_run(self) {
        // It began with all marks removed.
        if self.is_going_untracked() {
            return;
        }
        let (shown, before) = (self.shown.get_untracked(), self.before.get_untracked());
        let of_a_report = |run: &ShownRun| run.live.report.is_some();
        if let Some(run) = shown.filter(of_a_report).or(before) {
            self.editor.show_notes_again(&run);
        }
    }

    /// Where a run has no report, what the last one says about lines is still true.
    fn mark_lines_of_the_run_before(self) {
        if let Some(before) = self.before.get_untracked() {
            self.editor.show_notes_again(&before);
        }
    }

    /// Controls appear and disappear with a run, and a narrow page shows another panel: if the
    /// focus goes with them, the results take it. Otherwise it stays: the learner may be typing.
    fn keep_the_focus_in_the_results(self) {
        let body = self.layout.body_id(Panel::Results);
        browser::next_frame(move || browser::focus_if_lost(body));
    }

    /// Announces the run's phase.
    fn announce(self) {
        let values = self.values.get_untracked();
        let text = self.shown.with_untracked(|shown| {
            let shown = shown.as_ref()?;
            Some(announcement(shown, values))
        });
        self.announcement.set(text.unwrap_or_default());
    }

    /// Announces once that a run has to wait.
    fn announce_the_queue(self) {
        let is_new = self.shown.with_untracked(|shown| {
            let phase = shown.as_ref().map(ShownRun::phase);
            matches!(phase, Some(RunPhase::Queued { .. }))
        }) && self
            .announcement
            .with_untracked(|said| !said.contains("queue"));
        if is_new {
            self.announce();
        }
    }
}
