//! Watch: one test of a report made again and recorded, and then played line by line.

mod player;
mod values;
mod view;

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;

use browser_model::{Moment, jumps, moment, opening_step};
use futures::StreamExt;
use leptos::prelude::*;
use leptos::reactive::actions::ActionAbortHandle;
use protocol::{Outcome, Program, Recording, Report, RunError, RunEvent, RunRequest, TestResult};

use super::layout::{Layout, Panel, View};
use crate::browser::{self, Local, Timer};
use crate::run_stream::run_events;
use crate::store::Store;

pub(super) use self::view::WatchView;

/// The recording on screen, and what playing it needs.
#[derive(Clone, Copy)]
pub(super) struct Watch {
    layout: Layout,
    store: Store,
    phase: RwSignal<WatchPhase>,
    /// The step of the recording that is shown, from 0, and what is known there.
    at: RwSignal<usize>,
    now: Memo<Option<Moment>>,
    /// The functions whose variables somebody has opened or closed.
    opened: RwSignal<BTreeMap<String, bool>>,
    /// Whether a run is under way, which a recording must not displace from the queue.
    is_run_going: Signal<bool>,
    is_playing: RwSignal<bool>,
    /// The step from which a value or an exchange led elsewhere.
    came_from: RwSignal<Option<usize>>,
    tick: Local<Timer>,
    abort: StoredValue<Option<ActionAbortHandle>>,
}

/// A test to record.
#[derive(Debug, Clone)]
struct WatchRequest {
    request: RunRequest,
    /// Its result, as it was judged.
    judged: TestResult,
    /// The line to look at: what decided may be found while the recording is made.
    line: Memo<Option<u32>>,
}

impl WatchRequest {
    fn line(&self) -> Option<u32> {
        let own = || self.judged.program_span().map(|span| span.line);
        // The result that it belongs to may be gone from the page.
        self.line.try_get_untracked().unwrap_or_else(own)
    }
}

/// Whether a line of the program may have run in a test that ended so.
pub(super) fn can_be_watched(outcome: &Outcome) -> bool {
    !matches!(
        outcome,
        Outcome::NotRun
            | Outcome::NotAsked
            | Outcome::SyntaxError { .. }
            | Outcome::TestBroken { .. }
    )
}

/// How far a recording is.
#[derive(Debug, Clone)]
enum WatchPhase {
    Closed,
    /// It is being made; with the position in the queue.
    Coming(Arc<WatchRequest>, Option<u32>),
    Shown(Arc<Watched>),
    /// There is none, for no fault of the program.
    Failed(Arc<WatchRequest>, RunError),
}

/// A recording on screen.
#[derive(Debug)]
struct Watched {
    asked: Arc<WatchRequest>,
    recording: Recording,
    /// How the test ended in the recorded run.
    result: TestResult,
    /// The steps that are worth going to.
    jumps: Vec<usize>,
}

impl Watched {
    /// The recorded program.
    fn program(&self) -> &str {
        self.asked.request.program.entry_text()
    }

    /// The text of a line of it.
    fn line_text(&self, line: u32) -> &str {
        let at = usize::try_from(line).unwrap_or(usize::MAX).checked_sub(1);
        at.and_then(|at| self.program().lines().nth(at))
            .unwrap_or_default()
    }

    fn last(&self) -> usize {
        self.recording.steps.len().saturating_sub(1)
    }
}

impl Watch {
    pub(super) fn new(layout: Layout, is_run_going: Signal<bool>) -> Self {
        let phase = RwSignal::new(WatchPhase::Closed);
        let at = RwSignal::new(0);
        let watch = Self {
            layout,
            store: expect_context(),
            phase,
            at,
            now: Memo::new(move |_| {
                let at = at.get();
                phase.with(|phase| match phase {
                    WatchPhase::Shown(watched) => moment(&watched.recording, at),
                    _ => None,
                })
            }),
            opened: RwSignal::new(BTreeMap::new()),
            is_run_going,
            is_playing: RwSignal::new(false),
            came_from: RwSignal::new(None),
            tick: Local::empty(),
            abort: StoredValue::new(None),
        };
        on_cleanup(move || watch.abort());
        watch
    }

    /// Whether there is something to see.
    pub(super) fn is_open(self) -> bool {
        self.phase
            .with(|phase| !matches!(phase, WatchPhase::Closed))
    }

