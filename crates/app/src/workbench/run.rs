//! The runs of one step: at most one at a time, folded event by event into what is on screen.

use futures::StreamExt;
use leptos::prelude::*;
use leptos::reactive::actions::ActionAbortHandle;
use lesson::{
    LiveRun, Report, RunError, RunPhase, RunRequest, Seed, Source, StepProgress, Verdict, pieces,
};

use super::{Panel, Workbench, last_run};
use crate::browser::{self, CodeEditor};
use crate::run_stream::run_events;

/// The run on screen and the means to start and cancel one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runs {
    shown: RwSignal<Option<ShownRun>>,
    announcement: RwSignal<String>,
    abort: StoredValue<Option<ActionAbortHandle>>,
    started: StoredValue<u32>,
}

/// A run on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShownRun {
    /// Counted from 1 since the page was opened; 0 was brought back from before.
    pub(crate) number: u32,
    /// The program that ran.
    pub(crate) program: String,
    /// What is known so far.
    pub(crate) live: LiveRun,
    /// Whether the learner stopped it.
    pub(crate) is_cancelled: bool,
}

impl ShownRun {
    /// Where it stands.
    pub(crate) fn phase(&self) -> RunPhase {
        if self.is_cancelled {
            RunPhase::Cancelled
        } else {
            self.live.phase()
        }
    }

    /// Whether more is to come.
    pub(crate) fn is_going(&self) -> bool {
        !self.is_cancelled && !self.live.is_over()
    }
}

/// The id of the link to the next step, which takes the focus after a pass.
pub(crate) const NEXT_STEP_ID: &str = "next-step";

impl Runs {
    pub(super) fn new() -> Self {
        let runs = Self {
            shown: RwSignal::new(None),
            announcement: RwSignal::new(String::new()),
            abort: StoredValue::new(None),
            started: StoredValue::new(0),
        };
        on_cleanup(move || runs.abort());
        runs
    }

    /// The run on screen.
    pub(crate) fn shown(self) -> RwSignal<Option<ShownRun>> {
        self.shown
    }

    /// Whether a run is under way.
    pub(crate) fn is_going(self) -> bool {
        self.shown
            .with(|shown| shown.as_ref().is_some_and(ShownRun::is_going))
    }

    /// What the live region says.
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

    fn fold(self, change: impl FnOnce(&mut LiveRun)) {
        self.shown.update(|shown| {
            if let Some(shown) = shown {
                change(&mut shown.live);
            }
        });
    }
}

impl Workbench {
    /// Runs the program as it stands; refused while a run is under way.
    pub(crate) fn run(self) {
        self.start(None);
    }

    /// Runs the program with the random values of an earlier run.
    pub(crate) fn run_with_seed(self, seed: Seed) {
        self.start(Some(seed));
    }

    /// Stops the run under way.
    pub(crate) fn cancel(self) {
        if !self.runs.is_going_untracked() {
            return;
        }
        self.runs.abort();
        self.runs.shown.update(|shown| {
            if let Some(shown) = shown {
                shown.is_cancelled = true;
            }
        });
        self.announce();
    }

    fn start(self, seed: Option<Seed>) {
        if !self.store.is_loaded_untracked() || self.runs.is_going_untracked() {
            return;
        }
        let program = self.program.get_untracked();
        self.keep_draft();
        self.runs.started.update_value(|started| *started += 1);
        let refused = Source::parse(program.clone()).err().map(RunError::from);
        let mut live = LiveRun::default();
        if let Some(error) = refused.clone() {
            live.interrupt(error);
        }
        self.runs.shown.set(Some(ShownRun {
            number: self.runs.started.get_value(),
            program: program.clone(),
            live,
            is_cancelled: false,
        }));
        self.panel.set(Panel::Results);
        self.editor.with(CodeEditor::begin_run);
        if refused.is_some() {
            self.announce();
            return;
        }
        let request = RunRequest {
            course: self.course.with_value(|course| course.id.to_string()),
            step: self.step.with_value(|step| step.summary.id.to_string()),
            source: program,
            seed: seed.map(|seed| seed.to_string()),
            client: self
                .store
                .settings()
                .with_untracked(|settings| settings.client.clone()),
        };
        let follow = Action::new_unsync(move |request: &RunRequest| self.follow(request.clone()));
        let handle = follow.dispatch(request);
        self.runs.abort.set_value(Some(handle));
    }

    async fn follow(self, request: RunRequest) {
        match run_events(request).await {
            Ok(events) => {
                let mut events = Box::pin(events);
                while let Some(event) = events.next().await {
                    self.runs.fold(|live| live.apply(event));
                }
            }
            Err(error) => self.runs.fold(|live| live.interrupt(error)),
        }
        self.end();
    }

    fn end(self) {
        let Some(shown) = self.runs.shown.get_untracked() else {
            return;
        };
        self.announce();
        let Some(report) = &shown.live.report else {
            return;
        };
        let passed = report.verdict == Verdict::Passed;
        let duration_us = report.duration_us;
        self.change_step(|kept| remember(kept, &shown.program, passed, duration_us));
        self.remember_earlier_steps(report, &shown.program);
        let typed_since = self.program.get_untracked() != shown.program;
        if passed && !typed_since {
            browser::next_frame(|| browser::focus(NEXT_STEP_ID));
        }
        if !typed_since && !passed {
            self.show_notes(report.line_notes());
        }
        last_run::keep(self, &shown.program, report);
    }

    /// The run judged the steps before this one too: those that passed are done, whatever became of
    /// this one.
    fn remember_earlier_steps(self, report: &Report, program: &str) {
        self.with(|course, here| {
            let earlier = report
                .steps
                .iter()
                .filter(|judged| judged.step != here.summary.id && judged.is_passed());
            for judged in earlier {
                self.store.change_step(&course.id, &judged.step, |kept| {
                    kept.last_green.get_or_insert_with(|| program.to_owned());
                });
            }
        });
    }

    fn announce(self) {
        let text = self.runs.shown.with_untracked(|shown| {
            let shown = shown.as_ref()?;
            let phase = shown.phase();
            let sentence: String = pieces(&phase.sentence())
                .iter()
                .map(lesson::Piece::text)
                .collect();
            // The number makes the same verdict a new text, so that it is heard again.
            Some(format!(
                "Run {}: {}. {sentence}",
                shown.number,
                phase.headline()
            ))
        });
        self.runs.announcement.set(text.unwrap_or_default());
    }
}

fn remember(kept: &mut StepProgress, program: &str, passed: bool, duration_us: u32) {
    if passed {
        kept.last_green = Some(program.to_owned());
        let best = kept
            .best_run_us
            .map_or(duration_us, |best| best.min(duration_us));
        kept.best_run_us = Some(best);
    } else {
        kept.failed_runs = kept.failed_runs.saturating_add(1);
    }
}
