//! The same step in two tabs: neither overwrites what was typed in the other.

use browser_model::{ConflictingDraft, step_of_key};
use leptos::prelude::*;
use protocol::Program;

use super::Workbench;
use crate::browser;
use crate::notice::Notice;

/// Listens for drafts of this step that other tabs save.
pub(super) fn listen(bench: Workbench) {
    Effect::new(move |_| {
        let listener = browser::on_other_tab(move |key| {
            let is_ours = key
                .as_deref()
                .and_then(step_of_key)
                .is_some_and(|(course, step)| {
                    bench.with(|here, this| here.id == course && this.summary.id == step)
                });
            if is_ours {
                bench.hear_other_draft();
            }
        });
        // Dropped with the effect.
        StoredValue::new_local(listener);
    });
}

impl Workbench {
    fn hear_other_draft(self) {
        let saved_text = self.saved_text.get_value();
        // The store listened first, so this is what the other tab saved.
        let kept = self.kept_now();
        let Some(other) = kept.draft_text().map(str::to_owned) else {
            return;
        };
        if saved_text == other {
            return;
        }
        let here = self.program.get_untracked();
        match ConflictingDraft::judge(&here, &saved_text, &other) {
            ConflictingDraft::Same => self.saved_text.set_value(other),
            ConflictingDraft::Adopt => {
                self.saved_text.set_value(other.clone());
                self.replace_program(&other);
                self.is_from_other_tab.set(true);
                // What was offered before is older than this.
                self.conflicting_draft.set(None);
            }
            ConflictingDraft::Offer => {
                // Autosave is about to overwrite the other tab's draft: the history keeps it.
                let program = Program::of_one_file(&*other);
                self.change_step(|kept| kept.keep_in_history(&program, &[]));
                self.conflicting_draft.set(Some(other));
            }
        }
    }

    /// Takes the other tab's draft; this tab's own goes into the history.
    fn take_other_draft(self) {
        if let Some(other) = self.conflicting_draft.get_untracked() {
            self.replace_and_remember(&other);
        }
        self.conflicting_draft.set(None);
    }
}

/// Offers the other tab's draft.
#[component]
pub(super) fn ConflictingDraftNotice() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    view! {
        <Show when=move || bench.conflicting_draft.with(Option::is_some)>
            <Notice>
                "You typed other code for this step in another tab. This tab keeps its own. "
                <span class="notice-actions">
                    <button
                        type="button"
                        class="link"
                        on:click=move |_| bench.take_other_draft()
                    >
                        "Take the other tab's code"
                    </button>
                    <button
                        type="button"
                        class="link"
                        on:click=move |_| bench.conflicting_draft.set(None)
                    >
                        "Keep this one"
                    </button>
                </span>
            </Notice>
        </Show>
    }
    .into_any()
}
