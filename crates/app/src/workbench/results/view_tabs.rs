//! The tabs of the right panel.

use std::collections::BTreeSet;

use browser_model::RunPhase;
use leptos::ev;
use leptos::prelude::*;

use super::output::lines;
use crate::browser;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::workbench::Workbench;
use crate::workbench::layout::View;

#[component]
pub(super) fn ViewTabs() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let view = bench.layout.view();
    // While the output is open, this tab shows how the run ended.
    let verdict = Memo::new(move |_| {
        bench
            .runs
            .shown()
            .with(|shown| match shown.as_ref()?.phase() {
                RunPhase::Passed { .. } | RunPhase::TestPassed { .. } => {
                    Some((IconName::Check, "is-passed", ", passed"))
                }
                RunPhase::Failed { .. } => Some((IconName::Cross, "is-failed", ", failed")),
                RunPhase::NoVerdict { .. } => Some((IconName::Warning, "is-none", ", no verdict")),
                RunPhase::Starting
                | RunPhase::Queued { .. }
                | RunPhase::Running { .. }
                | RunPhase::Stopped => None,
            })
    });
    // What was last looked at: a program that prints the same at each run has nothing new to read.
    // Nor has one that ran before the step was opened.
    let read = StoredValue::new(BTreeSet::new());
    let has_new_output = Memo::new(move |_| {
        bench.runs.shown().with(|shown| {
            let Some(shown) = shown else {
                return false;
            };
            if view.get() == View::Output || shown.is_of_before() {
                read.set_value(lines(&shown.live));
                return false;
            }
            !shown.is_going() && read.with_value(|read| !lines(&shown.live).is_subset(read))
        })
    });
    let is_console_open = Memo::new(move |_| {
        bench
            .console
            .console()
            .with(|console| console.phase().is_open())
    });
    let is_there = move |view: View| view != View::Watch || bench.watch.is_open();
    let on_key = move |event: ev::KeyboardEvent| {
        let there: Vec<View> = untrack(|| {
            View::ALL
                .into_iter()
                .filter(|view| is_there(*view))
                .collect()
        });
        let here = there
            .iter()
            .position(|other| *other == view.get_untracked());
        let (here, count) = (here.unwrap_or(0), there.len());
        let to = match event.key().as_str() {
            "ArrowRight" => here + 1,
            "ArrowLeft" => here + count - 1,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        let other = there[to % count];
        event.prevent_default();
        view.set(other);
        browser::focus(other.tab_id());
    };
    let tabs = View::ALL
        .map(|this| {
            let is_here = move || view.get() == this;
            let (more, label) = this.label();
            let mark = move || match this {
                View::Output => has_new_output.get().then(|| {
                    view! {
                        <span class="has-output" aria-hidden="true"></span>
                        <span class="unseen">", with something new"</span>
                    }
                    .into_erased()
                }),
                View::Console => is_console_open.get().then(|| {
                    view! {
                        <span class="has-session" aria-hidden="true"></span>
                        <span class="unseen">", a session is open"</span>
                    }
                    .into_erased()
                }),
                View::Watch => None,
                // While the results are open, the verdict above the tests shows it.
                View::Results if view.get() == View::Results => None,
                View::Results => verdict.get().map(|(icon, class, words)| {
                    view! {
                        <span class=format!("tab-verdict {class}")>
                            <Icon icon />
                        </span>
                        <span class="unseen">{words}</span>
                    }
                    .into_erased()
                }),
            };
            view! {
                <button
                    type="button"
                    role="tab"
                    id=this.tab_id()
                    aria-controls=this.panel_id()
                    aria-selected=move || is_here().to_string()
                    tabindex=move || if is_here() { "0" } else { "-1" }
                    hidden=move || !is_there(this)
                    on:click=move |_| view.set(this)
                >
                    <span class="tab-more">{more}</span>
                    <span class="tab-name">{label}</span>
                    {mark}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="view-tabs" role="tablist" aria-label="Views of the run" on:keydown=on_key>
            {tabs}
        </div>
    }
    .into_erased()
}
