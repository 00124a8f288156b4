//! The guide: what to build, what will be checked, and help.

use leptos::prelude::*;
use lesson::minutes_text;

use super::checklist::Checklist;
use super::{Panel, Workbench};
use crate::icon::{Icon, Sign};

/// The left panel.
#[component]
pub(super) fn Guide() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let step = bench.step.get_value();
    let steps = bench.course.with_value(|course| course.steps.len());
    let difficulty = step.summary.difficulty;
    let time = minutes_text(difficulty.from_minutes.into(), difficulty.to_minutes.into());
    let (before, after) = bench.neighbours();
    view! {
        <section class="panel guide" id=Panel::Guide.id() aria-label="Guide" tabindex="-1">
            <div class="head">
                <span>{format!("Step {} of {steps}", step.number)}</span>
                <span class="grow"></span>
                <span title="What it takes most people">{time}</span>
            </div>
            <div class="body" tabindex="0" role="group" aria-label="Instructions">
                <h1 tabindex="-1" id="step-title">{step.summary.title.clone()}</h1>
                <p class="goal">{step.summary.goal.clone()}</p>
                <div class="prose" inner_html=step.instructions_html.clone()></div>
                <h2>"What will be checked"</h2>
                <Checklist tests=step.tests.clone() />
            </div>
            <nav class="foot" aria-label="Steps before and after">
                {before
                    .map(|step| {
                        let address = bench.address(&step);
                        view! {
                            <a class="button quiet" href=address>
                                <Sign icon=Icon::Left />
                                <span class="unseen">"Previous step: "</span>
                                {step.short_title}
                            </a>
                        }
                    })} <span class="grow"></span>
                {after
                    .map(|step| {
                        let address = bench.address(&step);
                        view! {
                            <a class="button quiet" href=address>
                                <span class="unseen">"Next step: "</span>
                                {step.short_title}
                                <Sign icon=Icon::Right />
                            </a>
                        }
                    })}
            </nav>
        </section>
    }
}
