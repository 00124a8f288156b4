//! A report: the steps in the order in which they matter, each with its tests.

use leptos::prelude::*;
use protocol::{Report, StepReport, TestId, TestResult};

use super::test_case::{Prominence, TestCase, has_details};
use crate::course_text::CourseText;
use crate::erased_view::IntoErasedView;

/// The steps of a report.
#[component]
pub(super) fn ReportView(
    report: Report,
    /// Whether it is of the run on screen, and not of one before.
    is_on_screen: bool,
    /// Whether the test to look at first is open.
    first: Prominence,
) -> impl IntoView {
    // Below a verdict with its sentence, a result that has nothing else to show stays folded.
    let first_broken = report
        .first_broken()
        .filter(|test| first != Prominence::OpenBelowVerdict || has_details(test))
        .map(|test| test.id.clone());
    // Numbered by the report: the course may have changed since the page was loaded.
    let steps: Vec<(usize, StepReport)> = (report.numbered_steps_by_need().into_iter())
        .map(|(number, step)| (number, step.clone()))
        .collect();
    let here = report.step.clone();
    let report = StoredValue::new(report);
    steps
        .into_iter()
        .map(|(number, step)| {
            let is_here = step.step == here;
            let first = first_broken.clone().map(|test| (test, first));
            view! { <Group report is_on_screen number step is_here first /> }
        })
        .collect_view()
        .into_erased()
}

/// The tests of one step; those of an earlier step that passed are folded.
#[component]
fn Group(
    report: StoredValue<Report>,
    is_on_screen: bool,
    number: usize,
    step: StepReport,
    is_here: bool,
    first: Option<(TestId, Prominence)>,
) -> impl IntoView {
    let count = match step.asked() {
        0 => "not asked for".to_owned(),
        asked => format!("{} of {asked} passed", step.passed()),
    };
    let number = format!("Step {number} · ");
    let title = step.title.clone();
    let is_folded = step.asked() == 0 || (step.is_passed() && !is_here);
    // What needs a look comes first.
    let (asked, others): (Vec<_>, Vec<_>) = step.tests.into_iter().partition(TestResult::is_asked);
    let (passed, mut tests): (Vec<_>, Vec<_>) =
        asked.into_iter().partition(|test| test.outcome.is_passed());
    tests.extend(passed);
    tests.extend(others);
    let tests = tests
        .into_iter()
        .map(|test| {
            let prominence = match &first {
                Some((id, prominence)) if *id == test.id => *prominence,
                _ => Prominence::Folded,
            };
            view! { <TestCase report is_on_screen test prominence /> }
        })
        .collect_view();
    if is_folded {
        return view! {
            <details class="group">
                <summary>
                    <h2>
                        <span>{number} <CourseText text=title /></span>
                        <small>{count}</small>
                    </h2>
                </summary>
                {tests}
            </details>
        }
        .into_erased();
    }
    view! {
        <section class="group">
            <h2>
                <span>{number} <CourseText text=title /></span>
                <small>{count}</small>
            </h2>
            {tests}
        </section>
    }
    .into_erased()
}
