//! A run's events, from its request to the lines that are found after its report.

use std::pin::Pin;

use browser_model::LiveRun;
use futures::{Stream, StreamExt};
use leptos::prelude::*;
use protocol::{RunError, RunEvent, RunRequest};

use super::Runs;
use crate::browser;
use crate::run_stream::run_events;
use crate::workbench::last_run;

type RunEvents = Pin<Box<dyn Stream<Item = RunEvent>>>;

/// How long a request that was lost on its way waits until it is sent again.
const ASK_AGAIN_AFTER_MS: u32 = 700;

impl Runs {
    /// Follows a run, and the one that confirms it.
    pub(super) async fn follow(self, request: RunRequest) {
        let mut next = Some(request);
        while let Some(request) = next {
            let rest = self.follow_one(request).await;
            next = self.end();
            if let Some(rest) = rest {
                self.read_found_lines(rest).await;
            }
        }
    }

    /// Follows one run to its end. What is lost on its way, such as a request to a server that is being
    /// replaced, or an answer that a balancer gives up, is asked for once more: a run leaves nothing behind
    /// that a second one could find. A connection that just falls silent is not: that takes long enough.
    ///
    /// Returns what may still come after the report.
    async fn follow_one(self, request: RunRequest) -> Option<RunEvents> {
        let mut heard = self.read_until_report(request.clone()).await;
        if heard
            .as_ref()
            .is_err_and(RunError::is_worth_asking_again_at_once)
        {
            self.fold(LiveRun::begin_again);
            browser::wait(ASK_AGAIN_AFTER_MS).await;
            heard = self.read_until_report(request).await;
        }
        match heard {
            Ok(rest) => rest,
            Err(error) => {
                self.fold(|live| live.interrupt(error));
                None
            }
        }
    }

    /// Shows a run's events up to its report as they come, or returns why there will be none.
    async fn read_until_report(self, request: RunRequest) -> Result<Option<RunEvents>, RunError> {
        let mut events: RunEvents = Box::pin(run_events(request).await?);
        while let Some(event) = events.next().await {
            if let RunEvent::Interrupted { error } = event {
                return Err(error);
            }
            let is_queued = matches!(event, RunEvent::Queued { .. });
            let is_report = matches!(event, RunEvent::Finished { .. });
            self.fold(|live| live.apply(event));
            if is_queued {
                self.announce_the_queue();
            }
            if is_report {
                return Ok(Some(events));
            }
        }
        Ok(None)
    }

    /// Shows the lines that are found after the report. The next run ends this.
    async fn read_found_lines(self, mut events: RunEvents) {
        while let Some(event) = events.next().await {
            self.fold(|live| live.apply(event));
            let Some(shown) = self.shown.try_get_untracked().flatten() else {
                return;
            };
            self.editor.show_notes_again(&shown);
            if (shown.is_whole() || !self.has_whole_before())
                && let Some(report) = &shown.live.report
            {
                last_run::keep(self.step, report);
            }
        }
    }
}
