//! How the focus enters and leaves Monaco.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlDivElement, KeyboardEvent};

/// After a click on a note one can type on at the cursor; Monaco would lose the focus.
pub(super) fn clicks_keep_the_focus(
    host: &HtmlDivElement,
    focus: impl Fn() + 'static,
) -> EventListener {
    let element = host.clone();
    EventListener::new(host, "click", move |_| {
        let active = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.active_element());
        let is_inside = active.is_some_and(|active| element.contains(Some(&active)));
        if !is_inside {
            focus();
        }
    })
}

/// What Escape closes in Monaco: then it does not mean to leave the editor.
const OPEN_WIDGETS: &str =
    ".suggest-widget.visible, .parameter-hints-widget.visible, .find-widget.visible";

/// Tab writes spaces in an editor, so Escape makes the next Tab leave it.
pub(super) fn escape_leads_out(host: &HtmlDivElement) -> Vec<EventListener> {
    let options = EventListenerOptions {
        phase: EventListenerPhase::Capture,
        passive: false,
    };
    let armed = Rc::new(Cell::new(false));
    let element = host.clone();
    let on_key = {
        let armed = Rc::clone(&armed);
        move |event: &Event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                return;
            };
            match event.key().as_str() {
                "Escape" => {
                    let open = element.query_selector(OPEN_WIDGETS);
                    armed.set(!matches!(open, Ok(Some(_))));
                }
                // With the event kept from Monaco, the browser moves the focus on.
                "Tab" if armed.replace(false) => event.stop_propagation(),
                "Shift" => {}
                _ => armed.set(false),
            }
        }
    };
    let disarm = move |_: &Event| armed.set(false);
    vec![
        EventListener::new_with_options(host, "keydown", options, on_key),
        EventListener::new_with_options(host, "mousedown", options, disarm.clone()),
        EventListener::new_with_options(host, "focusout", options, disarm),
    ]
}
