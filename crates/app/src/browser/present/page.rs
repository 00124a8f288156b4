//! The window and the document: keys, dialogs, timers.

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use gloo_timers::callback::Timeout;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Document, Element, Event, HtmlDetailsElement, HtmlDialogElement, HtmlElement,
    HtmlTextAreaElement, KeyboardEvent, Node, StorageEvent, Window,
};

use super::js;

const COMPOSING_CHECK_MS: u32 = 100;

/// Listens to events until it is dropped.
pub(crate) struct Listener(
    #[expect(dead_code, reason = "dropping it stops the listening")] Vec<EventListener>,
);

/// A delayed call, cancelled when this is dropped.
pub(crate) struct Timer(#[expect(dead_code, reason = "dropping it cancels the call")] Timeout);

fn window() -> Option<Window> {
    web_sys::window()
}

pub(super) fn document() -> Option<Document> {
    window()?.document()
}

fn root() -> Option<HtmlElement> {
    document()?.document_element()?.dyn_into().ok()
}

pub(super) fn element(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// An attribute of the page's root element.
pub(crate) fn root_attribute(name: &str) -> Option<String> {
    root()?.get_attribute(name)
}

/// The text of the element with this id.
pub(crate) fn text_of(id: &str) -> Option<String> {
    element(id)?.text_content()
}

/// Sets or removes an attribute of the page's root element.
pub(crate) fn set_root_attribute(name: &str, value: Option<&str>) {
    if let Some(root) = root() {
        // Only an invalid name could fail, and ours are valid.
        let _ = match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        };
    }
}

/// Sets a custom property of the page's root element.
pub(crate) fn set_root_style(name: &str, value: &str) {
    if let Some(root) = root() {
        let _ = root.style().set_property(name, value);
    }
}

/// Marks the page as hydrated, for the boot script and the browser tests.
pub(crate) fn announce_readiness() {
    set_root_attribute("data-hydrated", Some(""));
}

/// The width of the element with this id, in CSS pixels.
pub(crate) fn element_width(id: &str) -> f64 {
    element(id).map_or(0.0, |element| element.get_bounding_client_rect().width())
}

/// Loads the page anew.
pub(crate) fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

/// What was typed into a text field since the page, or its boot script, filled it.
pub(crate) fn typed_into(field: &HtmlTextAreaElement) -> Option<String> {
    let opened = js::get(field, "opened")
        .as_string()
        .or_else(|| field.default_value().ok())?;
    let value = field.value();
    (value != opened).then_some(value)
}

/// Puts a text into a text field; it does not count as typed.
pub(crate) fn set_field(field: &HtmlTextAreaElement, text: &str) {
    if field.value() != text {
        field.set_value(text);
    }
    js::set(field, "opened", &text.into());
}

/// Takes over text, caret and focus from the field that stood in the same place before the start
/// script had the page rendered afresh, if it did.
pub(crate) fn take_over_field(field: &HtmlTextAreaElement) {
    let Some(root) = root() else {
        return;
    };
    let Ok(before) = js::get(&root, "fieldBefore").dyn_into::<HtmlTextAreaElement>() else {
        return;
    };
    js::set(&root, "fieldBefore", &JsValue::UNDEFINED);
    let records = "data-records";
    if before.get_attribute(records) != field.get_attribute(records) {
        return;
    }
    field.set_value(&before.value());
    js::set(field, "opened", &js::get(&before, "opened"));
    if js::get(&before, "hadFocus").is_truthy() {
        let _ = field.focus();
        let (start, end) = (before.selection_start(), before.selection_end());
        if let (Ok(Some(start)), Ok(Some(end))) = (start, end) {
            let _ = field.set_selection_range(start, end);
        }
    }
}

/// The selection in a text field, in UTF-16 units.
pub(crate) fn field_selection(field: &HtmlTextAreaElement) -> (u32, u32) {
    let start = field.selection_start().ok().flatten();
    let end = field.selection_end().ok().flatten();
    (start.unwrap_or(0), end.unwrap_or(0))
}

/// Selects a line of a text field, scrolls to it, and focuses the field.
pub(crate) fn select_line(field: &HtmlTextAreaElement, line: u32) {
    let text = field.value();
    let line = line.min(text.split('\n').count() as u32);
    let mut start = 0;
    for (number, content) in (1..).zip(text.split('\n')) {
        let end = start + content.encode_utf16().count() as u32;
        if number == line {
            let _ = field.focus();
            let _ = field.set_selection_range(start, end);
            let lines = text.split('\n').count() as f64;
            let middle = f64::from(field.scroll_height()) * (f64::from(line) - 0.5) / lines;
            field.set_scroll_top((middle - f64::from(field.client_height()) / 2.0) as i32);
            return;
        }
        start = end + 1;
    }
}

/// Waits while a word is being composed in a text field: to take the field away would lose it.
pub(crate) async fn until_composed(field: &HtmlTextAreaElement) {
    while js::get(field, "isComposing").is_truthy() {
        wait(COMPOSING_CHECK_MS).await;
    }
}

/// Shows the `mark` number `index`, from 0, in the element with this id, as the current one.
pub(crate) fn show_mark(id: &str, index: usize) {
    let Some(Ok(marks)) = element(id).map(|element| element.query_selector_all("mark.found"))
    else {
        return;
    };
    for at in 0..marks.length() {
        let Some(mark) = marks
            .get(at)
            .and_then(|mark| mark.dyn_into::<Element>().ok())
        else {
            continue;
        };
        let is_current = usize::try_from(at).is_ok_and(|at| at == index);
        // Only an invalid name could fail.
        let _ = mark
            .class_list()
            .toggle_with_force("is-current", is_current);
        if is_current {
            let options = js::object(&serde_json::json!({ "block": "nearest" }));
            mark.scroll_into_view_with_scroll_into_view_options(&options);
        }
    }
}

/// Whether a dialog is open over the page.
pub(crate) fn is_dialog_open() -> bool {
    let open = document().map(|document| document.query_selector("dialog[open]"));
    matches!(open, Some(Ok(Some(_))))
}

/// Opens a dialog over the page.
pub(crate) fn show_modal(dialog: &HtmlDialogElement) {
    if !dialog.open() {
        let _ = dialog.show_modal();
    }
}

pub(crate) fn close_modal(dialog: &HtmlDialogElement) {
    dialog.close();
}

/// Listens to every key, before anything else on the page does.
pub(crate) fn on_key(handler: impl Fn(&KeyboardEvent) + 'static) -> Listener {
    let options = EventListenerOptions {
        phase: EventListenerPhase::Capture,
        passive: false,
    };
    let listener = window().map(|window| {
        EventListener::new_with_options(&window, "keydown", options, move |event| {
            if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                handler(event);
            }
        })
    });
    Listener(listener.into_iter().collect())
}

