//! Runs of one test: of any one, or of the one that failed.

use leptos::prelude::*;
use protocol::{Report, TestId, TestResult};

use super::run::Runs;
use super::run_values::RunValues;

impl Runs {
    /// Runs one test only. One that failed meets the same values again.
    pub(super) fn start_test(self, id: &TestId) {
        let reports = self.reports_untracked();
        let asked = reports.iter().flatten().find(|report| report.asked_for(id));
        let failed_with = asked.and_then(|report| {
            let has_failed = report.broken().any(|test| test.id == *id);
            has_failed.then_some(report.seed)
        });
        let values = failed_with.map_or(RunValues::Fresh, RunValues::Of);
        self.start_with(values, Some(id.clone()));
    }

    /// Runs the first test that failed in the last run. Where that was of one test, and it passed,
    /// the next that failed in the last run of all; without one, the same test again.
    pub(super) fn start_failed_test(self) {
        let [shown, before] = self.reports_untracked();
        let alone = shown.as_ref().and_then(Report::only);
        let is_other = |test: &&TestResult| alone.is_none_or(|alone| alone.id != test.id);
        let first = shown.as_ref().and_then(Report::first_broken);
        let next = before
            .as_ref()
            .and_then(|report| report.broken().find(is_other));
        if let Some(test) = first.or(next).or(alone) {
            self.start_test(&test.id);
        }
    }

    /// The report on screen, and the one before a run that has none or is of one test.
    fn reports_untracked(self) -> [Option<Report>; 2] {
        [self.shown(), self.before()].map(|run| run.get_untracked()?.live.report)
    }
}
