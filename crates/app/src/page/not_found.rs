//! The pages for an unknown address and for content that could not be loaded.

use leptos::prelude::*;
use leptos_meta::Title;
use protocol::{RunError, sentence_case};

use crate::base_path::address_of;
use crate::erased_view::IntoErasedView;
use crate::navigation::focus_after_navigation;
use crate::top_bar::{CONTENT_ID, TopBar};

/// The page where no route matches.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <Title text="Not found · CodeAlong" />
        <NotFound />
    }
    .into_erased()
}

/// The page for an unknown address.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <TopBar />
        <main id=CONTENT_ID class="page trouble" tabindex="-1">
            <p class="trouble-code" aria-hidden="true">"404"</p>
            <h1>"There is no such page"</h1>
            <p>"The address may be mistyped, or the page has moved. Your progress is untouched."</p>
            <p>
                <a class="button primary" href=address_of("/")>
                    "All courses"
                </a>
            </p>
        </main>
    }
    .into_erased()
}

/// The page for content that could not be loaded.
#[component]
pub(crate) fn Trouble(
    /// Why it could not be loaded.
    error: RunError,
    /// Loads it again.
    retry: Callback<()>,
) -> impl IntoView {
    if matches!(error, RunError::UnknownStep { .. }) {
        return NotFoundPage().into_erased();
    }
    focus_after_navigation("page-title");
    let reason = match &error {
        RunError::Transport { .. } => {
            "The server can't be reached. What you wrote is kept in this browser. Check the \
             connection and try again."
                .to_owned()
        }
        RunError::Offline => {
            "This browser is offline. What you wrote is kept in this browser. Try again once it has \
             a connection."
                .to_owned()
        }
        RunError::Gateway { status } => format!(
            "A gateway answered in the server's place, with HTTP status {status}. What you wrote is \
             kept in this browser. Try again in a moment."
        ),
        error => sentence_case(&error.to_string()),
    };
    view! {
        <Title text="No answer · CodeAlong" />
        <TopBar />
        <main id=CONTENT_ID class="page trouble" tabindex="-1">
            <h1 id="page-title" tabindex="-1">
                "This page could not be loaded"
            </h1>
            <p>{reason}</p>
            <p>
                <button type="button" class="button primary" on:click=move |_| retry.run(())>
                    "Try again"
                </button>
            </p>
        </main>
    }
    .into_erased()
}
