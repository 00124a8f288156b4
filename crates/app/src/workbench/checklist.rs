//! Lists of tests with the state of each: an icon and a word, never colour alone.

use browser_model::{LiveTest, TestState};
use leptos::prelude::*;
use protocol::{PlannedTest, TestId};

use super::Workbench;
use crate::course_text::CourseText;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};

pub(super) fn state_icon(state: TestState) -> IconName {
    match state {
        TestState::Open | TestState::Waiting => IconName::Ring,
        TestState::Running => IconName::Dot,
        TestState::Passed => IconName::Check,
        TestState::Failed => IconName::Cross,
        TestState::NotRun | TestState::NotAsked => IconName::Dash,
    }
}

pub(super) fn state_class(state: TestState) -> &'static str {
    match state {
        TestState::Open | TestState::Waiting => "is-open",
        TestState::Running => "is-running",
        TestState::Passed => "is-passed",
        TestState::Failed => "is-failed",
        TestState::NotRun | TestState::NotAsked => "is-not-run",
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

/// What a list of tests offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// Each test alone.
    RunOne,
    Nothing,
}

/// A list of tests that follows the run.
#[component]
pub(super) fn Checklist(
    /// The tests, in order.
    tests: Vec<PlannedTest>,
    offer: Offer,
) -> impl IntoView {
    view! {
        <ul class="checklist" role="list">
            {tests.into_iter().map(|test| view! { <Line test offer /> }).collect_view()}
        </ul>
    }
    .into_erased()
}

/// Runs one test. While a run goes on it does nothing, but stays, and the focus with it.
#[component]
fn RunOneButton(test: StoredValue<(TestId, String)>) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let label = test.with_value(|(_, name)| format!("Run only this test: {name}"));
    view! {
        <button
            type="button"
            class="tool run-one"
            aria-label=label
            title="Run only this test"
            aria-disabled=move || bench.runs.is_going().to_string()
            on:click=move |_| test.with_value(|(id, _)| bench.runs.start_test(id))
        >
            <Icon icon=IconName::Play />
        </button>
    }
    .into_erased()
}

#[component]
fn Line(test: PlannedTest, offer: Offer) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let PlannedTest { id, name } = test;
    let run_one = StoredValue::new((id.clone(), name.clone()));
    let check_state = Memo::new(move |_| check_state(bench, &id));
    let state = move || check_state.with(|check_state| check_state.state);
    view! {
        <li class=move || state_class(state())>
            {move || view! { <Icon icon=state_icon(state()) /> }}
            <span class="test-name">
                <CourseText text=name /> <span class="unseen">{move || format!(": {}", state().word())}</span>
            </span>
            <small aria-hidden="true">{move || check_state.with(|check_state| check_state.note.clone())}</small>
            <Show when=move || offer == Offer::RunOne && bench.store.is_loaded()>
                <RunOneButton test=run_one />
            </Show>
        </li>
    }
    .into_erased()
}
