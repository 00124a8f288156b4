//! The results: the verdict, the tests, what the program wrote.

mod verdict;

use leptos::prelude::*;

use self::verdict::VerdictCard;
use super::checklist::Checklist;
use super::{Panel, Workbench};

/// The right panel.
#[component]
pub(super) fn Results() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let plan = Memo::new(move |_| {
        bench.runs.shown().with(|shown| {
            shown
                .as_ref()
                .map(|shown| shown.live.steps.clone())
                .unwrap_or_default()
        })
    });
    view! {
        <section class="panel results" id=Panel::Results.id() aria-label="Results" tabindex="-1">
            <div class="head">"Results"</div>
            <div class="body" tabindex="0" role="group" aria-label="Test results">
                <VerdictCard />
                {move || {
                    plan.get()
                        .into_iter()
                        .map(|step| {
                            view! {
                                <div class="group">
                                    <h3>{step.title}</h3>
                                    <Checklist tests=step.tests />
                                </div>
                            }
                        })
                        .collect_view()
                }}
            </div>
            <div class="foot"></div>
            <p class="unseen" role="status">
                {move || bench.runs.announcement().get()}
            </p>
        </section>
    }
}
