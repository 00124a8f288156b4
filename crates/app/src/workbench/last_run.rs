//! The last report of a step outlives a reload and a look at another step.

use leptos::prelude::*;
use lesson::{LiveRun, PlannedStep, PlannedTest, Report, RunEvent};
use serde::{Deserialize, Serialize};

use super::Workbench;
use super::run::ShownRun;
use crate::browser::session;

#[derive(Serialize, Deserialize)]
struct LastRun {
    program: String,
    report: Report,
}

fn key(bench: Workbench) -> String {
    bench.with(|course, step| format!("codealong.report.{}.{}", course.id, step.summary.id))
}

/// Keeps a report for as long as the tab lives.
pub(super) fn keep(bench: Workbench, program: &str, report: &Report) {
    let last = LastRun {
        program: program.to_owned(),
        report: report.clone(),
    };
    match serde_json::to_string(&last) {
        Ok(text) => session::write(&key(bench), &text),
        Err(_) => session::remove(&key(bench)),
    }
}

/// Shows the kept report, if there is one and nothing has run yet.
pub(super) fn bring_back(bench: Workbench) {
    Effect::new(move |_| {
        if !bench.store.is_loaded() || bench.runs.shown().with_untracked(Option::is_some) {
            return;
        }
        let kept = session::read(&key(bench));
        let Some(last) = kept.and_then(|text| serde_json::from_str::<LastRun>(&text).ok()) else {
            return;
        };
        let mut live = LiveRun {
            steps: plan(&last.report),
            ..LiveRun::default()
        };
        live.apply(RunEvent::Finished {
            report: Box::new(last.report),
        });
        bench.runs.shown().set(Some(ShownRun {
            number: 0,
            program: last.program,
            live,
            is_cancelled: false,
        }));
    });
}

fn plan(report: &Report) -> Vec<PlannedStep> {
    report
        .steps
        .iter()
        .map(|step| PlannedStep {
            step: step.step.clone(),
            title: step.title.clone(),
            tests: step
                .tests
                .iter()
                .map(|test| PlannedTest {
                    id: test.id.clone(),
                    name: test.name.clone(),
                })
                .collect(),
        })
        .collect()
}
