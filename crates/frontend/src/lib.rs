//! The browser's entry point: every page.
//!
//! `cargo xtask` compiles it to wasm32, with JavaScript bindings by wasm-bindgen, as the program of a
//! step's page. That page's start script (`crates/app/src/start.js`) calls [`hydrate`], or
//! [`render_afresh`] where the document is no longer as the server sent it. The pages themselves are
//! [`app`]'s.

use app::{App, entry};
use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    entry::hydrate(App);
}

/// Renders the page into its emptied element.
#[wasm_bindgen]
pub fn render_afresh() {
    entry::render_afresh(App);
}
