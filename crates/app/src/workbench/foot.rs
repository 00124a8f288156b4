//! The foot of the editor: run, reset, earlier code.

use leptos::ev;
use leptos::prelude::*;

use super::Workbench;
use super::earlier_code::EarlierCode;
use super::reset::ResetDialog;
use crate::browser;
use crate::dialog::DialogHandle;
use crate::erased_view::IntoErasedView;

/// The editor's buttons.
#[component]
pub(super) fn EditorFoot() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let reset = DialogHandle::new();
    view! {
        <div class="foot">
            <RunButton />
            <Show when=move || bench.store.is_loaded()>
                <button type="button" class="button quiet" on:click=move |_| reset.open()>
                    "Reset…"
                </button>
                <span class="grow"></span>
                <EarlierCode />
            </Show>
        </div>
        <ResetDialog handle=reset />
    }
    .into_erased()
}

/// Runs the tests, and while a run is under way stops it.
#[component]
pub(super) fn RunButton() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let is_loaded = move || bench.store.is_loaded();
    let is_going = move || bench.runs.is_going();
    let label = move || match (is_loaded(), is_going()) {
        (false, _) => "Loading…",
        (true, true) => "Stop",
        (true, false) => "Run tests",
    };
    let keys = move || match (is_loaded(), is_loaded() && browser::is_apple()) {
        (false, _) => "",
        (true, true) => "⌘ ⏎",
        (true, false) => "Ctrl ⏎",
    };
    let press = move |event: ev::MouseEvent| {
        // The second click of a double click is meant for what the first one found.
        if event.detail() <= 1 {
            bench.runs.start_or_stop();
        }
    };
    // A key that is held clicks again and again.
    let ignore_repeats = |event: ev::KeyboardEvent| {
        if event.repeat() && matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
        }
    };
    view! {
        <button
            type="button"
            class="button run"
            class:primary=move || !is_going()
            class:is-going=is_going
            disabled=move || !is_loaded()
            on:click=press
            on:keydown=ignore_repeats
        >
            <span>{label}</span>
            <kbd translate="no" aria-hidden="true">{keys}</kbd>
        </button>
    }
    .into_erased()
}
