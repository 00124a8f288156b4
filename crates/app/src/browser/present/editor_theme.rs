//! Monaco's colours in both themes. It takes no custom properties, so most repeat `tokens.css`.

use std::cell::Cell;

use browser_model::Theme;
use monaco::sys::editor::IStandaloneThemeData;
use serde_json::{Value, json};

use super::js;
use super::monaco_module::MonacoModule;

const LIGHT: &str = "codealong-light";
const DARK: &str = "codealong-dark";

thread_local! {
    static CHOSEN: Cell<Theme> = const { Cell::new(Theme::System) };
}

/// Gives every editor on the page the colours of a theme, once there is one.
pub(crate) fn use_editor_theme(theme: Theme) {
    CHOSEN.set(theme);
    if let Some(module) = MonacoModule::loaded() {
        use_chosen(&module);
    }
}

/// Gives Monaco, which has just been loaded, both themes and the chosen one.
pub(super) fn apply(module: &MonacoModule) {
    for (name, data) in [(LIGHT, light()), (DARK, dark())] {
        module.define_theme(name, &js::object::<IStandaloneThemeData>(&data));
    }
    use_chosen(module);
}

fn use_chosen(module: &MonacoModule) {
    let dark = match CHOSEN.get() {
        Theme::Dark => true,
        Theme::Light => false,
        Theme::System => system_is_dark(),
    };
    module.set_theme(if dark { DARK } else { LIGHT });
}

fn system_is_dark() -> bool {
    web_sys::window()
        .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok())
        .flatten()
        .is_some_and(|query| query.matches())
}

fn light() -> Value {
    theme(
        "vs",
        &Palette {
            ink: "1d1f24",
            background: "ffffff",
            keyword: "4452c6",
            string: "2d7a46",
            number: "a6500a",
            comment: "636a79",
            line_number: "5b606c",
            line_number_active: "1d1f24",
            selection: "d5daf7",
            selection_inactive: "e6e9f8",
            word: "e9ebf6",
            current_line: "f6f6f3",
            accent: "4452c6",
            guide: "e3e3de",
            guide_active: "cfcfc8",
            fail: "b9332a",
            widget: "fafaf8",
            line: "e3e3de",
            added: "17734a18",
            removed: "b9332a0f",
        },
    )
}

fn dark() -> Value {
    theme(
        "vs-dark",
        &Palette {
            ink: "e7e9ee",
            background: "15181e",
            keyword: "8f9bff",
            string: "8fd6a2",
            number: "f0a868",
            comment: "8b93a2",
            line_number: "9aa2b1",
            line_number_active: "e7e9ee",
            selection: "313a66",
            selection_inactive: "272d4a",
            word: "262b40",
            current_line: "1a1e26",
            accent: "8f9bff",
            guide: "272c36",
            guide_active: "39404d",
            fail: "ff8177",
            widget: "1b1f27",
            line: "272c36",
            added: "56d08d1e",
            removed: "ff81771b",
        },
    )
}

struct Palette {
    ink: &'static str,
    background: &'static str,
    keyword: &'static str,
    string: &'static str,
    number: &'static str,
    comment: &'static str,
    line_number: &'static str,
    line_number_active: &'static str,
    selection: &'static str,
    selection_inactive: &'static str,
    word: &'static str,
    current_line: &'static str,
    accent: &'static str,
    guide: &'static str,
    guide_active: &'static str,
    fail: &'static str,
    widget: &'static str,
    line: &'static str,
    added: &'static str,
    removed: &'static str,
}

