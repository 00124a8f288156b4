//! Expected above received, byte by byte, with the byte to look at marked.

use browser_model::{ByteView, Extent, is_long, show_bytes};
use leptos::prelude::*;
use protocol::{ByteString, Comparison, counted};

use crate::byte_spans::ByteSpans;
use crate::copy::CopyButton;
use crate::erased_view::IntoErasedView;
use crate::store::Store;

/// A comparison of two replies.
#[component]
pub(super) fn Compare(comparison: Comparison) -> impl IntoView {
    let store = expect_context::<Store>();
    let view = Memo::new(move |_| store.settings().with(|settings| settings.byte_view));
    let extent = RwSignal::new(Extent::Around);
    let is_cut = is_long(comparison.expected.as_bytes()) || is_long(comparison.received.as_bytes());
    let offset = usize::try_from(comparison.first_difference()).unwrap_or(usize::MAX);
    let expected_label = if comparison.expected_is_prefix {
        "expected to begin"
    } else if comparison.expected_is_example {
        "for example"
    } else {
        "expected"
    };
    let (expected, received) = (comparison.expected, comparison.received);
    let both = format!("{expected_label}: {expected}\nreceived: {received}\n");
    let both = Callback::new(move |()| both.clone());
    let lay_out = move |bytes: &ByteString| {
        show_bytes(bytes.as_bytes(), view.get(), Some(offset), extent.get())
    };
    let expected_row = move || {
        let shown = lay_out(&expected);
        view! { <ByteSpans shown class="good" /> }
    };
    let received_row = move || {
        let shown = lay_out(&received);
        let column = shown.mark_column;
        view! {
            <ByteSpans shown class="bad" />
            {column.map(|column| view! { {"\n"} <Caret column offset /> })}
        }
    };
    let more = (comparison.cut_bytes > 0).then(|| {
        let bytes = usize::try_from(comparison.cut_bytes).unwrap_or(usize::MAX);
        view! { <p class="quiet">{counted(bytes, "more byte", "more bytes")} " came after that."</p> }
    });
    view! {
        <div class="compare-head">
            <p class="label">"Bytes, counted from 0"</p>
            <span class="grow"></span>
            <Show when=move || is_cut>
                <button
                    type="button"
                    class="link"
                    aria-pressed=move || (extent.get() == Extent::Whole).to_string()
                    on:click=move |_| {
                        extent.update(|extent| {
                            *extent = match extent {
                                Extent::Whole => Extent::Around,
                                Extent::Around => Extent::Whole,
                            };
                        });
                    }
                >
                    "Show all"
                </button>
            </Show>
            <ViewButtons />
            <CopyButton what="the bytes" text=both />
        </div>
        <div class="compare" tabindex="0" role="group" aria-label="Expected and received bytes">
            <dl>
                <div>
                    <dt>{expected_label}</dt>
                    <dd translate="no">{expected_row}</dd>
                </div>
                <div>
                    <dt>"received"</dt>
                    <dd translate="no">{received_row}</dd>
                </div>
            </dl>
        </div>
        {more}
    }
    .into_erased()
}

/// An arrow at a column. Its label is on the left once there is room, where it stays in view.
#[component]
fn Caret(column: usize, offset: usize) -> impl IntoView {
    const ROOM: usize = 24;
    let words = if column < ROOM {
        format!("↑ byte {offset}")
    } else {
        format!("byte {offset} ↑")
    };
    let before = if column < ROOM {
        column
    } else {
        (column + 1).saturating_sub(words.chars().count())
    };
    view! {
        {" ".repeat(before)}
        <span class="caret">{words}</span>
    }
    .into_erased()
}

/// Text, escaped or hexadecimal: one choice for the whole page.
#[component]
fn ViewButtons() -> impl IntoView {
    let store = expect_context::<Store>();
    let buttons = ByteView::ALL
        .map(|view| {
            let is_on = move || store.settings().with(|settings| settings.byte_view == view);
            view! {
                <button
                    type="button"
                    aria-pressed=move || is_on().to_string()
                    on:click=move |_| store.change_settings(|settings| settings.byte_view = view)
                >
                    {view.label()}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="choice" role="group" aria-label="Show bytes as">
            {buttons}
        </div>
    }
    .into_erased()
}
