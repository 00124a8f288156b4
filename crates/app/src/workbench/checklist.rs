//! Lists of tests with the state of each: an icon and a word, never colour alone.

use browser_model::{LiveTest, TestState};
use leptos::prelude::*;
use protocol::{PlannedTest, TestId};

use super::Workbench;
use crate::icon::{Icon, IconName};

/// The icon of a test's state.
pub(super) fn state_icon(state: TestState) -> IconName {
    match state {
        TestState::Open | TestState::Waiting => IconName::Ring,
        TestState::Running => IconName::Dot,
        TestState::Passed => IconName::Check,
        TestState::Failed => IconName::Cross,
        TestState::NotRun => IconName::Dash,
    }
}

/// The class of a test's state.
pub(super) fn state_class(state: TestState) -> &'static str {
    match state {
        TestState::Open | TestState::Waiting => "is-open",
        TestState::Running => "is-running",
        TestState::Passed => "is-passed",
        TestState::Failed => "is-failed",
        TestState::NotRun => "is-not-run",
    }
}

/// What a list shows of one test.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CheckState {
    state: TestState,
    /// The text at the end of the line.
    note: String,
}

fn check_state(bench: Workbench, id: &TestId) -> CheckState {
    bench.runs.shown().with(|shown| {
        let Some(shown) = shown else {
            return CheckState {
                state: TestState::Open,
                note: String::new(),
            };
        };
        let test = shown.live.test(id);
        let state = TestState::of(test, !shown.is_going());
        let span = match test {
            LiveTest::Ended(result) => result.program_span(),
            _ => None,
        };
        let note = match (state, span) {
            (TestState::Open, _) => String::new(),
            (state, None) => state.word().to_owned(),
            (state, Some(span)) => format!("{} · line {}", state.word(), span.line),
        };
        CheckState { state, note }
    })
}

/// A list of tests that follows the run.
#[component]
pub(super) fn Checklist(
    /// The tests, in order.
    tests: Vec<PlannedTest>,
) -> impl IntoView {
    view! {
        <ul class="checklist" role="list">
            {tests.into_iter().map(|test| view! { <Line test /> }).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Line(test: PlannedTest) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let PlannedTest { id, name } = test;
    let check_state = Memo::new(move |_| check_state(bench, &id));
    let state = move || check_state.with(|check_state| check_state.state);
    view! {
        <li class=move || state_class(state())>
            {move || view! { <Icon icon=state_icon(state()) /> }}
            <span class="test-name">
                {name} <span class="unseen">{move || format!(": {}", state().word())}</span>
            </span>
            <small aria-hidden="true">{move || check_state.with(|check_state| check_state.note.clone())}</small>
        </li>
    }
    .into_any()
}
