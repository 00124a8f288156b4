//! The notes below the learner's lines, and the marks in the margin.

use browser_model::{InlineSpan, LineNote, inline_spans, utf16_column};
use monaco::api::CodeEditor as Monaco;
use monaco::sys::MarkerSeverity;
use monaco::sys::editor::ITextModel;
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use web_sys::{Document, Element};

use super::js;

/// More lines never fit into a quarter of an editor.
const LINES_MAX: u32 = 12;

pub(super) fn marker(model: &ITextModel, note: &LineNote) -> Value {
    let line = f64::from(note.line);
    let (start, end) = note.columns.map_or_else(
        || {
            let first = model.get_line_first_non_whitespace_column(line).max(1.0);
            (first, model.get_line_max_column(line))
        },
        |(start, end)| {
            // Monaco throws on a line that no longer exists.
            let is_there = line <= model.get_line_count();
            let text = is_there.then(|| model.get_line_content(line));
            let text = text.unwrap_or_default();
            let column = |column| f64::from(utf16_column(&text, column));
            (column(start), column(end.max(start + 1)))
        },
    );
    json!({
        "severity": MarkerSeverity::Error.to_value(),
        "message": note.message.replace('`', ""),
        "source": "CodeAlong",
        "startLineNumber": note.line,
        "startColumn": start,
        "endLineNumber": note.line,
        "endColumn": end,
    })
}

pub(super) fn decoration(note: &LineNote, is_open: bool) -> Value {
    let line = if is_open { "line-broken" } else { "" };
    let glyph = if is_open {
        "glyph-broken is-open"
    } else {
        "glyph-broken"
    };
    let hover = if is_open {
        "Close the note"
    } else {
        "Show what is wrong here"
    };
    json!({
        "range": {
            "startLineNumber": note.line, "startColumn": 1,
            "endLineNumber": note.line, "endColumn": 1,
        },
        "options": {
            "isWholeLine": true,
            "className": line,
            "marginClassName": line,
            "glyphMarginClassName": glyph,
            "glyphMarginHoverMessage": { "value": hover },
            "stickiness": 1,
        },
    })
}

/// A note as wide as the visible part of the lines, however far they scroll, and its height: at most
/// a quarter of the editor's, but at least one line.
pub(super) fn note_zone(
    monaco: &Monaco,
    document: &Document,
    note: &LineNote,
) -> Option<(Element, f64)> {
    let target: &JsValue = monaco.as_ref().as_ref();
    let layout = js::call(target, "getLayoutInfo", &[]);
    let length = |key: &str| js::get(&layout, key).as_f64().unwrap_or(0.0);
    let width = (length("contentWidth") - length("verticalScrollbarWidth")).max(120.0);
    let height_max = length("height") / 4.0;

    let text = document.create_element("p").ok()?;
    text.set_attribute("style", &format!("width:{width}px"))
        .ok()?;
    for span in inline_spans(&note.message) {
        let tag = match &span {
            InlineSpan::Text(_) => "span",
            InlineSpan::Code(_) => "code",
        };
        let part = document.create_element(tag).ok()?;
        part.set_text_content(Some(span.text()));
        text.append_child(&part).ok()?;
    }
    let element = document.create_element("div").ok()?;
    element.set_class_name("line-note");
    // Screen readers find the same in the results.
    element.set_attribute("aria-hidden", "true").ok()?;
    element.append_child(&text).ok()?;

    let frame = document.create_element("div").ok()?;
    let style = "position:absolute;visibility:hidden";
    frame.set_attribute("style", style).ok()?;
    frame.append_child(&element).ok()?;
    document.body()?.append_child(&frame).ok()?;
    let mut height = element.get_bounding_client_rect().height();
    if height > height_max {
        // The results have the whole of it.
        text.set_attribute("title", &note.message.replace('`', ""))
            .ok()?;
        text.set_class_name("is-cut");
        for lines in (1..=LINES_MAX).rev() {
            let style = format!("width:{width}px;-webkit-line-clamp:{lines}");
            text.set_attribute("style", &style).ok()?;
            height = element.get_bounding_client_rect().height();
            if height <= height_max {
                break;
            }
        }
    }
    frame.remove();
    element.remove();
    Some((element, height.ceil()))
}
