//! One entry of the console.

use browser_model::{ConsoleContent, ConsoleEntry, ReceivedEntry, ReceivedKind};
use leptos::prelude::*;
use protocol::{ByteString, OutputStream, counted};

use crate::erased_view::IntoErasedView;
use crate::workbench::Workbench;

#[component]
pub(super) fn Entry(
    entry: ConsoleEntry,
    shows_bytes: Signal<bool>,
    /// Whether it has to be said which client it was.
    has_many_clients: Signal<bool>,
) -> impl IntoView {
    match entry.content {
        ConsoleContent::Sent {
            client,
            text,
            bytes,
            ..
        } => view! {
            <div class="console-entry is-sent" data-client=client>
                <span class="console-client">
                    <span class="unseen">"Client "</span>
                    {client}
                    <span aria-hidden="true">">"</span>
                </span>
                <code translate="no">{text}</code>
                <Bytes bytes shows_bytes />
            </div>
        }
        .into_erased(),
        ConsoleContent::Received(received) => {
            view! { <Received received shows_bytes has_many_clients /> }.into_erased()
        }
        ConsoleContent::Output { stream, text } => {
            let is_error = stream == OutputStream::Stderr;
            view! {
                <div class="console-entry is-output" class:is-stderr=is_error>
                    <span class="unseen">"Your program wrote: "</span>
                    <code translate="no">{text}</code>
                </div>
            }
            .into_erased()
        }
        ConsoleContent::LeftOut { client, bytes } => {
            let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
            let bytes = counted(bytes, "byte is", "bytes are");
            let text = match client {
                Some(client) => format!("More came for client {client}: {bytes} left out."),
                None => format!("Your program writes too much at a time: {bytes} left out."),
            };
            view! { <p class="console-entry is-note">{text}</p> }.into_erased()
        }
        ConsoleContent::Note { text, line, is_end } => view! {
            <p class="console-entry is-note" class:is-end=is_end>
                <Sentence text />
                {line.map(|line| view! { " " <LineButton line words="Go to line" /> })}
            </p>
        }
        .into_erased(),
    }
}

/// A sentence with code in backticks.
#[component]
fn Sentence(text: String) -> impl IntoView {
    browser_model::inline_spans(&text)
        .into_iter()
        .map(|span| match span {
            browser_model::InlineSpan::Text(text) => text.into_erased(),
            browser_model::InlineSpan::Code(code) => {
                view! { <code translate="no">{code}</code> }.into_erased()
            }
        })
        .collect_view()
}

#[component]
fn Received(
    received: ReceivedEntry,
    shows_bytes: Signal<bool>,
    has_many_clients: Signal<bool>,
) -> impl IntoView {
    let ReceivedEntry {
        client,
        text,
        kind,
        bytes,
        took,
        line,
    } = received;
    let (class, words) = match kind {
        ReceivedKind::Reply => ("is-reply", None),
        ReceivedKind::Error => ("is-reply is-error", None),
        ReceivedKind::Unasked => ("is-reply is-unasked", Some("came unasked")),
        ReceivedKind::Incomplete => ("is-reply is-broken", Some("not a whole reply")),
        ReceivedKind::Invalid => ("is-reply is-broken", Some("not a RESP reply")),
    };
    view! {
        <div class=format!("console-entry {class}") data-client=client>
            <span class="unseen">{format!("Client {client} received: ")}</span>
            <code translate="no">{text}</code>
            <small class="console-facts">
                {words.map(|words| view! { <span class="console-what">{words}</span> })}
                <Show when=move || has_many_clients.get()>
                    <span>{format!("client {client}")}</span>
                </Show>
                {took.map(|took| view! { <span>{took}</span> })}
                {line.map(|line| view! { <LineButton line words="line" /> })}
            </small>
            <Bytes bytes shows_bytes />
        </div>
    }
    .into_erased()
}

/// The bytes themselves, where somebody wants to see them.
#[component]
fn Bytes(bytes: ByteString, shows_bytes: Signal<bool>) -> impl IntoView {
    let bytes = StoredValue::new(bytes.to_string());
    view! {
        <Show when=move || shows_bytes.get()>
            <code class="console-bytes" translate="no">
                {bytes.get_value()}
            </code>
        </Show>
    }
}

#[component]
fn LineButton(line: u32, words: &'static str) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    view! {
        <button type="button" class="link" on:click=move |_| bench.go_to_line(line)>
            {format!("{words} {line}")}
        </button>
    }
}
