//! The keyboard's shortcuts: what they are called, what they do, and the dialog that lists them.

use leptos::prelude::*;
use leptos::web_sys::{Element, HtmlElement, KeyboardEvent};
use leptos_router::hooks::use_navigate;

use super::{Panel, Workbench};
use crate::browser;
use crate::dialog::{Dialog, DialogHandle};
use crate::store::Store;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Run,
    Cancel,
    Save,
    PreviousStep,
    NextStep,
    Panel(Panel),
    NextPanel,
    PreviousPanel,
    Shortcuts,
}

/// A key and what is held down with it.
#[derive(Debug, Clone)]
struct Pressed {
    key: String,
    code: String,
    held: Held,
    shift: bool,
    in_text: bool,
    is_apple: bool,
}

/// The keys that are held down, Shift aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Nothing,
    /// Ctrl, on Apple's keyboards ⌘.
    Command,
    /// What leads around in the workbench: Alt, on Apple's keyboards ⌃⌥. There ⌥ alone writes
    /// characters, `#` and `@` among them on many layouts.
    Around,
    /// Anything else: AltGr is Ctrl and Alt, and writes characters.
    Other,
}

impl Held {
    fn of(event: &KeyboardEvent, is_apple: bool) -> Self {
        let keys = (event.ctrl_key(), event.alt_key(), event.meta_key());
        match (is_apple, keys) {
            (_, (false, false, false)) => Self::Nothing,
            (true, (false, false, true)) | (false, (true, false, false)) => Self::Command,
            (true, (true, true, false)) | (false, (false, true, false)) => Self::Around,
            _ => Self::Other,
        }
    }
}

impl Pressed {
    fn of(event: &KeyboardEvent) -> Self {
        let is_apple = browser::is_apple();
        Self {
            key: event.key(),
            code: event.code(),
            held: Held::of(event, is_apple),
            shift: event.shift_key(),
            in_text: is_in_text(event),
            is_apple,
        }
    }

    fn wish(&self) -> Option<Wish> {
        match (self.held, self.shift, self.sign()) {
            (Held::Command, false, "Enter") => Some(Wish::Run),
            (Held::Command, false, ".") => Some(Wish::Cancel),
            (Held::Command, false, "s" | "S") => Some(Wish::Save),
            (Held::Around, false, ",") => Some(Wish::PreviousStep),
            (Held::Around, false, ".") => Some(Wish::NextStep),
            (Held::Around, false, "1") => Some(Wish::Panel(Panel::Guide)),
            (Held::Around, false, "2") => Some(Wish::Panel(Panel::Code)),
            (Held::Around, false, "3") => Some(Wish::Panel(Panel::Results)),
            (Held::Nothing, false, "F6") => Some(Wish::NextPanel),
            (Held::Nothing, true, "F6") => Some(Wish::PreviousPanel),
            (Held::Nothing, _, "?") if !self.in_text => Some(Wish::Shortcuts),
            _ => None,
        }
    }

    /// The sign on the key: what it writes, not where it lies, since layouts differ. Digits lie in
    /// one place on all of them, but are written with Shift on some; and ⌃⌥ changes what is written.
    fn sign(&self) -> &str {
        match (self.held, self.code.as_str()) {
            (Held::Around, "Digit1") => "1",
            (Held::Around, "Digit2") => "2",
            (Held::Around, "Digit3") => "3",
            (Held::Around, "Comma") if self.is_apple => ",",
            (Held::Around, "Period") if self.is_apple => ".",
            _ => &self.key,
        }
    }
}

fn is_in_text(event: &KeyboardEvent) -> bool {
    let target = event_target::<Element>(event);
    matches!(target.tag_name().as_str(), "TEXTAREA" | "INPUT" | "SELECT")
        || target.has_attribute("contenteditable")
}

/// Listens for the shortcuts for as long as the workbench is there.
pub(super) fn listen(bench: Workbench, dialog: DialogHandle) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let listener = browser::on_key(move |event| {
            if event.is_composing() || browser::is_dialog_open() {
                return;
            }
            let Some(wish) = Pressed::of(event).wish() else {
                return;
            };
            event.prevent_default();
            event.stop_propagation();
            if event.repeat() {
                return;
            }
            let (before, after) = bench.neighbours();
            let go = |step: Option<lesson::StepSummary>| {
                if let Some(step) = step {
                    navigate(&bench.address(&step), Default::default());
                }
            };
            match wish {
                Wish::Run => bench.run(),
                Wish::Cancel => bench.cancel(),
                // The browser's own would offer to save the page.
                Wish::Save => bench.keep_what_was_typed(),
                Wish::PreviousStep => go(before),
                Wish::NextStep => go(after),
                Wish::Panel(panel) => bench.focus_panel(panel),
                Wish::NextPanel => bench.focus_panel(neighbour(event, 1)),
                Wish::PreviousPanel => bench.focus_panel(neighbour(event, Panel::ALL.len() - 1)),
                Wish::Shortcuts => dialog.open(),
            }
        });
        // Dropped with the effect.
        StoredValue::new_local(listener);
    });
}

