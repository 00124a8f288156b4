//! Bytes on screen.

use browser_model::{ByteSpanKind, ShownBytes};
use leptos::prelude::*;

use crate::erased_view::IntoErasedView;

/// Bytes as spans; what is marked or missing gets `class`.
#[component]
pub(crate) fn ByteSpans(shown: ShownBytes, class: &'static str) -> impl IntoView {
    shown
        .spans
        .into_iter()
        .map(|span| match span.kind {
            ByteSpanKind::Plain => span.text.into_erased(),
            ByteSpanKind::Control => {
                view! { <span class="control">{span.text}</span> }.into_erased()
            }
            ByteSpanKind::Marked | ByteSpanKind::Missing => {
                view! { <mark class=class>{span.text}</mark> }.into_erased()
            }
            ByteSpanKind::LeftOut => {
                view! { <span class="left-out">{span.text}</span> }.into_erased()
            }
        })
        .collect_view()
        .into_erased()
}
