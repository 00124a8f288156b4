//! What is seen of the page.

use futures::channel::oneshot;
use js_sys::Array;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, IntersectionObserver};

use super::js;

/// Waits until an element is in sight. One of a hidden panel never is.
pub(crate) async fn until_in_sight(element: &Element) {
    let (sender, in_sight) = oneshot::channel();
    let mut sender = Some(sender);
    let seen = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
        let is_seen = |entry: JsValue| js::get(&entry, "isIntersecting").is_truthy();
        if entries.iter().any(is_seen)
            && let Some(sender) = sender.take()
        {
            // Nobody waits any more where the receiver is gone.
            let _ = sender.send(());
        }
    });
    if let Ok(observer) = IntersectionObserver::new(seen.as_ref().unchecked_ref()) {
        observer.observe(element);
        // The sender lives as long as this.
        let _ = in_sight.await;
        observer.disconnect();
    }
}
