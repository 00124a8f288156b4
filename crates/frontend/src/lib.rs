//! The browser's entry point.

use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        offer_reload();
    }));
    leptos::mount::hydrate_body(app::App);
}

/// The boot script offers to reload on this event: after a panic nothing else on the page works.
fn offer_reload() {
    let event = web_sys::Event::new("codealong:broken");
    if let (Some(window), Ok(event)) = (web_sys::window(), event) {
        // No listener cancels it.
        let _ = window.dispatch_event(&event);
    }
}
