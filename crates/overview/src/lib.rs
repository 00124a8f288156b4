//! The browser's entry point of the pages without an editor: a third to download.
//!
//! The twin of `frontend`, with the same two functions, which the same start script calls. Its root is
//! [`OverviewApp`], which knows no router, no server function and no workbench: the linker then leaves
//! out the editor and all around it. A link leads to another document.

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
