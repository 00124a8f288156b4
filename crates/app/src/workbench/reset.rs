//! Starting a step over, which is confirmed first and can be undone.

use browser_model::InitialDraft;
use leptos::prelude::*;

use super::Workbench;
use crate::dialog::{Dialog, DialogHandle};
use crate::erased_view::IntoErasedView;

/// Asks what to start over from.
#[component]
pub(super) fn ResetDialog(
    /// What opens it.
    handle: DialogHandle,
) -> impl IntoView {
    view! {
        <Dialog handle title="Start this step over?" name="reset">
            <Choices handle />
        </Dialog>
    }
    .into_erased()
}

#[component]
fn Choices(handle: DialogHandle) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let starter = bench.step.with(|_, step| step.starter.clone());
    let earlier = match bench.step.initial_draft_without_own() {
        InitialDraft::EarlierStep { step, text } => bench.step.with(|course, _| {
            let found = course.steps.iter().find(|other| other.id == step);
            found.map(|step| (step.short_title.clone(), text))
        }),
        InitialDraft::Draft(_) | InitialDraft::Starter(_) => None,
    };
    let start_over = move |program: &str| {
        bench.editor.replace_and_remember(program);
        handle.close();
        bench.editor.focus();
    };
    let from_earlier = earlier.map(|(title, text)| {
        view! {
            <button type="button" class="button danger" on:click=move |_| start_over(&text)>
                {format!("Start from my code of {title}")}
            </button>
        }
    });
    view! {
        <p>
            "The code in the editor is replaced. It is kept: \u{201c}Earlier code\u{201d} brings it back."
        </p>
        <div class="dialog-actions">
            {from_earlier}
            <button type="button" class="button danger" on:click=move |_| start_over(&starter)>
                "Start from the course's code"
            </button>
            <button type="button" class="button" on:click=move |_| handle.close()>
                "Keep my code"
            </button>
        </div>
    }
    .into_erased()
}
