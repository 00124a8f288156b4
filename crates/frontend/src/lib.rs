//! The browser's entry point.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        offer_reload();
    }));
    leptos::mount::hydrate_body(app::App);
}

/// The page's boot script hears this and offers to reload: after a panic nothing else answers.
fn offer_reload() {
    let event = web_sys::Event::new("codealong:broken");
    if let (Some(window), Ok(event)) = (web_sys::window(), event) {
        // Nobody cancels it.
        let _ = window.dispatch_event(&event);
    }
}
