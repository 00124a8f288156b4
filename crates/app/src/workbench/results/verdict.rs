//! The verdict, in a headline and a sentence.

use leptos::prelude::*;
use lesson::{Piece, RunPhase, pieces};

use crate::workbench::Workbench;

/// A sentence with its code set as code.
#[component]
pub(crate) fn Sentence(
    /// The sentence; code stands between backticks.
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
}

/// Where the run stands.
#[component]
pub(super) fn VerdictCard() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let phase = Memo::new(move |_| {
        bench
            .runs
            .shown()
            .with(|shown| shown.as_ref().map(|shown| shown.phase()))
    });
    let tests = bench.step.with_value(|step| step.tests_in_run);
    move || match phase.get() {
        None => view! {
            <p class="idle">
                "Nothing has run yet. Press " <b>"Run tests"</b> ": " {tests}
                " tests will speak to your program over TCP."
            </p>
        }
        .into_any(),
        Some(phase) => {
            let class = match &phase {
                RunPhase::Passed { .. } => "verdict is-passed",
                RunPhase::Failed { .. } => "verdict is-failed",
                RunPhase::NoVerdict { .. } | RunPhase::Cancelled => "verdict is-none",
                _ => "verdict is-running",
            };
            let sentence = phase.sentence();
            view! {
                <div class=class>
                    <strong>{phase.headline()}</strong>
                    <Show when={
                        let empty = sentence.is_empty();
                        move || !empty
                    }>
                        <p>
                            <Sentence text=sentence.clone() />
                        </p>
                    </Show>
                </div>
            }
            .into_any()
        }
    }
}
