//! A sentence with its code set as code.

use browser_model::{InlineSpan, inline_spans};
use leptos::prelude::*;

use crate::erased_view::IntoErasedView;

/// The sentence that helps most: the largest text of its card.
#[component]
pub(super) fn LeadSentence(
    /// Its text, with code in backticks.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! {
        // The author's, or ours.
        <p class="lead-sentence" dir="auto">
            <Sentence text />
        </p>
    }
    .into_erased()
}

/// A sentence with inline code.
#[component]
pub(in crate::workbench) fn Sentence(
    /// Its text, with code in backticks.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    inline_spans(&text)
        .into_iter()
        .map(|span| match span {
            InlineSpan::Text(text) => text.into_erased(),
            InlineSpan::Code(code) => view! { <code translate="no">{code}</code> }.into_erased(),
        })
        .collect_view()
        .into_erased()
}
