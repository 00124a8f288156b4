//! The ladder of hints: each rung gives away a little more, and opens when asked for.

use leptos::prelude::*;

use super::Workbench;
use crate::api::open_hint;
use crate::browser;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::prose::Prose;

/// The id of the last hint's summary, which takes the focus when the button disappears.
const LAST_HINT_ID: &str = "last-hint";

/// The open hints, and a button for the next.
#[component]
pub(super) fn Hints() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let total = bench.step.with(|_, step| step.hints);
    let opened = bench
        .step
        .progress(move |kept| kept.hints_opened.min(total));
    let open_next = move |_| {
        bench
            .step
            .change_progress(|kept| kept.hints_opened = (kept.hints_opened + 1).min(total));
        // With the last hint the button disappears.
        browser::next_frame(move || browser::focus_if_lost(LAST_HINT_ID));
    };
    view! {
        <div class="hints">
            <For each=move || 1..=opened.get() key=|rung| *rung let:rung>
                <Hint rung total />
            </For>
            <Show when=move || bench.store.is_loaded() && (opened.get() < total)>
                <button type="button" class="button hint-next" on:click=open_next>
                    <Icon icon=IconName::Bulb />
                    {move || format!("Open hint {} of {total}", opened.get() + 1)}
                </button>
            </Show>
        </div>
    }
    .into_erased()
}

#[component]
fn Hint(rung: u8, total: u8) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let (course, step) = bench
        .step
        .with(|course, step| (course.id.to_string(), step.summary.id.to_string()));
    let html = LocalResource::new(move || open_hint(course.clone(), step.clone(), rung));
    let content = move || match html.get() {
        None => view! { <p class="quiet">"Loading…"</p> }.into_erased(),
        Some(Ok(html)) => view! { <Prose html /> }.into_erased(),
        Some(Err(_)) => view! {
            <p class="quiet">
                "The hint could not be loaded. "
                <button type="button" class="link" on:click=move |_| html.refetch()>
                    "Try again"
                </button>
            </p>
        }
        .into_erased(),
    };
    view! {
        <details class="hint" open>
            <summary id=(rung == total).then_some(LAST_HINT_ID)>
                {format!("Hint {rung} of {total}")}
            </summary>
            <div aria-live="polite">{content}</div>
        </details>
    }
    .into_erased()
}
