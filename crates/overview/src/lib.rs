//! The browser's entry point of the pages without an editor: less than half to download.
//!
//! The twin of `frontend`, with the same two functions, which the same start script calls. Its root is
//! [`OverviewApp`], whose routes have no workbench: the linker then leaves out the editor and all
//! around it. A link to a step loads that page anew, with `frontend` as its program.

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
