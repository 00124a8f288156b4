//! The runs of one step: one at a time, folded event by event into what is on screen.

use browser_model::{LiveRun, RunPhase, StepProgress, inline_spans};
use futures::StreamExt;
use leptos::prelude::*;
use leptos::reactive::actions::ActionAbortHandle;
use protocol::{Program, Report, RunError, RunEvent, RunRequest, RunnableProgram, Seed, Verdict};

use super::results::View;
use super::run_values::{RunValues, confirmation};
use super::{Panel, Workbench, last_run};
use crate::browser::{self, CodeEditor};
use crate::run_stream::run_events;

/// The run on screen, and what starting and cancelling one needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runs {
    shown: RwSignal<Option<ShownRun>>,
    /// The last run with a report, while a later one is shown that has none.
    before: RwSignal<Option<ShownRun>>,
    /// The random values of the run on screen.
    values: RwSignal<RunValues>,
    announcement: RwSignal<String>,
    abort: StoredValue<Option<ActionAbortHandle>>,
    started: StoredValue<u32>,
}

/// A run on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShownRun {
    /// Counted from 1 since the step was opened; 0 is a run restored from the tab's storage.
    pub(crate) number: u32,
    /// The program that ran.
    pub(crate) program: String,
    /// What its events have brought.
    pub(crate) live: LiveRun,
    /// Whether the learner stopped it.
    pub(crate) is_cancelled: bool,
}

impl ShownRun {
    /// What the page shows of it.
    pub(crate) fn phase(&self) -> RunPhase {
        if self.is_cancelled {
            RunPhase::Cancelled
        } else {
            self.live.phase()
        }
    }

    /// Whether it is under way.
    pub(crate) fn is_going(&self) -> bool {
        !self.is_cancelled && !self.live.is_finished()
    }
}

impl Runs {
    pub(super) fn new() -> Self {
        let runs = Self {
            shown: RwSignal::new(None),
            before: RwSignal::new(None),
            values: RwSignal::new(RunValues::Fresh),
            announcement: RwSignal::new(String::new()),
            abort: StoredValue::new(None),
            started: StoredValue::new(0),
        };
        on_cleanup(move || runs.abort());
        runs
    }

    pub(crate) fn shown(self) -> RwSignal<Option<ShownRun>> {
        self.shown
    }

    /// The last run with a report, while a later one is shown that has none.
    pub(crate) fn before(self) -> RwSignal<Option<ShownRun>> {
        self.before
    }

    /// Whether a run is under way.
    pub(crate) fn is_going(self) -> bool {
        self.shown
            .with(|shown| shown.as_ref().is_some_and(ShownRun::is_going))
    }

    /// The sentence about the pass with a seed's values that the run on screen is to confirm; code
    /// is in backticks.
    pub(crate) fn confirmation(self, phase: &RunPhase) -> Option<String> {
        match self.values.get() {
            RunValues::FreshAfter(seed) => confirmation(phase, seed),
            RunValues::Fresh | RunValues::Of(_) => None,
        }
    }

    /// The text of the live region.
    pub(crate) fn announcement(self) -> RwSignal<String> {
        self.announcement
    }

    fn is_going_untracked(self) -> bool {
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
}

impl Workbench {
    /// Runs the program in the editor; does nothing while a run is under way.
    pub(crate) fn run(self) {
        self.start(RunValues::Fresh);
    }

    /// Runs the program with the random values of an earlier run; where it passes and the step is
    /// not done, runs it again with fresh ones.
    pub(crate) fn run_with_seed(self, seed: Seed) {
        self.start(RunValues::Of(seed));
    }

    /// Stops the run under way.
    pub(crate) fn cancel(self) {
        if !self.runs.is_going_untracked() {
            return;
        }
        self.runs.abort();
        last_run::end(self);
        self.runs.shown.update(|shown| {
            if let Some(shown) = shown {
                shown.is_cancelled = true;
            }
        });
        self.announce();
        self.mark_lines_of_the_run_before();
        self.keep_the_focus_in_the_results();
    }

    fn start(self, values: RunValues) {
        let is_ready = self.store.is_loaded_untracked() && !self.is_leaving();
        if !is_ready || self.runs.is_going_untracked() {
            return;
        }
        let program = self.program.get_untracked();
        self.keep_what_was_typed();
        self.panel.set(Panel::Results);
        let Some(request) = self.begin(program, values) else {
            return;
        };
        let follow = Action::new_unsync(move |request: &RunRequest| self.follow(request.clone()));
        let handle = follow.dispatch(request);
        self.runs.abort.set_value(Some(handle));
    }

