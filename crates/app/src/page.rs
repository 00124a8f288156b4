//! One page for each address.

mod course;
mod home;
mod not_found;
mod step;

use leptos::prelude::*;

use crate::browser;
use crate::top_bar::{CONTENT_ID, TopBar};

pub(crate) use course::CoursePage;
pub(crate) use home::HomePage;
pub(crate) use not_found::{NotFoundPage, Trouble};
pub(crate) use step::StepPage;

/// How many pages were shown since the server's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NavigationCount(StoredValue<u32>);

impl NavigationCount {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(0))
    }
}

/// Whether a page is being loaded, while the one before it is still shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PendingNavigation(RwSignal<bool>);

impl PendingNavigation {
    /// Nothing is.
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(false))
    }

    /// Whether one is.
    pub(crate) fn is_under_way(self) -> bool {
        self.0.get()
    }

    /// The same, without listening.
    pub(crate) fn is_under_way_untracked(self) -> bool {
        self.0.get_untracked()
    }

    /// What tells of it.
    pub(crate) fn signal(self) -> RwSignal<bool> {
        self.0
    }
}

/// What stands there until a page has come.
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
    .into_any()
}

/// Puts the focus on a new page's title, as a page load would; the first page leaves it alone.
pub(crate) fn focus_after_navigation(title_id: &'static str) {
    let NavigationCount(count) = expect_context();
    Effect::new(move |_| {
        let before = count.get_value();
        count.set_value(before + 1);
        if before > 0 {
            browser::next_frame(move || browser::focus(title_id));
        }
    });
}
