//! Keys for what Python is full of and a touch keyboard hides.

use leptos::ev;
use leptos::prelude::*;

use super::Workbench;
use super::program_editor::MonacoState;

use crate::erased_view::IntoErasedView;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SymbolKey {
    /// Types this.
    Symbol(&'static str),
    /// Indents, as the key does.
    Tab,
    Undo,
}

const KEYS: [SymbolKey; 13] = [
    SymbolKey::Tab,
    SymbolKey::Symbol(":"),
    SymbolKey::Symbol("\""),
    SymbolKey::Symbol("\\"),
    SymbolKey::Symbol("("),
    SymbolKey::Symbol(")"),
    SymbolKey::Symbol("["),
    SymbolKey::Symbol("]"),
    SymbolKey::Symbol("="),
    SymbolKey::Symbol("_"),
    SymbolKey::Symbol("%"),
    SymbolKey::Symbol("#"),
    SymbolKey::Undo,
];

impl SymbolKey {
    fn label(self) -> &'static str {
        match self {
            Self::Symbol(symbol) => symbol,
            Self::Tab => "Tab",
            Self::Undo => "Undo",
        }
    }
}

/// A row of keys under the editor, where a finger is all that there is.
#[component]
pub(super) fn SymbolKeys() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let is_mounted = move || bench.editor.monaco_state().get() == MonacoState::Mounted;
    // The editor keeps the focus, or its keyboard would go.
    let keep_focus = |event: ev::PointerEvent| event.prevent_default();
    let keep_focus_of_mouse = |event: ev::MouseEvent| event.prevent_default();
    let keys = KEYS
        .map(|key| {
            let press = move |_| match key {
                SymbolKey::Symbol(symbol) => bench.editor.type_text(symbol),
                SymbolKey::Tab => bench.editor.run_command("tab"),
                SymbolKey::Undo => bench.editor.run_command("undo"),
            };
            view! {
                <button
                    type="button"
                    translate="no"
                    on:pointerdown=keep_focus
                    on:mousedown=keep_focus_of_mouse
                    on:click=press
                >
                    {key.label()}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="symbol-keys" role="group" aria-label="Symbols" hidden=move || !is_mounted()>
            {keys}
        </div>
    }
    .into_erased()
}
