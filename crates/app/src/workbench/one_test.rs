//! Runs of one test: of any one, or of the one that failed.

use leptos::prelude::*;
use protocol::{Report, Seed, TestId};

use super::run::Runs;
use super::run_values::RunValues;
use super::shown_run::ShownRun;

impl Runs {
    /// Runs one test only. One that failed meets the same values again.
    pub(super) fn start_test(self, id: &TestId) {
        let broken_with = untrack(|| {
            self.with_runs(|shown, before| {
                let mut reports = [shown, before].into_iter().filter_map(report_of);
                broken_with(reports.find(|report| report.asked_for(id))?, id)
            })
        });
        let values = broken_with.map_or(RunValues::Fresh, RunValues::Of);
        self.start_with(values, Some(id.clone()));
    }

    /// Runs the first test that failed in the last run. Where that was of one test, and it passed, the
    /// next that failed in the last run of all; without one, or without a report, the same test again.
    pub(super) fn start_failed_test(self) {
        let next = untrack(|| self.next_failed_test());
        let test = untrack(|| {
            self.with_runs(|shown, before| {
                let first = report_of(shown).and_then(Report::first_broken);
                let asked = shown.and_then(|shown| shown.live.only.clone());
                let is_passed = report_of(shown).is_some() && first.is_none();
                let next = next.filter(|_| is_passed || asked.is_none());
                let alone = || report_of(before)?.only().map(|test| test.id.clone());
                let first = first.map(|test| test.id.clone());
                first.or(next).or(asked).or_else(alone)
            })
        });
        if let Some(id) = test {
            self.start_test(&id);
        }
    }

    /// The next test that failed in the last run of all, and has not passed alone since.
    pub(super) fn next_failed_test(self) -> Option<TestId> {
        self.passed_alone().with(|passed| {
            self.with_runs(|_, before| {
                let mut broken = report_of(before)?.broken();
                let next = broken.find(|test| !passed.contains(&test.id))?;
                Some(next.id.clone())
            })
        })
    }

    /// With the run on screen, and the one kept beside it.
    fn with_runs<T>(self, use_runs: impl FnOnce(Option<&ShownRun>, Option<&ShownRun>) -> T) -> T {
        self.shown().with(|shown| {
            self.before()
                .with(|before| use_runs(shown.as_ref(), before.as_ref()))
        })
    }
}

fn report_of(run: Option<&ShownRun>) -> Option<&Report> {
    run?.live.report.as_ref()
}

/// The seed of a run in which this test did not pass.
fn broken_with(report: &Report, id: &TestId) -> Option<Seed> {
    let is_broken = report.broken().any(|test| test.id == *id);
    is_broken.then_some(report.seed)
}
