//! The pages.

mod course;
mod course_progress;
mod demonstration;
mod home;
mod not_found;
mod step;

use leptos::prelude::*;
use leptos_meta::Meta;

use crate::erased_view::IntoErasedView;
use crate::top_bar::{CONTENT_ID, TopBar};

pub(crate) use course::{Course, course_description};
pub(crate) use home::{HOME_TITLE, Home, WHAT_IT_IS};
pub(crate) use not_found::{NotFound, NotFoundPage, Trouble};
pub(crate) use step::StepPage;

/// What search engines and messengers say of a page.
#[component]
pub(crate) fn Description(#[prop(into)] text: String) -> impl IntoView {
    view! {
        <Meta name="description" content=text.clone() />
        <Meta property="og:description" content=text />
    }
    .into_erased()
}

/// What is shown until a page has loaded.
#[component]
pub(crate) fn LoadingPage() -> impl IntoView {
    view! {
        <TopBar />
        <main id=CONTENT_ID class="page trouble" tabindex="-1" aria-busy="true">
            <p class="quiet" role="status">
                "Loading…"
            </p>
        </main>
    }
    .into_erased()
}
