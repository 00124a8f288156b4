//! How the page starts in the browser.

use leptos::mount;
use leptos::prelude::*;
use leptos::server_fn::client;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement};

use crate::ROOT_ID;
use crate::base_path::BasePath;
use crate::overview::Overview;

/// Hydrates a page that the server rendered, by its root.
pub fn hydrate<V: IntoView + 'static>(app: fn() -> V) {
    report_panics();
    if let Some(root) = root() {
        mount::hydrate_from(root, app).forget();
    }
}

/// Renders the page into its emptied element, with the data that the server sent along: where the
/// server's elements are not as they came, hydration would panic or take one for another.
pub fn render_afresh<V: IntoView + 'static>(app: fn() -> V) {
    report_panics();
    if let Some(root) = root() {
        mount::mount_to(root, app).forget();
    }
}

/// Whether the document's root is [`OverviewApp`](crate::OverviewApp).
pub fn is_overview() -> bool {
    Overview::is_in_document()
}

/// Lets resources read what the server sent along, before [`render_afresh`]: `mount_to` alone fetches all of it
/// again. It is read once, by the number of the resource: those of later pages have other numbers and fetch.
pub fn keep_resources() {
    // There are no islands, but this does it.
    mount::hydrate_islands();
}

/// Where the server functions are.
pub fn set_api_address() {
    let base = BasePath::of_page();
    // The first one holds, and it is the same.
    let _ = client::try_set_server_url(base.as_str().to_owned().leak());
}

fn root() -> Option<HtmlElement> {
    let document = web_sys::window()?.document()?;
    document.get_element_by_id(ROOT_ID)?.dyn_into().ok()
}

/// Tells the start script of a panic: after one nothing else on the page works.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        let event = Event::new("codealong:panicked");
        if let (Some(window), Ok(event)) = (web_sys::window(), event) {
            // No listener cancels it.
            let _ = window.dispatch_event(&event);
        }
    }));
}