    /// Makes a test of a report again, with its values, and records it. `line` is the one to look at.
    pub(super) fn start(self, report: &Report, judged: &TestResult, line: Memo<Option<u32>>) {
        let client = self
            .store
            .settings()
            .with_untracked(|settings| settings.client.clone());
        self.ask(WatchRequest {
            request: RunRequest {
                course: report.course.to_string(),
                step: report.step.to_string(),
                program: Program::of_one_file(report.program.entry_text()),
                test: Some(judged.id.to_string()),
                record: true,
                seed: Some(report.seed.to_string()),
                client,
            },
            judged: judged.clone(),
            line,
        });
    }

    fn ask(self, asked: WatchRequest) {
        if self.is_run_going.get_untracked() {
            return;
        }
        self.abort();
        self.pause();
        let asked = Arc::new(asked);
        self.phase.set(WatchPhase::Coming(Arc::clone(&asked), None));
        self.layout.view().set(View::Watch);
        self.layout.panel().set(Panel::Results);
        browser::next_frame(|| browser::focus_if_lost(View::Watch.panel_id()));
        let follow = Action::new_unsync(move |asked: &Arc<WatchRequest>| {
            let asked = Arc::clone(asked);
            let asked_for = Arc::clone(&asked);
            async move {
                let phase = match self.record(&asked).await {
                    Ok(watched) => WatchPhase::Shown(Arc::new(watched)),
                    Err(error) => WatchPhase::Failed(asked, error),
                };
                self.show(&asked_for, phase);
            }
        });
        self.abort.set_value(Some(follow.dispatch(asked)));
    }

    async fn record(self, asked: &Arc<WatchRequest>) -> Result<Watched, RunError> {
        let mut events = pin!(run_events(asked.request.clone()).await?);
        let (mut found, mut recorded) = (None, None);
        while let Some(event) = events.next().await {
            match event {
                RunEvent::Queued { position } => self.wait(asked, Some(position)),
                RunEvent::Started { .. } => self.wait(asked, None),
                RunEvent::TestFinished { result } => found = Some(result),
                RunEvent::Recorded { recording } => recorded = Some(recording),
                RunEvent::Finished { .. } => break,
                RunEvent::Interrupted { error } => return Err(error),
                RunEvent::TestStarted { .. }
                | RunEvent::Output { .. }
                | RunEvent::LineFound { .. } => {}
            }
        }
        let (Some(result), Some(recording)) = (found, recorded) else {
            return Err(RunError::Broken);
        };
        Ok(Watched {
            asked: Arc::clone(asked),
            jumps: jumps(&recording, &result.exchanges),
            recording: *recording,
            result: *result,
        })
    }

    /// Whether this is what the page waits for; not once another was asked for, or the workbench is gone.
    fn is_awaited(self, asked: &Arc<WatchRequest>) -> bool {
        let is_it = |phase: &WatchPhase| matches!(phase, WatchPhase::Coming(awaited, _) if Arc::ptr_eq(awaited, asked));
        self.phase.try_with_untracked(is_it) == Some(true)
    }

    fn wait(self, asked: &Arc<WatchRequest>, position: Option<u32>) {
        if self.is_awaited(asked) {
            self.phase
                .set(WatchPhase::Coming(Arc::clone(asked), position));
        }
    }

    /// Shows what has come, where it is awaited.
    fn show(self, asked: &Arc<WatchRequest>, phase: WatchPhase) {
        if !self.is_awaited(asked) {
            return;
        }
        let id = match &phase {
            WatchPhase::Shown(_) => player::SCRUBBER_ID,
            _ => View::Watch.panel_id(),
        };
        if let WatchPhase::Shown(watched) = &phase {
            let line = watched.asked.line();
            let first = opening_step(&watched.recording, line, &watched.result.exchanges);
            self.at.set(first);
            self.came_from.set(None);
        }
        self.phase.set(phase);
        browser::next_frame(move || browser::focus_from(View::Watch.panel_id(), id));
    }

    /// Closes it, and shows the results.
    fn close(self) {
        self.abort();
        self.pause();
        self.phase.set(WatchPhase::Closed);
        if self.layout.view().get_untracked() == View::Watch {
            self.layout.view().set(View::Results);
            // Somebody who writes goes on.
            browser::next_frame(|| browser::focus_if_lost(View::Results.tab_id()));
        }
    }

    /// A run begins: a recording that is still to be made would stand in its way.
    fn give_way(self) {
        self.pause();
        if matches!(self.phase.get_untracked(), WatchPhase::Coming(..)) {
            self.close();
        }
    }

    fn abort(self) {
        if let Some(Some(handle)) = self.abort.try_update_value(Option::take) {
            handle.abort();
        }
    }

    /// The recording on screen.
    fn watched(self) -> Option<Arc<Watched>> {
        self.phase.with_untracked(|phase| match phase {
            WatchPhase::Shown(watched) => Some(Arc::clone(watched)),
            _ => None,
        })
    }
}
