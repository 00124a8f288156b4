//! Two programs, and what differs.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::{DiffView, Local};

/// How to get from one program to another, each with its name.
#[component]
pub(super) fn Difference(
    from: (&'static str, String),
    to: (&'static str, String),
) -> impl IntoView {
    let host = NodeRef::<Div>::new();
    let difference = Local::empty();
    let plain = RwSignal::new(None);
    let (from_name, to_name) = (from.0, to.0);
    Effect::new(move |_| {
        if let Some(host) = host.get() {
            let (from, to) = (from.clone(), to.clone());
            spawn_local(async move {
                let alone = to.1.clone();
                let shown = DiffView::mount(host, from, to).await;
                if shown.is_none() {
                    plain.try_set(Some(alone));
                }
                difference.set(shown);
            });
        }
    });
    view! {
        <p class="diff-legend">
            <Show when=move || plain.with(Option::is_none)>
                <span>{from_name}</span>
            </Show>
            <span>{to_name}</span>
        </p>
        <div class="diff" translate="no" node_ref=host></div>
        // Without the editor the second program alone has to do.
        {move || plain.get().map(|program| view! { <pre translate="no">{program}</pre> })}
    }
    .into_any()
}