/// Listens for what dismisses a menu while it is open: Esc, which leads the focus back to its summary, a
/// press outside of it, and a focus that goes elsewhere. The browser tells later that it was opened, and
/// by then the focus may have gone.
pub(crate) fn on_dismissal(
    menu: &HtmlDetailsElement,
    dismiss: impl Fn() + Copy + 'static,
) -> Listener {
    let Some(window) = window() else {
        return Listener(Vec::new());
    };
    let is_outside = |menu: &HtmlDetailsElement, event: &Event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Node>().ok());
        target.is_none_or(|target| !menu.contains(Some(&target)))
    };
    let first = EventListenerOptions {
        phase: EventListenerPhase::Capture,
        passive: false,
    };
    let (escaped, pressed, left) = (menu.clone(), menu.clone(), menu.clone());
    Listener(vec![
        EventListener::new_with_options(&window, "keydown", first, move |event| {
            let is_escape = event
                .dyn_ref::<KeyboardEvent>()
                .is_some_and(|event| event.key() == "Escape");
            if is_escape && escaped.open() && !is_dialog_open() {
                event.stop_propagation();
                event.prevent_default();
                dismiss();
                let summary = escaped.query_selector("summary").ok().flatten();
                if let Some(summary) =
                    summary.and_then(|found| found.dyn_into::<HtmlElement>().ok())
                {
                    let _ = summary.focus();
                }
            }
        }),
        EventListener::new_with_options(&window, "pointerdown", first, move |event| {
            if is_outside(&pressed, event) {
                dismiss();
            }
        }),
        EventListener::new_with_options(&window, "focusin", first, move |event| {
            if is_outside(&left, event) {
                dismiss();
            }
        }),
    ])
}

