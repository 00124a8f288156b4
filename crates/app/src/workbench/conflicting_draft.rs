//! The same step in two tabs: neither overwrites what was typed in the other.

use browser_model::step_of_key;
use leptos::prelude::*;

use super::Workbench;
use crate::browser;
use crate::erased_view::IntoErasedView;
use crate::notice::Notice;

/// Listens for drafts of this step that other tabs save.
pub(super) fn listen(bench: Workbench) {
    Effect::new(move |_| {
        let listener = browser::on_other_tab(move |key| {
            let is_ours = key
                .as_deref()
                .and_then(step_of_key)
                .is_some_and(|(course, step)| {
                    bench
                        .step
                        .with(|here, this| here.id == course && this.summary.id == step)
                });
            if is_ours {
                bench.editor.receive_conflicting_draft();
            }
        });
        // Dropped with the effect.
        StoredValue::new_local(listener);
    });
}

/// Offers the other tab's draft.
#[component]
pub(super) fn ConflictingDraftNotice() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    view! {
        <Show when=move || bench.editor.conflicting_draft().with(Option::is_some)>
            <Notice>
                "You typed other code for this step in another tab. This tab keeps its own. "
                <span class="notice-actions">
                    <button
                        type="button"
                        class="link"
                        on:click=move |_| bench.editor.take_conflicting_draft()
                    >
                        "Take the other tab's code"
                    </button>
                    <button
                        type="button"
                        class="link"
                        on:click=move |_| bench.editor.decline_conflicting_draft()
                    >
                        "Keep this one"
                    </button>
                </span>
            </Notice>
        </Show>
    }
    .into_erased()
}
