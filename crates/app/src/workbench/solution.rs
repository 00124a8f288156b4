//! The solution: beside the learner's own code, after a confirmation.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Workbench;
use crate::api::load_solution;
use crate::browser::{self, DiffView, Local};
use crate::dialog::{Dialog, DialogHandle};

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
    .into_any()
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
            return view! { <Comparison /> }.into_any();
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
        .into_any()
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
        None => view! { <p class="quiet">"Loading…"</p> }.into_any(),
        Some(Ok(solution)) => view! { <Difference solution /> }.into_any(),
        Some(Err(_)) => view! {
            <p class="quiet">
                "The solution could not be loaded. "
                <button type="button" class="link" on:click=move |_| solution.refetch()>
                    "Try again"
                </button>
            </p>
        }
        .into_any(),
    };
    view! {
        <div id=SHOWN_ID tabindex="-1">
            {content}
        </div>
    }
    .into_any()
}

#[component]
fn Difference(solution: String) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let host = NodeRef::<Div>::new();
    let difference = Local::empty();
    let plain = RwSignal::new(None);
    Effect::new(move |_| {
        if let Some(host) = host.get() {
            let own = bench.editor.program().get_untracked();
            let solution = solution.clone();
            spawn_local(async move {
                let shown = DiffView::mount(host, own, solution.clone()).await;
                if shown.is_none() {
                    plain.try_set(Some(solution));
                }
                difference.set(shown);
            });
        }
    });
    view! {
        <Show when=move || plain.with(Option::is_none)>
            <p class="diff-legend">
                <span>"Your code"</span>
                <span>"The solution"</span>
            </p>
        </Show>
        <div class="diff" translate="no" node_ref=host></div>
        // Without the editor the solution alone has to do.
        {move || plain.get().map(|solution| view! { <pre translate="no">{solution}</pre> })}
    }
    .into_any()
}