/// Scrolls an element to its end after the next repaint, unless somebody has scrolled up in it.
pub(crate) fn keep_at_end(id: &str) {
    /// Less than a line and a half.
    const NEAR_PX: i32 = 40;
    const HEIGHT: &str = "data-height";
    let Some(element) = element(id) else {
        return;
    };
    // How high it was when this was called last: by now it may have grown.
    let before = element.get_attribute(HEIGHT);
    let before: i32 = before.and_then(|height| height.parse().ok()).unwrap_or(0);
    let is_at_end = element.scroll_top() + element.client_height() + NEAR_PX >= before;
    next_frame(move || {
        if is_at_end {
            element.set_scroll_top(element.scroll_height());
        }
        let _ = element.set_attribute(HEIGHT, &element.scroll_height().to_string());
    });
}

/// Listens for the page being hidden, closed or left: it may be gone the next moment.
pub(crate) fn on_leaving(handler: impl Fn() + Clone + 'static) -> Listener {
    let (Some(window), Some(document)) = (window(), document()) else {
        return Listener(Vec::new());
    };
    let hidden = handler.clone();
    Listener(vec![
        EventListener::new(&window, "pagehide", move |_| handler()),
        EventListener::new(&document, "visibilitychange", move |_| hidden()),
    ])
}

/// Has the browser ask whoever leaves the page while something would be lost by it.
pub(crate) fn ask_before_leaving(would_lose: impl Fn() -> bool + 'static) -> Listener {
    let may_prevent = EventListenerOptions::enable_prevent_default();
    let listener = window().map(|window| {
        EventListener::new_with_options(&window, "beforeunload", may_prevent, move |event| {
            if would_lose() {
                event.prevent_default();
            }
        })
    });
    Listener(listener.into_iter().collect())
}

/// Listens for the key of localStorage that another tab changed; none when it cleared all.
pub(crate) fn on_other_tab(handler: impl Fn(Option<String>) + 'static) -> Listener {
    let listener = window().map(|window| {
        EventListener::new(&window, "storage", move |event| {
            let Some(event) = event.dyn_ref::<StorageEvent>() else {
                return;
            };
            let ours = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
            if event.storage_area() == ours {
                handler(event.key());
            }
        })
    });
    Listener(listener.into_iter().collect())
}

/// Listens for the system changing between light and dark.
pub(crate) fn on_color_scheme(handler: impl Fn() + 'static) -> Listener {
    let query = window()
        .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok())
        .flatten();
    let listener =
        query.map(|query| EventListener::new(&query, "change", move |_: &Event| handler()));
    Listener(listener.into_iter().collect())
}

/// Waits for `delay_ms` milliseconds.
pub(crate) async fn wait(delay_ms: u32) {
    TimeoutFuture::new(delay_ms).await;
}

/// Calls after `delay_ms` milliseconds, unless the timer is dropped before.
pub(crate) fn after(delay_ms: u32, call: impl FnOnce() + 'static) -> Timer {
    Timer(Timeout::new(delay_ms, call))
}

/// Calls before the next repaint, when the changes made now are in the document.
pub(crate) fn next_frame(call: impl FnOnce() + 'static) {
    let call = Closure::once_into_js(call);
    if let Some(window) = window() {
        let _ = window.request_animation_frame(call.unchecked_ref());
    }
}

/// Whether the command key is ⌘.
pub(crate) fn is_apple() -> bool {
    window()
        .and_then(|window| window.navigator().platform().ok())
        .is_some_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

/// Whether the browser itself knows that it has no connection.
pub(crate) fn is_offline() -> bool {
    window().is_some_and(|window| !window.navigator().on_line())
}

/// The time, in milliseconds since 1970.
pub(crate) fn now_ms() -> Option<u64> {
    Some(js_sys::Date::now() as u64)
}

/// A time as people write it here.
pub(crate) fn local_time(at_ms: u64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(at_ms as f64));
    let options = js::object::<JsValue>(&serde_json::json!({
        "dateStyle": "medium", "timeStyle": "short",
    }));
    js::call(&date, "toLocaleString", &[JsValue::UNDEFINED, options])
        .as_string()
        .unwrap_or_default()
}

/// A random name for this browser, which reveals nothing about it.
pub(crate) fn random_name() -> String {
    let mut bytes = [0_u8; 16];
    let filled = window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !filled {
        for byte in &mut bytes {
            *byte = (js_sys::Math::random() * 256.0) as u8;
        }
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
