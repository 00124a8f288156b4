//! The last report of a step, of all tests where there is one, survives a reload and a look at
//! another step.

use browser_model::LiveRun;
use protocol::{PlannedStep, PlannedTest, Report, RunError, RunEvent};

use super::open_step::OpenStep;
use super::shown_run::ShownRun;
use crate::browser::session;

fn key(step: OpenStep) -> String {
    step.with(|course, step| format!("codealong.report.{}.{}", course.id, step.summary.id))
}

fn under_way_key(step: OpenStep) -> String {
    step.with(|course, step| format!("codealong.running.{}.{}", course.id, step.summary.id))
}

/// Records that a run is under way, and its program: the page may be left before it ends.
pub(super) fn begin(step: OpenStep, program: &str) {
    session::write(&under_way_key(step), program);
}

/// Records that no run is under way.
pub(super) fn end(step: OpenStep) {
    session::remove(&under_way_key(step));
}

/// Stores a report for as long as the tab lives.
pub(super) fn keep(step: OpenStep, report: &Report) {
    match serde_json::to_string(report) {
        Ok(text) => session::write(&key(step), &text),
        Err(_) => session::remove(&key(step)),
    }
}

/// The stored report; none where another version of the page stored it in another form.
fn read(text: &str) -> Option<Report> {
    serde_json::from_str(text).ok()
}

/// What the tab still knows of this step's runs.
pub(super) struct LastRun {
    /// The last one with a report.
    pub(super) reported: Option<ShownRun>,
    /// One that was under way when the page was left.
    pub(super) left: Option<ShownRun>,
}

/// Reads what is stored, and records that no run is under way.
pub(super) fn take(step: OpenStep) -> LastRun {
    let under_way = session::read(&under_way_key(step));
    end(step);
    let report = session::read(&key(step)).and_then(|text| read(&text));
    LastRun {
        reported: report.map(|report| {
            let program = report.program.entry_text().to_owned();
            ShownRun::of_before(program, live_of(report))
        }),
        left: under_way.map(|program| {
            let mut live = LiveRun::default();
            live.interrupt(RunError::Left);
            ShownRun::of_before(program, live)
        }),
    }
}

fn live_of(report: Report) -> LiveRun {
    let mut live = LiveRun {
        steps: plan(&report),
        ..LiveRun::default()
    };
    live.apply(RunEvent::Finished {
        report: Box::new(report),
    });
    live
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As a page stored it whose judge still wrote sentences.
    const WITH_SENTENCES: &str = r#"{"course":"redis","step":"ping",
        "program":{"files":{"main.py":"x = 1\n"},"entry":"main.py"},"seed":"4f1c",
        "verdict":{"result":"failed","earliest_broken":"ping"},
        "steps":[{"step":"ping","title":"Answer PING","tests":[{"id":"ping.1",
        "name":"answers PING with +PONG","outcome":{"kind":"wrong-type","reply":{
        "expected":"+PONG\\r\\n","expected_is_prefix":false,"received":"$4\\r\\nPONG\\r\\n",
        "cut_bytes":0,"offset":0,"expected_decoded":"the simple string \"PONG\"",
        "received_decoded":"the bulk string \"PONG\"","request":"PING"},
        "expected_type":"simple string","received_type":"bulk string"},
        "message":"The reply to `PING` should be a simple string, but it is a bulk string.",
        "mistake":null,"span":null,"exchanges":[{"client":1,"at_us":1,"action":"connected"}],
        "duration_us":9}]}],"output":{"chunks":[],"dropped_bytes":0},"duration_us":9}"#;

    #[test]
    fn a_report_with_a_judges_sentences_is_not_shown_again() {
        assert_eq!(read(WITH_SENTENCES), None);
        // The same in today's form is, so nothing else about it is wrong.
        let today = WITH_SENTENCES
            .replace(r#""request":"PING""#, r#""request":null"#)
            .replace(
                "simple string\",\"received_type\":\"bulk string",
                "simple-string\",\"received_type\":\"bulk-string",
            );
        assert_eq!(read(&today).unwrap().step.as_str(), "ping");
    }
}
