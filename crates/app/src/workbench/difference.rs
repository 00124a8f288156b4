//! Two programs, and what differs.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::{DiffView, Local};
use crate::erased_view::IntoErasedView;

/// One of two programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    From,
    To,
}

/// How to get from one program to another, each with its name.
#[component]
pub(super) fn Difference(
    from: (&'static str, String),
    to: (&'static str, String),
    /// The one that is shown where Monaco can't be loaded.
    alone: Side,
) -> impl IntoView {
    let host = NodeRef::<Div>::new();
    let difference = Local::empty();
    let plain = RwSignal::new(None);
    let (from_name, to_name) = (from.0, to.0);
    let is_named = move |side| plain.with(Option::is_none) || side == alone;
    Effect::new(move |_| {
        if let Some(host) = host.get() {
            let (from, to) = (from.clone(), to.clone());
            spawn_local(async move {
                let program = match alone {
                    Side::From => from.1.clone(),
                    Side::To => to.1.clone(),
                };
                let shown = DiffView::mount(host, from, to).await;
                if shown.is_none() {
                    plain.try_set(Some(program));
                }
                difference.set(shown);
            });
        }
    });
    view! {
        <p class="diff-legend">
            <Show when=move || is_named(Side::From)>
                <span>{from_name}</span>
            </Show>
            <Show when=move || is_named(Side::To)>
                <span>{to_name}</span>
            </Show>
        </p>
        <div class="diff" translate="no" node_ref=host></div>
        {move || plain.get().map(|program| view! { <pre translate="no">{program}</pre> })}
    }
    .into_erased()
}
