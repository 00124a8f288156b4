//! The bar over every page.

use leptos::prelude::*;
use lesson::{Settings, Theme};

use crate::icon::{Icon, Sign};
use crate::store::Store;

/// The brand, what the page puts there, and the tools.
#[component]
pub(crate) fn TopBar(
    /// What stands between the brand and the tools.
    #[prop(optional)]
    children: Option<Children>,
    /// Tools of the page's own.
    #[prop(optional, into)]
    tools: Option<ViewFn>,
) -> impl IntoView {
    view! {
        <header class="bar">
            <a class="brand" href="/" aria-label="CodeAlong, all courses">
                <span class="brand-sign" aria-hidden="true"></span>
                <span class="brand-name">"CodeAlong"</span>
            </a>
            {children.map(|children| children())}
            <span class="tools">{tools.map(|tools| tools.run())} <ThemeButton /></span>
        </header>
    }
}

#[component]
fn ThemeButton() -> impl IntoView {
    let store = expect_context::<Store>();
    let theme = Memo::new(move |_| store.settings().with(|settings: &Settings| settings.theme));
    let change = move |_| store.change_settings(|settings| settings.theme = settings.theme.next());
    let icon = move || match theme.get() {
        Theme::System => Icon::Screen,
        Theme::Light => Icon::Sun,
        Theme::Dark => Icon::Moon,
    };
    view! {
        <button
            type="button"
            class="tool"
            aria-label=move || format!("Theme: {}", theme.get().label())
            title=move || format!("Theme: {}", theme.get().label())
            on:click=change
        >
            {move || view! { <Sign icon=icon() /> }}
        </button>
    }
}
