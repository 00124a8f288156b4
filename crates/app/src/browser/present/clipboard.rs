//! The clipboard, and the blocks of code that can be copied into it.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClipboardEvent, Element, Event, HtmlDivElement, HtmlElement, HtmlTextAreaElement};

use super::js;

/// Copies a text. Says whether the browser did.
pub(crate) async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    // Over plain HTTP, except on localhost, browsers have no clipboard object.
    if window.is_secure_context() {
        let written = window.navigator().clipboard().write_text(text);
        if JsFuture::from(written).await.is_ok() {
            return true;
        }
    }
    copy_selected(text).unwrap_or(false)
}

/// Copies a text by the deprecated `execCommand`, which works over plain HTTP too.
fn copy_selected(text: &str) -> Option<bool> {
    let document = web_sys::window()?.document()?;
    let focused = document.active_element()?;
    let field: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    field.set_value(text);
    field.set_class_name("unseen");
    // Beside what has the focus: around an open dialog everything is inert.
    focused.parent_element()?.append_child(&field).ok()?;
    field.select();
    let is_done = js::call(&document, "execCommand", &[JsValue::from_str("copy")]).is_truthy();
    field.remove();
    if let Ok(focused) = focused.dyn_into::<HtmlElement>() {
        let _ = focused.focus();
    }
    Some(is_done)
}

/// The blocks of code in a course's text: for each a new element for its button, and the code.
pub(crate) fn code_blocks(prose: &HtmlDivElement) -> Vec<(HtmlElement, String)> {
    let Ok(found) = prose.query_selector_all("pre") else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into::<Element>().ok())
        .filter_map(|block| frame(&block))
        .collect()
}

/// Puts a block into a frame beside a place for its button, which would scroll away within it.
fn frame(block: &Element) -> Option<(HtmlElement, String)> {
    let document = block.owner_document()?;
    let frame = document.create_element("div").ok()?;
    frame.set_class_name("code-frame");
    block
        .parent_node()?
        .insert_before(&frame, Some(block))
        .ok()?;
    frame.append_child(block).ok()?;
    let place: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
    place.set_class_name("code-copy");
    frame.append_child(&place).ok()?;
    Some((place, code_of(block)))
}

/// Stands for a prompt; no text of a course has it.
const PROMPT: &str = "\u{1}";

/// The code; of a session what one types, without the prompts and what is answered.
fn code_of(block: &Element) -> String {
    let copy: Option<Element> = block
        .clone_node_with_deep(true)
        .ok()
        .and_then(|copy| copy.dyn_into().ok());
    let Some(copy) = copy else {
        return String::new();
    };
    let mut is_session = false;
    while let Ok(Some(prompt)) = copy.query_selector(".prompt") {
        is_session = true;
        prompt.set_class_name("");
        prompt.set_text_content(Some(PROMPT));
    }
    let text = copy.text_content().unwrap_or_default();
    if !is_session {
        return text;
    }
    let typed = text.lines().filter_map(|line| line.strip_prefix(PROMPT));
    typed.map(|line| format!("{line}\n")).collect()
}

/// The text of a paste.
pub(crate) fn pasted_text(event: &Event) -> Option<String> {
    let event = event.dyn_ref::<ClipboardEvent>()?;
    event.clipboard_data()?.get_data("text").ok()
}
