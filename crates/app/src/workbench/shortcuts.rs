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
    PreviousStep,
    NextStep,
    Panel(Panel),
    NextPanel,
    PreviousPanel,
    Shortcuts,
}

/// A key, without what else is held down.
struct Pressed {
    key: String,
    code: String,
    command: bool,
    alt: bool,
    shift: bool,
    in_text: bool,
}

impl Pressed {
    fn of(event: &KeyboardEvent) -> Self {
        let (command, other) = if browser::is_apple() {
            (event.meta_key(), event.ctrl_key())
        } else {
            (event.ctrl_key(), event.meta_key())
        };
        Self {
            key: event.key(),
            code: event.code(),
            command: command && !other,
            alt: event.alt_key(),
            shift: event.shift_key(),
            in_text: is_in_text(event),
        }
    }

    fn wish(&self) -> Option<Wish> {
        match (self.command, self.alt, self.shift, self.code.as_str()) {
            (true, false, false, "Enter" | "NumpadEnter") => Some(Wish::Run),
            (true, false, false, "Period") => Some(Wish::Cancel),
            (false, true, false, "Comma") => Some(Wish::PreviousStep),
            (false, true, false, "Period") => Some(Wish::NextStep),
            (false, true, false, "Digit1") => Some(Wish::Panel(Panel::Guide)),
            (false, true, false, "Digit2") => Some(Wish::Panel(Panel::Code)),
            (false, true, false, "Digit3") => Some(Wish::Panel(Panel::Results)),
            (false, false, false, "F6") => Some(Wish::NextPanel),
            (false, false, true, "F6") => Some(Wish::PreviousPanel),
            _ if self.key == "?" && !self.command && !self.alt && !self.in_text => {
                Some(Wish::Shortcuts)
            }
            _ => None,
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
        let focus = move || match panel {
            Panel::Code => self.focus_editor(),
            Panel::Guide | Panel::Results => browser::focus(panel.body_id()),
        };
        let is_shown = browser::element_width(panel.body_id()) > 0.0;
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
        let (command, alt) = if store.is_loaded() && browser::is_apple() {
            ("⌘", "⌥")
        } else {
            ("Ctrl", "Alt")
        };
        let rows: [(&[&str], &str); 12] = [
            (&[command, "Enter"], "Run the tests"),
            (&[command, "."], "Cancel the run"),
            (&[alt, ","], "Previous step"),
            (&[alt, "."], "Next step"),
            (&[alt, "1"], "Go to the guide"),
            (&[alt, "2"], "Go to the code"),
            (&[alt, "3"], "Go to the results"),
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
