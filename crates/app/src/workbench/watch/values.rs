//! The calls of a moment, each with its variables.

use browser_model::{MomentCall, MomentThread, Variable};
use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::Element;
use protocol::PROGRAM_FILE;

use super::Watch;

use crate::erased_view::IntoErasedView;

/// The calls under way, the innermost first; the variables of that one and of the module are open.
#[component]
pub(super) fn Calls(watch: Watch, calls: Vec<MomentCall>) -> impl IntoView {
    let last = calls.len().saturating_sub(1);
    calls
        .into_iter()
        .enumerate()
        .map(|(at, call)| {
            let is_open = at == 0 || at == last;
            view! { <Call watch call is_open_by_default=is_open /> }
        })
        .collect_view()
        .into_erased()
}

#[component]
fn Call(watch: Watch, call: MomentCall, is_open_by_default: bool) -> impl IntoView {
    let name = match &call.function {
        Some(function) => format!("{function}()"),
        None => PROGRAM_FILE.to_owned(),
    };
    // What somebody has opened stays open at the next step.
    let key = name.clone();
    let chosen = watch
        .opened
        .with_untracked(|opened| opened.get(&key).copied());
    let is_open = chosen.unwrap_or(is_open_by_default);
    let choose = move |event: ev::MouseEvent| {
        let summary = event_target::<Element>(&event);
        let details = summary.closest("details").ok().flatten();
        let was_open = details.is_some_and(|details| details.has_attribute("open"));
        watch.opened.update(|opened| {
            opened.insert(key.clone(), !was_open);
        });
    };
    let line = (call.line > 0).then(|| format!("line {}", call.line));
    let variables = call.variables;
    let is_empty = variables.is_empty();
    let rows = variables
        .into_iter()
        .map(|variable| view! { <Row watch variable /> })
        .collect_view();
    view! {
        <details class="watch-call" open=is_open>
            <summary on:click=choose>
                <code translate="no">{name}</code>
                <small>{line}</small>
            </summary>
            {is_empty.then(|| view! { <p class="quiet">"No variables."</p> })}
            <dl class="watch-values">{rows}</dl>
        </details>
    }
    .into_erased()
}

#[component]
fn Row(watch: Watch, variable: Variable) -> impl IntoView {
    let Variable {
        name,
        value,
        is_new,
        set_at,
    } = variable;
    let name = match set_at {
        Some(set_at) => {
            let title = format!("Go to where {name} got this value");
            view! {
                <button
                    type="button"
                    class="link"
                    title=title
                    translate="no"
                    on:click=move |_| watch.go_to_from_elsewhere(set_at)
                >
                    {name}
                </button>
            }
            .into_erased()
        }
        None => view! { <span translate="no">{name}</span> }.into_erased(),
    };
    let mark = is_new.then(|| view! { <span class="unseen">" (new)"</span> });
    view! {
        <div class:is-new=is_new>
            <dt>{name} {mark}</dt>
            <dd>
                <code translate="no">{value}</code>
            </dd>
        </div>
    }
    .into_erased()
}

/// Where each thread and task is.
#[component]
pub(super) fn Threads(threads: Vec<MomentThread>) -> impl IntoView {
    if threads.is_empty() {
        return ().into_erased();
    }
    let rows = threads
        .into_iter()
        .map(|thread| {
            view! {
                <li class:is-here=thread.is_here aria-current=thread.is_here.then_some("true")>
                    <code translate="no">{thread.name}</code>
                    <small>{format!("line {}", thread.line)}</small>
                </li>
            }
        })
        .collect_view();
    view! {
        <p class="label">"Threads and tasks"</p>
        <ul class="watch-threads" role="list">
            {rows}
        </ul>
    }
    .into_erased()
}
