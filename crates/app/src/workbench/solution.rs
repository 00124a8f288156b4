//! The solution: beside the learner's own code, after a confirmation.

use leptos::prelude::*;
use protocol::SolutionView;

use super::Workbench;
use super::difference::{Difference, Side};
use crate::api::load_solution;
use crate::browser;
use crate::copy::CopyButton;
use crate::dialog::{Dialog, DialogHandle};
use crate::erased_view::IntoErasedView;
use crate::prose::Prose;

/// The id of the comparison, which takes the focus once the button is gone.
const SHOWN_ID: &str = "solution-shown";

/// The button and its dialog.
#[component]
pub(super) fn Solution() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let handle = DialogHandle::new();
    view! {
        <Show when=move || bench.store.is_loaded()>
            <button type="button" class="button quiet" on:click=move |_| handle.open()>
                "Show the solution…"
            </button>
        </Show>
        <Dialog handle title="The solution" name="solution">
            <Confirmation handle />
        </Dialog>
    }
    .into_erased()
}

#[component]
fn Confirmation(handle: DialogHandle) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let is_confirmed = RwSignal::new(bench.step.progress_untracked().is_solved());
    let total = bench.step.with(|_, step| step.hints);
    let left = total.saturating_sub(bench.step.progress_untracked().hints_opened);
    let advice = match left {
        0 => {
            "You have opened every hint. A look at the solution, then another try of your own, \
              teaches more than copying it."
        }
        _ => "What you find out yourself, you keep. There are hints that you have not opened yet.",
    };
    move || {
        if is_confirmed.get() {
            return view! { <Comparison /> }.into_erased();
        }
        view! {
            <p>{advice}</p>
            <div class="dialog-actions">
                <button type="button" class="button" on:click=move |_| handle.close()>
                    "Not yet"
                </button>
                <button
                    type="button"
                    class="button danger"
                    on:click=move |_| {
                        is_confirmed.set(true);
                        browser::next_frame(|| browser::focus_if_lost(SHOWN_ID));
                    }
                >
                    "Show the solution"
                </button>
            </div>
        }
        .into_erased()
    }
}

#[component]
fn Comparison() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let (course, step) = bench
        .step
        .with(|course, step| (course.id.to_string(), step.summary.id.to_string()));
    let solution = LocalResource::new(move || load_solution(course.clone(), step.clone()));
    let content = move || match solution.get() {
        None => view! { <p class="quiet">"Loading…"</p> }.into_erased(),
        Some(Ok(solution)) => view! { <SolutionViews solution /> }.into_erased(),
        Some(Err(_)) => view! {
            <p class="quiet">
                "The solution could not be loaded. "
                <button type="button" class="link" on:click=move |_| solution.refetch()>
                    "Try again"
                </button>
            </p>
        }
        .into_erased(),
    };
    view! {
        <div id=SHOWN_ID tabindex="-1">
            {content}
        </div>
    }
    .into_erased()
}

/// How the solution is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Beside the learner's own code.
    Difference,
    /// As it is.
    Alone,
}

#[component]
fn SolutionViews(solution: SolutionView) -> impl IntoView {
    let SolutionView {
        source: solution,
        explanation_html,
    } = solution;
    let bench = expect_context::<Workbench>();
    let shown = RwSignal::new(Shown::Difference);
    let own = bench.editor.program().get_untracked();
    let buttons = [
        (Shown::Difference, "Beside my code"),
        (Shown::Alone, "The solution alone"),
    ]
    .map(|(this, label)| {
        view! {
            <button
                type="button"
                aria-pressed=move || (shown.get() == this).to_string()
                on:click=move |_| shown.set(this)
            >
                {label}
            </button>
        }
    })
    .collect_view();
    let copied = solution.clone();
    let text = Callback::new(move |()| copied.clone());
    let content = move || match shown.get() {
        Shown::Difference => {
            let (from, to) = (
                ("Your code", own.clone()),
                ("The solution", solution.clone()),
            );
            view! { <Difference from to alone=Side::To /> }.into_erased()
        }
        Shown::Alone => view! {
            <pre class="solution-alone" translate="no" tabindex="0">
                <code translate="no">{solution.clone()}</code>
            </pre>
        }
        .into_erased(),
    };
    view! {
        {explanation_html.map(|html| view! { <Prose html /> })}
        <div class="solution-head">
            <div class="choice" role="group" aria-label="Show the solution">
                {buttons}
            </div>
            <span class="grow"></span>
            <CopyButton what="the solution" text />
        </div>
        {content}
    }
    .into_erased()
}
