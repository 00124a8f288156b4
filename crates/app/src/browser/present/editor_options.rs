//! Monaco's options: its font, what depends on its width, and what is switched off.

use serde_json::{Value, json};

use super::super::EditorSetup;

/// The options that depend on the editor's width: a narrow one wraps lines, and on a phone the
/// margin has no room for marks.
pub(super) fn fitting(width_px: f64) -> Value {
    json!({
        "wordWrap": if width_px < 480.0 { "on" } else { "off" },
        "glyphMargin": width_px >= 376.0,
    })
}

pub(super) fn options(setup: &EditorSetup, root_px: f64, host_px: i32) -> Value {
    let font_px = (root_px * 0.86).round();
    let mut options = json!({
        "value": setup.opened,
        "language": "python",
        "ariaLabel": setup.label,
        "automaticLayout": true,
        "fontFamily": "ui-monospace, 'JetBrains Mono', 'SF Mono', 'Cascadia Code', \
                       'DejaVu Sans Mono', Menlo, Consolas, monospace",
        "fontSize": font_px,
        "lineHeight": (font_px * 1.6).round(),
        "tabSize": 4,
        "insertSpaces": true,
        "detectIndentation": false,
        "minimap": { "enabled": false },
        "scrollBeyondLastLine": false,
        "padding": { "top": 12, "bottom": 12 },
        "wrappingIndent": "indent",
        "lineNumbersMinChars": 3,
        "lineDecorationsWidth": 14,
        "folding": false,
        "renderLineHighlight": "line",
        "renderLineHighlightOnlyWhenFocus": true,
        "overviewRulerBorder": false,
        "hideCursorInOverviewRuler": true,
        "fixedOverflowWidgets": true,
        "links": false,
        "smoothScrolling": false,
        "cursorBlinking": "solid",
        "wordBasedSuggestionsOnlySameLanguage": true,
        "scrollbar": { "useShadows": false, "verticalScrollbarSize": 10, "horizontalScrollbarSize": 10 },
        "find": { "addExtraSpaceOnTop": false },
    });
    // A hidden panel has no width yet, and only narrow pages hide the editor.
    if let (Some(all), Value::Object(fitting)) =
        (options.as_object_mut(), fitting(f64::from(host_px)))
    {
        all.extend(fitting);
    }
    options
}

pub(super) fn root_font_px() -> f64 {
    let style = || {
        let window = web_sys::window()?;
        let root = window.document()?.document_element()?;
        let size = window
            .get_computed_style(&root)
            .ok()??
            .get_property_value("font-size")
            .ok()?;
        size.trim_end_matches("px").parse().ok()
    };
    style().unwrap_or(16.0)
}
