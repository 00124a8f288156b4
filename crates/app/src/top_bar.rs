//! The bar over every page: the brand, the page's own content, the tools; below it, notices.

use browser_model::Theme;
use leptos::prelude::*;

use crate::base_path::address_of;
use crate::dialog::DialogHandle;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::notice::StorageNotices;
use crate::progress_dialog::ProgressDialog;
use crate::store::Store;

/// The id of a page's main content, below the bar.
pub(crate) const CONTENT_ID: &str = "content";

/// The bar, and before it a link that lets keyboard users skip it.
#[component]
pub(crate) fn TopBar(
    /// What is between the brand and the tools.
    #[prop(optional)]
    children: Option<Children>,
    /// The page's own tool, after the others.
    #[prop(optional, into)]
    last_tool: Option<ViewFn>,
) -> impl IntoView {
    let progress = DialogHandle::new();
    view! {
        // `external`, since the browser moves the focus to the target and the router does not.
        <a class="skip-link" href=format!("#{CONTENT_ID}") rel="external">
            "Skip to the content"
        </a>
        <header class="bar">
            <a class="brand" href=address_of("/") aria-label="CodeAlong, all courses">
                // As in `assets/favicon.svg`.
                <svg class="brand-icon" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
                    <path d="M9 10.5 14.5 16 9 21.5M17 21.5h6.5"></path>
                </svg>
                <span class="brand-name">"CodeAlong"</span>
            </a>
            {children.map(|children| children())}
            <span class="tools">
                <button
                    type="button"
                    class="tool"
                    aria-label="Backup of your progress"
                    title="Backup: save your progress as a file, or restore it"
                    on:click=move |_| progress.open()
                >
                    <Icon icon=IconName::Transfer />
                    <span class="word">"Backup"</span>
                </button>
                <ThemeButton />
                {last_tool.map(|tool| tool.run())}
            </span>
        </header>
        <StorageNotices />
        <ProgressDialog handle=progress />
    }
    .into_erased()
}

#[component]
fn ThemeButton() -> impl IntoView {
    let store = expect_context::<Store>();
    let theme = Memo::new(move |_| store.settings().with(|settings| settings.theme));
    let change = move |_| store.change_settings(|settings| settings.theme = settings.theme.next());
    let label = move || format!("Theme: {}", theme.get().label());
    let icon = move || match theme.get() {
        Theme::System => IconName::Screen,
        Theme::Light => IconName::Sun,
        Theme::Dark => IconName::Moon,
    };
    view! {
        <button type="button" class="tool" aria-label=label title=label on:click=change>
            {move || view! { <Icon icon=icon() /> }}
        </button>
    }
    .into_erased()
}
