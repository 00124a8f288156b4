//! The browser's entry point: every page.

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
