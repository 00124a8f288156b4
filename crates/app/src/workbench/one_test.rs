//! Runs of one test: of any one, or of the one that failed.

use leptos::prelude::*;
use protocol::{Report, TestId};

use super::run::Runs;
use super::run_values::RunValues;
use super::shown_run::ShownRun;

impl Runs {
    /// Runs one test only. One that failed meets the same values again.
    pub(super) fn start_test(self, id: &TestId) {
        let failed_with = self.last_report_untracked().and_then(|report| {
            let mut tests = report.steps.iter().flat_map(|step| &step.tests);
            let failed =
                tests.any(|test| test.id == *id && test.is_asked() && !test.outcome.is_passed());
            failed.then_some(report.seed)
        });
        let values = failed_with.map_or(RunValues::Fresh, RunValues::Of);
        self.start_with(values, Some(id.clone()));
    }

    /// Runs the first test that failed in the last run, or the only one that it made.
    pub(super) fn start_failed_test(self) {
        let failed = self.last_report_untracked().and_then(|report| {
            let test = report.first_broken().or_else(|| report.only());
            test.map(|test| test.id.clone())
        });
        if let Some(id) = failed {
            self.start_test(&id);
        }
    }

    /// The report on screen, or the one before a run that has none.
    fn last_report_untracked(self) -> Option<Report> {
        let report_of = |run: Option<ShownRun>| run.and_then(|run| run.live.report);
        report_of(self.shown().get_untracked()).or_else(|| report_of(self.before().get_untracked()))
    }
}
