//! Notices under the bar: what could not be stored or read.

use browser_model::ProgressError;
use leptos::prelude::*;

use crate::browser::{self, StorageFault};
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::store::{QuarantinedRecord, Store, quarantined_name};

/// What is wrong with the browser's storage, if anything is.
#[component]
pub(crate) fn StorageNotices() -> impl IntoView {
    let store = expect_context::<Store>();
    let fault = move || {
        store.fault().map(|fault| {
            let text = match fault {
                StorageFault::Forbidden => {
                    "This browser does not let the page store anything, so your code and progress \
                     last only as long as you stay on the steps' pages. Save them under Backup before you leave."
                }
                StorageFault::Full => {
                    "This browser's storage for the page is full: what you type now is not kept. \
                     Save your progress under Backup before you leave."
                }
            };
            view! { <Notice>{text}</Notice> }
        })
    };
    let quarantined = move || {
        let kept = store.quarantined().get();
        kept.into_iter()
            .map(|kept| view! { <QuarantineNotice kept /> })
            .collect_view()
    };
    view! { <div class="notices">{fault} {quarantined}</div> }.into_erased()
}

#[component]
fn QuarantineNotice(kept: QuarantinedRecord) -> impl IntoView {
    let store = expect_context::<Store>();
    let what = quarantined_name(&kept.key);
    let text = match &kept.reason {
        ProgressError::Newer { .. } => format!(
            "{what} was kept by a newer version of this page. It is quarantined, not lost, and comes \
             back by itself with that version: reload, or find it under Progress."
        ),
        ProgressError::Unreadable { .. } => format!(
            "{what} could not be read. It is quarantined, not lost: download it to look at it, here or \
             later under Progress."
        ),
    };
    let key = kept.key.clone();
    let download = move |_| {
        if let Some(text) = store.records().quarantined_text(&key) {
            browser::download("codealong-quarantined.json", "application/json", &text);
        }
    };
    let dismiss = move |_| {
        store
            .quarantined()
            .update(|all| all.retain(|other| *other != kept))
    };
    view! {
        <Notice>
            {text}
            <span class="notice-actions">
                <button type="button" class="link" on:click=download>
                    "Download"
                </button>
                <button type="button" class="link" on:click=dismiss>
                    "Dismiss"
                </button>
            </span>
        </Notice>
    }
    .into_erased()
}

/// A warning with an icon.
#[component]
pub(crate) fn Notice(
    /// How urgently a screen reader says it.
    #[prop(default = "alert")]
    role: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="notice" role=role>
            <Icon icon=IconName::Warning />
            <p>{children()}</p>
        </div>
    }
    .into_erased()
}
