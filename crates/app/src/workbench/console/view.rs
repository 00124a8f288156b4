//! The console's view among the results.

use browser_model::{Console, ConsolePhase, EndsSoon};
use leptos::prelude::*;

use super::ConsoleSession;
use super::entry::Entry;
use super::prompt::Prompt;
use crate::browser;
use crate::copy::CopyButton;
use crate::erased_view::IntoErasedView;
use crate::workbench::Workbench;
use crate::workbench::layout::View;

/// The part that scrolls.
const LOG_ID: &str = "console-log";

#[component]
pub(in crate::workbench) fn ConsoleView() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let session = bench.console;
    let console = session.console();
    let shows_bytes = RwSignal::new(false);
    let is_shown = move || bench.layout.view().get() == View::Console;
    let entries = move || console.with(|console| console.entries().cloned().collect::<Vec<_>>());
    // What was last is in view, unless somebody reads further up.
    Effect::new(move |_| {
        console.track();
        if is_shown() {
            browser::keep_at_end(LOG_ID);
        }
    });
    let unfinished =
        move || {
            let client = session.active.get();
            console.with(|console| console.unfinished(client)).map(|bytes| {
            view! {
                <p class="console-entry is-reply is-broken">
                    <code translate="no">{bytes}</code>
                    <small class="console-facts">
                        <span class="console-what">"so far: the reply is not whole yet"</span>
                        <span>{format!("client {client}")}</span>
                    </small>
                </p>
            }
        })
        };
    let has_many_clients =
        Signal::derive(move || console.with(|console| console.clients().len() > 1));
    let is_empty = Memo::new(move |_| {
        console.with(|console| {
            console.entries().next().is_none() && *console.phase() == ConsolePhase::Closed
        })
    });
    view! {
        <Bar session shows_bytes />
        <div
            id=LOG_ID
            class="console-log"
            role="log"
            aria-label="What was sent, and what came"
            tabindex="0"
        >
            <Show when=move || is_empty.get()>
                <Invitation />
            </Show>
            <For each=entries key=|entry| entry.number let:entry>
                <Entry entry shows_bytes=shows_bytes.into() has_many_clients />
            </For>
            {unfinished}
        </div>
        <Prompt session />
    }
    .into_erased()
}

/// What the console is for, before anything has happened.
#[component]
fn Invitation() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    view! {
        <div class="empty-state">
            <p>
                "Talk to your own server. It starts in a sandbox and runs on, and what you type below is \
                 sent by a real client, as redis-cli would."
            </p>
            <p>
                <button type="button" class="button" on:click=move |_| bench.console.start()>
                    "Start your program"
                </button>
            </p>
        </div>
    }
}

/// How the session stands, and what can be done with it.
#[component]
fn Bar(session: ConsoleSession, shows_bytes: RwSignal<bool>) -> impl IntoView {
    let console = session.console();
    let is_stale = session.is_stale();
    let phase = Memo::new(move |_| console.with(|console| console.phase().clone()));
    let is_open = move || phase.with(ConsolePhase::is_open);
    let state = move || match phase.get() {
        ConsolePhase::Closed | ConsolePhase::Ended(_) => ("is-closed", "Not running"),
        ConsolePhase::Opening => ("is-opening", "Starting…"),
        ConsolePhase::Running if is_stale.get() => ("is-running", "Running older code"),
        ConsolePhase::Running => ("is-running", "Running"),
        ConsolePhase::Exited => ("is-exited", "Your program has ended"),
    };
    let text = Callback::new(move |()| console.with_untracked(Console::text));
    let ends_soon = move || {
        let (words, can_stay) = match session.ends_soon.get()? {
            EndsSoon::Idle { left_s } => (
                format!("Nobody is typing: the session ends in {left_s} s."),
                true,
            ),
            EndsSoon::AsLongAsItMay { left_s } => (
                format!("The session has lasted as long as one may: it ends in {left_s} s."),
                false,
            ),
        };
        let stay = can_stay.then(|| {
            view! {
                <button type="button" class="link" on:click=move |_| session.stay()>
                    "Stay"
                </button>
            }
        });
        Some(view! {
            <div class="console-ends">
                {words}
                " "
                {stay}
            </div>
        })
    };
    view! {
        <div class="console-bar">
            <span class=move || format!("console-state {}", state().0) role="status">
                {move || state().1}
            </span>
            <span class="grow"></span>
            <button
                type="button"
                class="button"
                class:primary=move || is_stale.get() || !is_open()
                title="Start your program with the code as it is now"
                on:click=move |_| session.start()
            >
                {move || if is_open() { "Restart" } else { "Start" }}
            </button>
            <Show when=is_open>
                <button type="button" class="button" on:click=move |_| session.close()>
                    "End"
                </button>
            </Show>
            <button
                type="button"
                class="copy"
                aria-pressed=move || shows_bytes.get().to_string()
                on:click=move |_| shows_bytes.update(|shows| *shows = !*shows)
            >
                "Bytes"
            </button>
            <button
                type="button"
                class="copy"
                on:click=move |_| console.update(Console::clear)
            >
                "Clear"
            </button>
            <CopyButton what="the session" text />
        </div>
        // Read once, not at each number.
        <span class="unseen" role="status">
            {move || if session.ends_soon.get().is_some() { "The session ends in a minute." } else { "" }}
        </span>
        {ends_soon}
    }
    .into_erased()
}
