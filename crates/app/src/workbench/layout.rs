//! The layout: which panel a narrow page shows, and which view of a run the results show.

use leptos::prelude::*;

use crate::browser;

pub(super) const GUIDE_BODY_ID: &str = "guide-body";
pub(super) const CODE_BODY_ID: &str = "code-body";
/// Where the boot script records the panel that was chosen before hydration.
const EARLY_PANEL: &str = "data-early-panel";

/// What is shown.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// The panel that a narrow page shows.
    panel: RwSignal<Panel>,
    /// What the results show.
    view: RwSignal<View>,
}

/// One of the three panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Panel {
    Guide,
    Code,
    Results,
}

impl Panel {
    /// All panels, from left to right.
    pub(super) const ALL: [Self; 3] = [Self::Guide, Self::Code, Self::Results];

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Guide => "Guide",
            Self::Code => "Code",
            Self::Results => "Results",
        }
    }

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Guide => "panel-guide",
            Self::Code => "panel-code",
            Self::Results => "panel-results",
        }
    }

    pub(super) fn tab_id(self) -> &'static str {
        match self {
            Self::Guide => "tab-guide",
            Self::Code => "tab-code",
            Self::Results => "tab-results",
        }
    }
}

/// One of the views of the right panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// The verdict and the tests.
    Results,
    /// What the program wrote.
    Output,
    /// The program as it runs, and clients that speak to it.
    Console,
    /// One test, recorded; only while there is one.
    Watch,
}

impl View {
    /// All views, from left to right.
    pub(super) const ALL: [Self; 4] = [Self::Results, Self::Output, Self::Console, Self::Watch];

    /// Its name: where there is little room, the last word alone is shown.
    pub(super) fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Results => ("Test ", "results"),
            Self::Output => ("Program ", "output"),
            Self::Console => ("", "Console"),
            Self::Watch => ("", "Watch"),
        }
    }

    pub(super) fn tab_id(self) -> &'static str {
        match self {
            Self::Results => "view-tab-results",
            Self::Output => "view-tab-output",
            Self::Console => "view-tab-console",
            Self::Watch => "view-tab-watch",
        }
    }

    /// The id of the part that scrolls and takes the focus.
    pub(super) fn panel_id(self) -> &'static str {
        match self {
            Self::Results => "results-body",
            Self::Output => "output-body",
            Self::Console => "console-body",
            Self::Watch => "watch-body",
        }
    }
}

impl Layout {
    pub(super) fn new() -> Self {
        Self {
            panel: RwSignal::new(Panel::Guide),
            view: RwSignal::new(View::Results),
        }
    }

    /// The panel that a narrow page shows.
    pub(super) fn panel(self) -> RwSignal<Panel> {
        self.panel
    }

    /// What the results show.
    pub(super) fn view(self) -> RwSignal<View> {
        self.view
    }

    /// The id of the part of a panel that scrolls and takes the focus.
    pub(super) fn body_id(self, panel: Panel) -> &'static str {
        match panel {
            Panel::Guide => GUIDE_BODY_ID,
            Panel::Code => CODE_BODY_ID,
            Panel::Results => self.view.get_untracked().panel_id(),
        }
    }

    /// Shows the panel that was chosen before hydration, as the boot script already does.
    pub(super) fn take_over_early_panel(self) {
        Effect::new(move |_| {
            let chosen = browser::root_attribute(EARLY_PANEL);
            browser::set_root_attribute(EARLY_PANEL, None);
            let chosen = Panel::ALL
                .into_iter()
                .find(|panel| chosen.as_deref() == Some(panel.id()));
            if let Some(panel) = chosen {
                self.panel.set(panel);
            }
        });
    }
}