/// The panel that lies some places after the one with the focus.
fn neighbour(event: &KeyboardEvent, places: usize) -> Panel {
    let target = event_target::<HtmlElement>(event);
    let here = Panel::ALL.iter().position(|panel| {
        let inside = target.closest(&format!("#{}", panel.id()));
        matches!(inside, Ok(Some(_)))
    });
    match here {
        Some(here) => Panel::ALL[(here + places) % Panel::ALL.len()],
        None => Panel::ALL[0],
    }
}

impl Workbench {
    /// Shows a panel and puts the focus into it.
    pub(super) fn focus_panel(self, panel: Panel) {
        let body = self.body_id(panel);
        let focus = move || match panel {
            Panel::Code => self.focus_editor(),
            Panel::Guide | Panel::Results => browser::focus(body),
        };
        let is_shown = browser::element_width(body) > 0.0;
        self.panel.set(panel);
        // At once, since the next key may follow closely; a narrow page has to show it first.
        if is_shown {
            focus();
        } else {
            browser::next_frame(focus);
        }
    }
}

/// The dialog that lists the shortcuts.
#[component]
pub(super) fn ShortcutsDialog(
    /// What opens it.
    handle: DialogHandle,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let rows = move || {
        let (command, around) = if store.is_loaded() && browser::is_apple() {
            ("⌘", "⌃⌥")
        } else {
            ("Ctrl", "Alt")
        };
        let rows: [(&[&str], &str); 13] = [
            (&[command, "Enter"], "Run the tests"),
            (&[command, "."], "Cancel the run"),
            (&[command, "S"], "Save now, though typing saves by itself"),
            (&[around, ","], "Previous step"),
            (&[around, "."], "Next step"),
            (&[around, "1"], "Go to the guide"),
            (&[around, "2"], "Go to the code"),
            (&[around, "3"], "Go to the results"),
            (&["F6"], "Next panel; with Shift the one before"),
            (
                &["Esc", "Tab"],
                "Leave the editor: in it, Tab alone indents",
            ),
            (&["←", "→"], "Move a divider that has the focus"),
            (&["F1"], "Every command of the editor"),
            (&["?"], "This list"),
        ];
        rows.into_iter()
            .map(|(keys, meaning)| {
                let keys = keys
                    .iter()
                    .map(|key| view! { <kbd class="key">{key.to_string()}</kbd> })
                    .collect_view();
                view! {
                    <div>
                        <dt>{keys}</dt>
                        <dd>{meaning}</dd>
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <Dialog handle title="Keyboard shortcuts" name="shortcuts">
            <dl class="shortcuts-list">{rows}</dl>
        </Dialog>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(key: &str, code: &str, held: Held, is_apple: bool) -> Option<Wish> {
        let pressed = Pressed {
            key: key.to_owned(),
            code: code.to_owned(),
            held,
            shift: false,
            in_text: true,
            is_apple,
        };
        pressed.wish()
    }

    #[test]
    fn keys_are_known_by_their_signs_on_every_layout() {
        for (key, code, held, is_apple, expected) in [
            (".", "Period", Held::Command, false, Some(Wish::Cancel)),
            // Dvorak: V lies where others have the full stop.
            ("v", "Period", Held::Command, false, None),
            (".", "KeyE", Held::Command, false, Some(Wish::Cancel)),
            // French: digits need Shift.
            (
                "&",
                "Digit1",
                Held::Around,
                false,
                Some(Wish::Panel(Panel::Guide)),
            ),
            // British Apple keyboards: ⌥3 writes a number sign.
            ("#", "Digit3", Held::Other, true, None),
            (
                "#",
                "Digit3",
                Held::Around,
                true,
                Some(Wish::Panel(Panel::Results)),
            ),
            ("≥", "Period", Held::Around, true, Some(Wish::NextStep)),
            ("?", "Slash", Held::Nothing, false, None),
        ] {
            assert_eq!(
                wish(key, code, held, is_apple),
                expected,
                "{key} {code} {held:?}"
            );
        }
    }
}
