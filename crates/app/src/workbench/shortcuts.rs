//! Keyboard shortcuts: their keys, what they do, and the dialog that lists them.

use leptos::prelude::*;
use leptos::web_sys::{Element, HtmlElement, KeyboardEvent};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::Workbench;
use super::layout::Panel;
use crate::browser;
use crate::dialog::{Dialog, DialogHandle};
use crate::erased_view::IntoErasedView;
use crate::store::Store;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shortcut {
    Run,
    RunFailedTest,
    Stop,
    Save,
    PreviousStep,
    NextStep,
    Panel(Panel),
    Console,
    StartInConsole,
    NextPanel,
    PreviousPanel,
    Shortcuts,
}

/// A pressed key and what is held down with it.
#[derive(Debug, Clone)]
struct Pressed {
    key: String,
    code: String,
    modifiers: Modifiers,
    shift: bool,
    in_text: bool,
    is_apple: bool,
}

/// The modifiers that are held down, except Shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Modifiers {
    Nothing,
    /// Ctrl, on Apple's keyboards ⌘.
    Command,
    /// Navigation: Alt, on Apple's keyboards ⌃⌥. There ⌥ alone types characters, on many layouts
    /// `#` and `@` among them.
    Around,
    /// Anything else, such as AltGr, which is Ctrl and Alt and types characters.
    Other,
}

impl Modifiers {
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
            modifiers: Modifiers::of(event, is_apple),
            shift: event.shift_key(),
            in_text: is_in_text(event),
            is_apple,
        }
    }

    fn shortcut(&self) -> Option<Shortcut> {
        match (self.modifiers, self.shift, self.key_name()) {
            (Modifiers::Command, false, "Enter") => Some(Shortcut::Run),
            (Modifiers::Command, true, "Enter") => Some(Shortcut::RunFailedTest),
            (Modifiers::Command, _, ".") => Some(Shortcut::Stop),
            (Modifiers::Command, false, "s" | "S") => Some(Shortcut::Save),
            (Modifiers::Around, _, ",") => Some(Shortcut::PreviousStep),
            (Modifiers::Around, _, ".") => Some(Shortcut::NextStep),
            (Modifiers::Around, false, "1") => Some(Shortcut::Panel(Panel::Guide)),
            (Modifiers::Around, false, "2") => Some(Shortcut::Panel(Panel::Code)),
            (Modifiers::Around, false, "3") => Some(Shortcut::Panel(Panel::Results)),
            (Modifiers::Around, false, "4") => Some(Shortcut::Console),
            (Modifiers::Around, false, "r" | "R") => Some(Shortcut::StartInConsole),
            (Modifiers::Nothing, false, "F6") => Some(Shortcut::NextPanel),
            (Modifiers::Nothing, true, "F6") => Some(Shortcut::PreviousPanel),
            (Modifiers::Nothing, _, "?" | "؟") if !self.in_text => Some(Shortcut::Shortcuts),
            _ => None,
        }
    }

    /// The character that the key types, not its position, since layouts differ; with Shift where a
    /// layout needs it. But digits have one position on all of them, ⌃⌥ changes what a key types,
    /// and on a keyboard of another script the Latin character is not there, or elsewhere: the
    /// position counts wherever the key types neither a Latin letter nor the sign itself.
    fn key_name(&self) -> &str {
        let has_its_sign = self.key.is_ascii()
            && (self.key.len() > 1
                || self
                    .key
                    .contains(|sign: char| sign.is_ascii_alphanumeric() || ".,".contains(sign)));
        let by_position = !has_its_sign || (self.modifiers == Modifiers::Around && self.is_apple);
        match (self.modifiers, self.code.as_str()) {
            (Modifiers::Around, "Digit1") => "1",
            (Modifiers::Around, "Digit2") => "2",
            (Modifiers::Around, "Digit3") => "3",
            (Modifiers::Around, "Digit4") => "4",
            (_, "Comma") if by_position && !self.shift => ",",
            (_, "Period") if by_position && !self.shift => ".",
            (_, "KeyS") if by_position => "s",
            (Modifiers::Around, "KeyR") if by_position => "r",
            _ => &self.key,
        }
    }
}

fn is_in_text(event: &KeyboardEvent) -> bool {
    let target = event_target::<Element>(event);
    matches!(target.tag_name().as_str(), "TEXTAREA" | "INPUT" | "SELECT")
        || target.has_attribute("contenteditable")
}

/// Listens for the shortcuts for as long as the workbench exists.
pub(super) fn listen(bench: Workbench, dialog: DialogHandle) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let listener = browser::on_key(move |event| {
            if event.is_composing() || browser::is_dialog_open() {
                return;
            }
            let Some(shortcut) = Pressed::of(event).shortcut() else {
                return;
            };
            event.prevent_default();
            event.stop_propagation();
            if event.repeat() {
                return;
            }
            let (before, after) = bench.step.neighbours();
            let go = |step: Option<protocol::StepSummary>| {
                if let Some(step) = step {
                    // An address has the base path already.
                    let options = NavigateOptions {
                        resolve: false,
                        ..NavigateOptions::default()
                    };
                    navigate(&bench.step.address(&step), options);
                }
            };
            match shortcut {
                Shortcut::Run => bench.runs.start_or_stop(),
                Shortcut::RunFailedTest => bench.runs.start_failed_test(),
                Shortcut::Stop => bench.runs.stop(),
                // Otherwise the browser would offer to save the page.
                Shortcut::Save => bench.editor.save_what_was_typed(),
                Shortcut::PreviousStep => go(before),
                Shortcut::NextStep => go(after),
                Shortcut::Panel(panel) => bench.focus_panel(panel),
                Shortcut::Console => bench.console.show(),
                Shortcut::StartInConsole => {
                    bench.console.show();
                    bench.console.start();
                }
                Shortcut::NextPanel => bench.focus_panel(neighbour(event, 1)),
                Shortcut::PreviousPanel => {
                    bench.focus_panel(neighbour(event, Panel::ALL.len() - 1))
                }
                Shortcut::Shortcuts => dialog.open(),
            }
        });
        // Dropped with the effect.
        StoredValue::new_local(listener);
    });
}

