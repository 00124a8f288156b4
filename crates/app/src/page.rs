//! One page for each address.

mod course;
mod home;
mod not_found;
mod step;

use leptos::prelude::*;

use crate::browser;

pub(crate) use course::CoursePage;
pub(crate) use home::HomePage;
pub(crate) use not_found::{NotFoundPage, Trouble};
pub(crate) use step::StepPage;

/// How many pages were shown since the server's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visits(StoredValue<u32>);

impl Visits {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(0))
    }
}

/// Puts the focus on a new page's title, as a page load would; the first page leaves it alone.
pub(crate) fn focus_after_navigation(title_id: &'static str) {
    let Visits(count) = expect_context();
    Effect::new(move |_| {
        let before = count.get_value();
        count.set_value(before + 1);
        if before > 0 {
            browser::next_frame(move || browser::focus(title_id));
        }
    });
}
