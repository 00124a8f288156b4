//! What has the focus.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};

use super::page::{document, element};

/// Focuses the element with this id.
pub(crate) fn focus(id: &str) {
    if let Some(element) = element(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Focuses an element that a Tab alone would not come to.
pub(crate) fn focus_text(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        element.set_tab_index(-1);
        let _ = element.focus();
    }
}

/// Focuses the element with this id if what had the focus is gone or hidden.
pub(crate) fn focus_if_lost(id: &str) {
    let active = document().and_then(|document| document.active_element());
    let is_lost = active.is_none_or(|active| {
        active.tag_name() == "BODY" || active.get_client_rects().length() == 0
    });
    if is_lost {
        focus(id);
    }
}

/// Focuses the element `to` if what had the focus is gone or hidden, or is the element `from`.
pub(crate) fn focus_from(from: &str, to: &str) {
    let active = document().and_then(|document| document.active_element());
    if active.is_some_and(|active| active.id() == from) {
        focus(to);
    } else {
        focus_if_lost(to);
    }
}

/// Whether a text field has the focus.
pub(crate) fn is_focused(field: &HtmlTextAreaElement) -> bool {
    let focused = document().and_then(|document| document.active_element());
    focused.is_some_and(|focused| focused.is_same_node(Some(field)))
}