/// The panel that is `places` after the one with the focus, the first one following the last.
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
        let rows: [(&[&str], &str); 16] = [
            (&[command, "Enter"], "Run the tests, or stop the run"),
            (
                &[command, "Shift", "Enter"],
                "Run only the test that failed, once more",
            ),
            (&[command, "."], "Stop the run"),
            (&[command, "S"], "Save now, though typing saves by itself"),
            (&[around, ","], "Previous step"),
            (&[around, "."], "Next step"),
            (&[around, "1"], "Go to the guide"),
            (&[around, "2"], "Go to the code"),
            (&[around, "3"], "Go to the results"),
            (&[around, "4"], "Go to the console"),
            (
                &[around, "R"],
                "Start your program in the console, or start it again",
            ),
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
                    .map(|key| view! { <kbd translate="no" class="key">{key.to_string()}</kbd> })
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
            // On a phone the list scrolls, which a keyboard can do only where it can be focused.
            <dl class="shortcuts-list" tabindex="0">{rows}</dl>
        </Dialog>
    }
    .into_erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortcut(key: &str, code: &str, modifiers: Modifiers, is_apple: bool) -> Option<Shortcut> {
        shifted(key, code, modifiers, is_apple, false)
    }

    fn shifted(
        key: &str,
        code: &str,
        modifiers: Modifiers,
        is_apple: bool,
        shift: bool,
    ) -> Option<Shortcut> {
        let pressed = Pressed {
            key: key.to_owned(),
            code: code.to_owned(),
            modifiers,
            shift,
            in_text: true,
            is_apple,
        };
        pressed.shortcut()
    }

    #[test]
    fn keys_of_other_scripts_are_known_by_their_position() {
        // Russian, Greek, Hebrew, Arabic: S, and the full stop where English has it.
        for (key, code) in [("ы", "KeyS"), ("σ", "KeyS"), ("ד", "KeyS"), ("س", "KeyS")] {
            let found = shortcut(key, code, Modifiers::Command, false);
            assert_eq!(found, Some(Shortcut::Save), "{key}");
        }
        for (key, code) in [("ю", "Period"), ("ץ", "Period"), ("ز", "Period")] {
            let stop = shortcut(key, code, Modifiers::Command, false);
            assert_eq!(stop, Some(Shortcut::Stop), "{key}");
            let next = shortcut(key, code, Modifiers::Around, false);
            assert_eq!(next, Some(Shortcut::NextStep), "{key}");
        }
        // Russian: the full stop itself is beside Shift. Hebrew: the comma is where others have ' .
        for (key, code, expected) in [
            (".", "Slash", Shortcut::NextStep),
            (",", "Quote", Shortcut::PreviousStep),
        ] {
            assert_eq!(
                shortcut(key, code, Modifiers::Around, false),
                Some(expected)
            );
        }
        assert_eq!(
            shortcut("ы", "KeyS", Modifiers::Nothing, false),
            None,
            "typing goes on"
        );
    }

    #[test]
    fn signs_that_need_shift_are_known_with_it() {
        // French: the full stop is Shift and the key beside M, whose own sign is a semicolon.
        let stop = |modifiers| shifted(".", "Comma", modifiers, false, true);
        assert_eq!(stop(Modifiers::Command), Some(Shortcut::Stop));
        assert_eq!(stop(Modifiers::Around), Some(Shortcut::NextStep));
        // English: Shift and the full stop are another sign.
        assert_eq!(
            shifted(">", "Period", Modifiers::Command, false, true),
            None
        );
    }

    #[test]
    fn keys_are_known_by_their_signs_on_every_layout() {
        for (key, code, modifiers, is_apple, expected) in [
            (
                ".",
                "Period",
                Modifiers::Command,
                false,
                Some(Shortcut::Stop),
            ),
            // Dvorak: V is where others have the full stop.
            ("v", "Period", Modifiers::Command, false, None),
            (".", "KeyE", Modifiers::Command, false, Some(Shortcut::Stop)),
            // French: digits need Shift.
            (
                "&",
                "Digit1",
                Modifiers::Around,
                false,
                Some(Shortcut::Panel(Panel::Guide)),
            ),
            // British Apple keyboards: ⌥3 types a number sign.
            ("#", "Digit3", Modifiers::Other, true, None),
            (
                "#",
                "Digit3",
                Modifiers::Around,
                true,
                Some(Shortcut::Panel(Panel::Results)),
            ),
            (
                "≥",
                "Period",
                Modifiers::Around,
                true,
                Some(Shortcut::NextStep),
            ),
            ("?", "Slash", Modifiers::Nothing, false, None),
        ] {
            assert_eq!(
                shortcut(key, code, modifiers, is_apple),
                expected,
                "{key} {code} {modifiers:?}"
            );
        }
    }
}
