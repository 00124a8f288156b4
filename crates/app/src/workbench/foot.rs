//! The foot of the editor: run, reset, the last green run.

use leptos::prelude::*;

use super::Workbench;
use super::reset::ResetDialog;
use crate::browser;
use crate::dialog::DialogHandle;

/// The editor's buttons.
#[component]
pub(super) fn EditorFoot() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let reset = DialogHandle::new();
    let before = bench.kept(|kept| kept.before_reset.clone());
    let last_green = bench.kept(|kept| kept.last_green.clone());
    let differs = move |kept: Memo<Option<String>>| {
        kept.with(|kept| match kept {
            Some(kept) => bench.program.with(|program| program != kept),
            None => false,
        })
    };
    let restore_green = move |_| {
        if let Some(green) = last_green.get_untracked() {
            bench.replace_and_remember(&green);
            bench.focus_editor();
        }
    };
    view! {
        <div class="foot">
            <RunButton />
            <Show when=move || bench.store.is_loaded()>
                <button type="button" class="button quiet" on:click=move |_| reset.open()>
                    "Reset…"
                </button>
                <span class="grow"></span>
                <Show when=move || differs(before)>
                    <button
                        type="button"
                        class="button quiet"
                        title="The code that stood here before it was replaced"
                        on:click=move |_| bench.bring_back()
                    >
                        "Bring back my code"
                    </button>
                </Show>
                <Show when=move || differs(last_green)>
                    <button
                        type="button"
                        class="button quiet"
                        title="The code of your last run that passed"
                        on:click=restore_green
                    >
                        "Last green run"
                    </button>
                </Show>
            </Show>
        </div>
        <ResetDialog handle=reset />
    }
    .into_any()
}

/// Runs the tests; says why it can't.
#[component]
pub(super) fn RunButton() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let is_loaded = move || bench.store.is_loaded();
    let is_going = move || bench.runs.is_going();
    let label = move || match (is_loaded(), is_going()) {
        (false, _) => "Loading…",
        (true, true) => "Running…",
        (true, false) => "Run tests",
    };
    let keys = move || match (is_loaded(), is_loaded() && browser::is_apple()) {
        (false, _) => "",
        (true, true) => "⌘ ⏎",
        (true, false) => "Ctrl ⏎",
    };
    view! {
        <button
            type="button"
            class="button primary"
            disabled=move || !is_loaded()
            aria-disabled=move || is_going().to_string()
            on:click=move |_| bench.run()
        >
            <span>{label}</span>
            <kbd aria-hidden="true">{keys}</kbd>
        </button>
    }
    .into_any()
}

impl Workbench {
    /// Puts the program of before the last replacement back; the one that goes is remembered.
    fn bring_back(self) {
        if let Some(before) = self.kept_now().before_reset {
            self.replace_and_remember(&before);
            self.focus_editor();
        }
    }
}
