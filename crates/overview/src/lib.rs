//! The browser's entry point of the pages without an editor: less than half to download.

use app::{OverviewApp, entry};
use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    entry::hydrate(OverviewApp);
}

/// Renders the page into its emptied element.
#[wasm_bindgen]
pub fn render_afresh() {
    entry::render_afresh(OverviewApp);
}
