//! What the program wrote, in its own colours.

use browser_model::{output_html, output_text};
use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::Element;
use protocol::counted;

use crate::copy::CopyButton;
use crate::workbench::Workbench;

/// The program's output, turned into HTML only while it is shown.
#[component]
pub(super) fn Output(is_shown: Signal<bool>) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let shown = bench.runs.shown();
    let html = Memo::new(move |_| {
        if !is_shown.get() {
            return None;
        }
        shown.with(|shown| {
            let output = &shown.as_ref()?.live.output;
            (!output.is_empty()).then(|| output_html(output))
        })
    });
    let dropped = Memo::new(move |_| {
        shown.with(|shown| {
            let report = shown.as_ref()?.live.report.as_ref()?;
            let bytes = usize::try_from(report.output.dropped_bytes).unwrap_or(usize::MAX);
            (bytes > 0).then_some(bytes)
        })
    });
    // One listener for all links to lines.
    let follow = move |event: ev::MouseEvent| {
        let target = event_target::<Element>(&event);
        let line = target.get_attribute("data-line");
        if let Some(line) = line.and_then(|line| line.parse().ok()) {
            bench.go_to_line(line);
        }
    };
    let text = Callback::new(move |()| {
        shown.with_untracked(|shown| {
            let output = shown.as_ref().map(|shown| &shown.live.output);
            output.map(|output| output_text(output)).unwrap_or_default()
        })
    });
    let content = move || match html.get() {
        Some(html) => view! {
            <div class="output-tools">
                <span class="grow"></span>
                <CopyButton what="the output" text />
            </div>
            <div class="output" translate="no" on:click=follow inner_html=html></div>
        }
        .into_any(),
        None => {
            let has_run = shown.with(Option::is_some);
            let text = if has_run {
                "Your program wrote nothing. What it prints, and what Python says of errors, stands \
                 here."
            } else {
                "What your program prints, and what Python says of errors, stands here after a run."
            };
            view! { <p class="idle">{text}</p> }.into_any()
        }
    };
    view! {
        {move || {
            dropped
                .get()
                .map(|bytes| {
                    let bytes = counted(bytes, "byte was", "bytes were");
                    view! {
                        <p class="dropped" role="note">
                            {format!(
                                "Your program wrote more than is kept: {bytes} left out in the middle.",
                            )}
                        </p>
                    }
                })
        }}
        {content}
    }
    .into_any()
}
