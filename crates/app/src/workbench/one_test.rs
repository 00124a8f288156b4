//! Runs of one test: of any one, or of the one that failed.

use leptos::prelude::*;
use protocol::{Report, TestId};

use super::run::Runs;
use super::run_values::RunValues;
use super::shown_run::ShownRun;

impl Runs {
    /// Runs one test only. One that failed meets the same values again.
    pub(super) fn start_test(self, id: &TestId) {
        let runs = [self.shown(), self.before()];
        let reports = runs.map(|run| run.with_untracked(|run| report_of(run).cloned()));
        let asked = reports.iter().flatten().find(|report| report.asked_for(id));
        let broken_with = asked.and_then(|report| {
            let is_broken = report.broken().any(|test| test.id == *id);
            is_broken.then_some(report.seed)
        });
        let values = broken_with.map_or(RunValues::Fresh, RunValues::Of);
        self.start_with(values, Some(id.clone()));
    }

    /// Runs the first test that failed in the last run. Where that was of one test, and it passed,
    /// the next that failed in the last run of all; without one, the same test again.
    pub(super) fn start_failed_test(self) {
        let test = untrack(|| {
            self.with_reports(|shown, before| {
                let first = shown.and_then(Report::first_broken);
                let alone = || shown.or(before).and_then(Report::only);
                let test = first.or_else(|| next_failed(shown, before)).or_else(alone);
                test.map(|test| test.id.clone())
            })
        });
        if let Some(id) = test {
            self.start_test(&id);
        }
    }

    /// Where a run of one test passed, the next that failed in the last run of all.
    pub(super) fn next_failed_test(self) -> Option<TestId> {
        self.with_reports(|shown, before| next_failed(shown, before).map(|test| test.id.clone()))
    }

    /// With the report on screen, and the last one of a run of all tests where that is of one.
    fn with_reports<T>(self, use_reports: impl FnOnce(Option<&Report>, Option<&Report>) -> T) -> T {
        self.shown().with(|shown| {
            self.before()
                .with(|before| use_reports(report_of(shown), report_of(before)))
        })
    }
}

fn report_of(run: &Option<ShownRun>) -> Option<&Report> {
    run.as_ref()?.live.report.as_ref()
}

fn next_failed<'a>(
    shown: Option<&Report>,
    before: Option<&'a Report>,
) -> Option<&'a protocol::TestResult> {
    match shown.and_then(Report::only) {
        Some(alone) => before?.next_broken(&alone.id),
        None => before?.first_broken(),
    }
}
