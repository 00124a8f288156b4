//! A button that copies a text.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::{self, Local};
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};

/// How long the button says what became of it.
const SAID_FOR_MS: u32 = 2500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copied {
    NotYet,
    Done,
    /// The browser does not let the page copy.
    Refused,
}

/// Copies a text, and says so.
#[component]
pub(crate) fn CopyButton(
    /// What is copied, as in `the output`, for those who don't see where the button stands.
    #[prop(into)]
    what: String,
    /// Whether `what` is shown.
    #[prop(optional)]
    is_spelled_out: bool,
    #[prop(into)] text: Callback<(), String>,
) -> impl IntoView {
    let copied = RwSignal::new(Copied::NotYet);
    let timer = Local::empty();
    let copy = move |_| {
        let text = text.run(());
        spawn_local(async move {
            let is_done = browser::copy(&text).await;
            copied.try_set(if is_done {
                Copied::Done
            } else {
                Copied::Refused
            });
            timer.set(Some(browser::after(SAID_FOR_MS, move || {
                copied.try_set(Copied::NotYet);
            })));
        });
    };
    let icon = move || match copied.get() {
        Copied::NotYet => IconName::Copy,
        Copied::Done => IconName::Check,
        Copied::Refused => IconName::Warning,
    };
    let said = move || match copied.get() {
        Copied::NotYet => "",
        Copied::Done => "Copied",
        Copied::Refused => "The browser does not let this page copy",
    };
    let what_class = if is_spelled_out { "" } else { "unseen" };
    view! {
        <span class="copying">
            <button type="button" class="copy" title="Copy" on:click=copy>
                {move || view! { <Icon icon=icon() /> }}
                <span>"Copy" <span class=what_class>{format!(" {what}")}</span></span>
            </button>
            <span class="copied" role="status">
                {said}
            </span>
        </span>
    }
    .into_erased()
}