fn theme(base: &str, palette: &Palette) -> Value {
    let hash = |color: &str| format!("#{color}");
    let mut theme = json!({
        "base": base,
        "inherit": true,
        "rules": [
            { "token": "", "foreground": palette.ink, "background": palette.background },
            { "token": "keyword", "foreground": palette.keyword },
            { "token": "string", "foreground": palette.string },
            { "token": "string.escape", "foreground": palette.string },
            { "token": "number", "foreground": palette.number },
            { "token": "comment", "foreground": palette.comment },
            { "token": "tag", "foreground": palette.keyword },
            { "token": "delimiter", "foreground": palette.ink },
            { "token": "identifier", "foreground": palette.ink },
        ],
        "colors": {
            "editor.background": hash(palette.background),
            "editor.foreground": hash(palette.ink),
            "editorLineNumber.foreground": hash(palette.line_number),
            "editorLineNumber.activeForeground": hash(palette.line_number_active),
            "editorCursor.foreground": hash(palette.accent),
            "editor.selectionBackground": hash(palette.selection),
            "editor.inactiveSelectionBackground": hash(palette.selection_inactive),
            "editor.wordHighlightBackground": hash(palette.word),
            "editor.wordHighlightStrongBackground": hash(palette.word),
            "editor.lineHighlightBackground": hash(palette.current_line),
            "editor.lineHighlightBorder": "#00000000",
            "editorIndentGuide.background": hash(palette.guide),
            "editorIndentGuide.activeBackground": hash(palette.guide_active),
            "editorError.foreground": hash(palette.fail),
            "editorOverviewRuler.border": "#00000000",
            "editorOverviewRuler.errorForeground": hash(palette.fail),
            "editorWidget.background": hash(palette.widget),
            "editorWidget.foreground": hash(palette.ink),
            "editorWidget.border": hash(palette.line),
            "editorHoverWidget.background": hash(palette.widget),
            "editorHoverWidget.border": hash(palette.line),
            "editorSuggestWidget.background": hash(palette.widget),
            "editorSuggestWidget.border": hash(palette.line),
            "input.background": hash(palette.background),
            "input.border": hash(palette.guide_active),
            "focusBorder": hash(palette.accent),
            "scrollbar.shadow": "#00000000",
            "diffEditor.insertedTextBackground": hash(palette.added),
            "diffEditor.removedTextBackground": hash(palette.removed),
        },
    });
    if let Some(colors) = theme["colors"].as_object_mut() {
        colors.extend(popup_colors(palette));
    }
    theme
}

/// The colours of what opens over the editor: lists, menus, the find box.
fn popup_colors(palette: &Palette) -> impl Iterator<Item = (String, Value)> {
    let colors = [
        ("editorSuggestWidget.foreground", palette.ink),
        ("editorSuggestWidget.selectedBackground", palette.selection),
        ("editorSuggestWidget.selectedForeground", palette.ink),
        ("editorSuggestWidget.highlightForeground", palette.accent),
        (
            "editorSuggestWidget.focusHighlightForeground",
            palette.accent,
        ),
        ("editor.findMatchBackground", palette.selection),
        ("editor.findMatchBorder", palette.accent),
        ("editor.findMatchHighlightBackground", palette.word),
        ("list.hoverBackground", palette.word),
        ("list.hoverForeground", palette.ink),
        ("list.activeSelectionBackground", palette.selection),
        ("list.activeSelectionForeground", palette.ink),
        ("list.focusBackground", palette.selection),
        ("list.focusForeground", palette.ink),
        ("list.highlightForeground", palette.accent),
        ("quickInput.background", palette.widget),
        ("quickInput.foreground", palette.ink),
        ("quickInputList.focusBackground", palette.selection),
        ("quickInputList.focusForeground", palette.ink),
        ("pickerGroup.foreground", palette.accent),
        ("pickerGroup.border", palette.line),
        ("keybindingLabel.background", palette.background),
        ("keybindingLabel.foreground", palette.ink),
        ("keybindingLabel.border", palette.guide_active),
        ("keybindingLabel.bottomBorder", palette.guide_active),
        ("menu.background", palette.widget),
        ("menu.foreground", palette.ink),
        ("menu.border", palette.line),
        ("menu.selectionBackground", palette.selection),
        ("menu.selectionForeground", palette.ink),
        ("menu.separatorBackground", palette.line),
        ("toolbar.hoverBackground", palette.word),
        ("inputOption.activeBackground", palette.selection),
        ("inputOption.activeBorder", palette.accent),
        ("inputOption.activeForeground", palette.ink),
        ("input.foreground", palette.ink),
        ("input.placeholderForeground", palette.comment),
        ("widget.shadow", "00000029"),
    ];
    colors
        .into_iter()
        .map(|(name, color)| (name.to_owned(), Value::String(format!("#{color}"))))
}
