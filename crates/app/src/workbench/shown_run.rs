//! A run on screen.

use browser_model::{LiveRun, RunPhase};

/// A run on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShownRun {
    /// Counted from 1 since the step was opened; 0 is a run restored from the tab's storage.
    pub(super) number: u32,
    /// The program that ran.
    pub(super) program: String,
    /// What its events have brought.
    pub(super) live: LiveRun,
    /// Whether the learner stopped it.
    pub(super) is_stopped: bool,
}

impl ShownRun {
    /// A run that was made before the step was opened.
    pub(super) fn of_before(program: String, live: LiveRun) -> Self {
        Self {
            number: 0,
            program,
            live,
            is_stopped: false,
        }
    }

    /// Whether it was made before the step was opened.
    pub(super) fn is_of_before(&self) -> bool {
        self.number == 0
    }

    /// What the page shows of it.
    pub(super) fn phase(&self) -> RunPhase {
        if self.is_stopped {
            RunPhase::Stopped
        } else {
            self.live.phase()
        }
    }

    /// Whether it has the report of a run of all tests.
    pub(super) fn is_whole(&self) -> bool {
        let report = self.live.report.as_ref();
        report.is_some_and(|report| report.only().is_none())
    }

    /// Whether it is under way.
    pub(super) fn is_going(&self) -> bool {
        !self.is_stopped && !self.live.is_finished()
    }
}
