//! The line that is typed, and for which client.

use browser_model::{ClientState, ConsolePhase, InputMode, complete_name, pasted_commands};
use leptos::ev;
use leptos::prelude::*;
use protocol::{SessionCommand, WireProtocol};

use super::ConsoleSession;
use crate::browser;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};

pub(super) const INPUT_ID: &str = "console-input";

#[component]
pub(super) fn Prompt(session: ConsoleSession) -> impl IntoView {
    let line = RwSignal::new(String::new());
    // How far back in the history the line is from, and what was typed before.
    let back = StoredValue::new(0_usize);
    let typed = StoredValue::new(String::new());
    // What was typed of a name that is being completed.
    let stem = StoredValue::new(String::new());
    let (port, protocol) = session
        .step
        .with(|course, _| (course.port, course.protocol));
    let enter = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = line.get_untracked();
        back.set_value(0);
        stem.set_value(String::new());
        line.set(String::new());
        session.type_line(&text);
    };
    let from_history = move |by: isize| {
        let found = session.console.with_untracked(|console| {
            let history = console.history();
            let before = back.get_value();
            let now = before.saturating_add_signed(by).min(history.len());
            if before == 0 && now > 0 {
                typed.set_value(line.get_untracked());
            }
            back.set_value(now);
            match history.len().checked_sub(now) {
                Some(at) if now > 0 => history.get(at).cloned(),
                _ => (before > 0).then(|| typed.get_value()),
            }
        });
        if let Some(found) = found {
            line.set(found);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        session.touch();
        if event.alt_key() || event.ctrl_key() || event.meta_key() || event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "ArrowUp" => {
                event.prevent_default();
                from_history(1);
            }
            "ArrowDown" => {
                event.prevent_default();
                from_history(-1);
            }
            // As in redis-cli; where there is nothing to complete, the focus goes on.
            "Tab" if !event.shift_key() => {
                let shown = line.get_untracked();
                let found = session.step.with(|_, step| {
                    stem.with_value(|stem| complete_name(stem, &shown, &step.commands))
                });
                if let Some(found) = found {
                    event.prevent_default();
                    line.set(found);
                }
            }
            _ => {}
        }
    };
    // A field has one line: several that are pasted are as many commands.
    let paste = move |event: ev::ClipboardEvent| {
        let pasted = browser::pasted_text(&event).unwrap_or_default();
        if session.mode.get_untracked() == InputMode::Raw || !pasted.trim().contains('\n') {
            return;
        }
        event.prevent_default();
        for line in pasted_commands(&pasted) {
            session.type_line(&line);
        }
    };
    let is_raw = move || session.mode.get() == InputMode::Raw;
    let placeholder = move || match (session.mode.get(), protocol) {
        (InputMode::Raw, _) => r"as in PING\r\n",
        (InputMode::Protocol, WireProtocol::Resp) => "type a command",
        (InputMode::Protocol, WireProtocol::Lines) => "type a line",
    };
    view! {
        <form class="console-prompt" on:submit=enter>
            <ClientChoice session />
            <div class="console-line">
                <label for=INPUT_ID>
                    <span class="unseen">"Command for client " {move || session.active.get()} ", "</span>
                    <span translate="no">{format!("localhost:{port}>")}</span>
                </label>
                <input
                    id=INPUT_ID
                    type="text"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    translate="no"
                    enterkeyhint="send"
                    placeholder=placeholder
                    prop:value=move || line.get()
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        stem.set_value(text.clone());
                        line.set(text);
                    }
                    on:keydown=on_key
                    on:paste=paste
                />
                <button type="submit" class="button">"Send"</button>
            </div>
            <label class="console-raw">
                <input
                    type="checkbox"
                    prop:checked=is_raw
                    on:change=move |event| {
                        session
                            .mode
                            .set(
                                if event_target_checked(&event) {
                                    InputMode::Raw
                                } else {
                                    InputMode::Protocol
                                },
                            );
                    }
                />
                "Raw bytes"
            </label>
        </form>
    }
    .into_erased()
}

/// Which client is typed for.
#[component]
fn ClientChoice(session: ConsoleSession) -> impl IntoView {
    let console = session.console;
    let numbers = Memo::new(move |_| {
        console.with(|console| console.clients().keys().copied().collect::<Vec<u32>>())
    });
    let can_add = move || {
        numbers.with(|numbers| numbers.len() < SessionCommand::CLIENTS_MAX as usize)
            && console.with(|console| *console.phase() == ConsolePhase::Running)
    };
    let choice = move |number: u32| {
        let is_here = move || session.active.get() == number;
        let is_connected = Memo::new(move |_| {
            console.with(|console| {
                let client = console.clients().get(&number);
                client.is_some_and(|client| client.state == ClientState::Connected)
            })
        });
        let waits = Memo::new(move |_| {
            console.with(|console| {
                let client = console.clients().get(&number);
                client.is_some_and(|client| client.waits_for > 0)
            })
        });
        view! {
            <label
                class="console-client-choice"
                data-client=number
                class:is-connected=move || is_connected.get()
                class:is-waiting=move || waits.get()
            >
                <input
                    type="radio"
                    name="console-client"
                    prop:checked=is_here
                    on:change=move |_| session.active.set(number)
                    on:click=move |event| {
                        // The arrow keys click too, and go on from one client to the next.
                        if event.detail() > 0 {
                            browser::focus(INPUT_ID);
                        }
                    }
                />
                <span>
                    <span class="unseen">"Client "</span>
                    {number}
                    <span class="unseen">
                        {move || match (is_connected.get(), waits.get()) {
                            (_, true) => ", waits for a reply",
                            (true, false) => ", connected",
                            (false, false) => ", not connected",
                        }}
                    </span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="console-clients">
            <legend>"Clients"</legend>
            <For each=move || numbers.get() key=|number| *number children=choice />
            <button
                type="button"
                class="tool"
                aria-label="Add a client"
                title="Another client, with a connection of its own"
                disabled=move || !can_add()
                on:click=move |_| session.add_client()
            >
                <Icon icon=IconName::Plus />
            </button>
            <Show when=move || numbers.with(|numbers| numbers.len() > 1)>
                <button
                    type="button"
                    class="link"
                    on:click=move |_| session.remove_client(session.active.get_untracked())
                >
                    {move || format!("Disconnect client {}", session.active.get())}
                </button>
            </Show>
        </fieldset>
    }
    .into_erased()
}