    /// Shows a run that begins, and returns its request; none where the program can't be run.
    fn begin(self, program: String, values: RunValues) -> Option<RunRequest> {
        self.runs.started.update_value(|started| *started += 1);
        let refused = RunnableProgram::parse(Program::of_one_file(program.clone()))
            .err()
            .map(RunError::from);
        let mut live = LiveRun::default();
        if let Some(error) = refused.clone() {
            live.interrupt(error);
        }
        let shown = ShownRun {
            number: self.runs.started.get_value(),
            program: program.clone(),
            live,
            is_cancelled: false,
        };
        if let Some(last) = self.runs.shown.get_untracked()
            && last.live.report.is_some()
        {
            self.runs.before.set(Some(last));
        }
        self.runs.values.set(values);
        self.runs.shown.set(Some(shown));
        self.editor.with(CodeEditor::begin_run);
        self.announce();
        self.keep_the_focus_in_the_results();
        if refused.is_some() {
            self.mark_lines_of_the_run_before();
            return None;
        }
        last_run::begin(self, &program);
        Some(RunRequest {
            course: self.course.with_value(|course| course.id.to_string()),
            step: self.step.with_value(|step| step.summary.id.to_string()),
            program: Program::of_one_file(program),
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

    /// Follows a run, and the one that confirms it.
    async fn follow(self, request: RunRequest) {
        let mut next = Some(request);
        while let Some(request) = next {
            self.follow_one(request).await;
            next = self.end();
        }
    }

    async fn follow_one(self, request: RunRequest) {
        match run_events(request).await {
            Ok(events) => {
                let mut events = Box::pin(events);
                while let Some(event) = events.next().await {
                    let is_queued = matches!(event, RunEvent::Queued { .. });
                    self.runs.fold(|live| live.apply(event));
                    if is_queued {
                        self.announce_the_queue();
                    }
                }
            }
            Err(error) => self.runs.fold(|live| live.interrupt(error)),
        }
    }

    /// Ends the run on screen; returns the one that is to confirm it, if it needs that.
    fn end(self) -> Option<RunRequest> {
        // None once the workbench is gone.
        let shown = self.runs.shown.try_get_untracked().flatten()?;
        if shown.is_cancelled {
            return None;
        }
        // A page that is being left loses its connection first: the run stays recorded as under
        // way, so that the next page can say so.
        if !matches!(shown.live.error, Some(RunError::Transport { .. })) {
            last_run::end(self);
        }
        let values = self.runs.values.get_untracked();
        let report = shown.live.report.as_ref();
        let passed = report.is_some_and(|report| report.verdict == Verdict::Passed);
        if let RunValues::Of(seed) = values
            && passed
            && !self.kept_now().is_solved()
            && !self.is_leaving()
        {
            return self.begin(shown.program, RunValues::FreshAfter(seed));
        }
        self.announce();
        let Some(report) = report else {
            self.mark_lines_of_the_run_before();
            return None;
        };
        self.runs.before.set(None);
        match (passed, values) {
            (true, RunValues::Of(_)) => {}
            (true, _) => {
                self.change_step(|kept| remember_pass(kept, &shown.program, report.duration_us));
            }
            (false, _) => self.change_step(|kept| {
                kept.failed_runs = kept.failed_runs.saturating_add(1);
            }),
        }
        if !matches!(values, RunValues::Of(_)) {
            self.remember_earlier_steps(report, &shown.program);
        }
        let typed_since = self
            .program
            .with_untracked(|program| *program != shown.program);
        if passed && !typed_since {
            self.view.set(View::Results);
        }
        self.keep_the_focus_in_the_results();
        self.show_notes_of(&shown);
        last_run::keep(self, report);
        None
    }

    /// Where a run has no report, what the last one says about lines is still true.
    fn mark_lines_of_the_run_before(self) {
        if let Some(before) = self.runs.before.get_untracked() {
            self.show_notes_of(&before);
        }
    }

    /// Controls appear and disappear with a run, and a narrow page shows another panel: if the
    /// focus goes with them, the results take it. Otherwise it stays: the learner may be typing.
    fn keep_the_focus_in_the_results(self) {
        let body = self.body_id(Panel::Results);
        browser::next_frame(move || browser::focus_if_lost(body));
    }

    /// The run judged the earlier steps too: those that passed are done, whatever the verdict on
    /// this one.
    fn remember_earlier_steps(self, report: &Report, program: &str) {
        self.with(|course, here| {
            let earlier = report
                .steps
                .iter()
                .filter(|judged| judged.step != here.summary.id && judged.is_passed());
            for judged in earlier {
                self.store.change_step(&course.id, &judged.step, |kept| {
                    kept.last_passing
                        .get_or_insert_with(|| Program::of_one_file(program));
                });
            }
        });
    }

    /// Announces the run's phase. The run's number makes a repeated verdict a new text, so that it
    /// is read out again.
    fn announce(self) {
        let text = self.runs.shown.with_untracked(|shown| {
            let shown = shown.as_ref()?;
            let phase = shown.phase();
            let mut sentence = phase.sentence();
            // Announced already when the run began.
            let was_said = matches!(phase, RunPhase::Queued { .. });
            if let RunValues::FreshAfter(seed) = self.runs.values.get_untracked()
                && !was_said
                && let Some(more) = confirmation(&phase, seed)
            {
                sentence = format!("{sentence} {more}").trim_start().to_owned();
            }
            let sentence: String = inline_spans(&sentence)
                .iter()
                .map(browser_model::InlineSpan::text)
                .collect();
            let headline = phase.headline();
            let headline = headline.trim_end_matches('…');
            Some(format!("Run {}: {headline}. {sentence}", shown.number))
        });
        self.runs.announcement.set(text.unwrap_or_default());
    }

    /// Announces once that a run has to wait.
    fn announce_the_queue(self) {
        let is_new = self.runs.shown.with_untracked(|shown| {
            let phase = shown.as_ref().map(ShownRun::phase);
            matches!(phase, Some(RunPhase::Queued { .. }))
        }) && self
            .runs
            .announcement
            .with_untracked(|said| !said.contains("queue"));
        if is_new {
            self.announce();
        }
    }
}

fn remember_pass(kept: &mut StepProgress, program: &str, duration_us: u32) {
    kept.last_passing = Some(Program::of_one_file(program));
    let best = kept
        .best_run_us
        .map_or(duration_us, |best| best.min(duration_us));
    kept.best_run_us = Some(best);
}
