//! A sentence with its code set as code.

use leptos::prelude::*;
use lesson::{Piece, pieces};

/// A sentence.
#[component]
pub(super) fn Sentence(
    /// Its text; code stands between backticks.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    pieces(&text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Words(words) => words.into_any(),
            Piece::Code(code) => view! { <code>{code}</code> }.into_any(),
        })
        .collect_view()
        .into_any()
}
