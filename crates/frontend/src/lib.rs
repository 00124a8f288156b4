//! The browser's entry point of the steps' pages.
//!
//! `cargo xtask` compiles it to wasm32, with JavaScript bindings by wasm-bindgen. The page's start
//! script (`crates/app/src/start.js`) calls [`hydrate`], or [`render_afresh`] where the document is no
//! longer as the server sent it. The pages themselves are [`app`]'s.
//!
//! With the feature `every-page` it is the program of the pages without an editor too, which otherwise
//! is `overview`: cargo-leptos builds one program alone.

use app::{App, entry};
use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    #[cfg(feature = "every-page")]
    if entry::is_overview() {
        return entry::hydrate(app::OverviewApp);
    }
    entry::set_api_address();
    entry::hydrate(App);
}

/// Renders the page into its emptied element.
#[wasm_bindgen]
pub fn render_afresh() {
    #[cfg(feature = "every-page")]
    if entry::is_overview() {
        return entry::render_afresh(app::OverviewApp);
    }
    entry::set_api_address();
    entry::keep_resources();
    entry::render_afresh(App);
}
