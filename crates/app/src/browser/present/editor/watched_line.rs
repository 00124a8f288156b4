//! The line that a recording is at.

use js_sys::Array;
use monaco::sys::editor::IEditor;
use serde_json::json;
use wasm_bindgen::JsValue;

use super::super::js;
use super::CodeEditor;

impl CodeEditor {
    /// Marks a line and writes a text behind its end, in place of the one before; none takes it away.
    pub(crate) fn show_watched_line(&self, marked: Option<(u32, String)>) {
        let Some(model) = self.model() else {
            return;
        };
        let decorations = Array::new();
        if let Some((line, text)) = &marked
            // Monaco throws on a line that is not there.
            && f64::from(*line) <= model.get_line_count()
        {
            let end = model.get_line_max_column(f64::from(*line));
            let after = if text.is_empty() {
                json!(null)
            } else {
                json!({
                    "content": format!("    {text}"),
                    "inlineClassName": "watched-values",
                    "cursorStops": 3,
                })
            };
            decorations.push(&js::object::<JsValue>(&json!({
                "range": {
                    "startLineNumber": line, "startColumn": 1,
                    "endLineNumber": line, "endColumn": end,
                },
                "options": {
                    "isWholeLine": true,
                    "className": "line-watched",
                    "marginClassName": "line-watched",
                    "showIfCollapsed": true,
                    "after": after,
                },
            })));
            let target: &IEditor = self.0.monaco.as_ref();
            target.reveal_line_in_center_if_outside_viewport(f64::from(*line), None);
        }
        let old = self.0.watched_line.borrow().clone();
        *self.0.watched_line.borrow_mut() = model.delta_decorations(&old, &decorations, None);
    }
}
