//! From one page to the next: whether one is loading, and where the focus goes.

use leptos::prelude::*;

use crate::browser;

/// How often [`focus_after_navigation`] was called since the page was loaded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NavigationCount(StoredValue<u32>);

impl NavigationCount {
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(0))
    }
}

/// Whether another step is loading while this one is still shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PendingNavigation(RwSignal<bool>);

impl PendingNavigation {
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(false))
    }

    pub(crate) fn is_under_way(self) -> bool {
        self.0.get()
    }

    pub(crate) fn is_under_way_untracked(self) -> bool {
        self.0.get_untracked()
    }

    /// The signal that the step page's transition sets.
    pub(crate) fn signal(self) -> RwSignal<bool> {
        self.0
    }
}

/// Focuses a new page's title: only a full load would move the focus by itself. After one, the
/// first page leaves it alone.
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
