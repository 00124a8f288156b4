//! The guide: what to build, what will be checked, and help.

use leptos::prelude::*;
use leptos::web_sys::HtmlDetailsElement;
use protocol::{Heading, PlannedTest, minutes_text};

use super::Workbench;
use super::checklist::{Checklist, Offer};
use super::hints::Hints;
use super::layout::{GUIDE_BODY_ID, Panel};
use super::solution::Solution;
use super::step_list::{LookingAhead, StepMenu};

use crate::course_text::{CourseText, course_language};
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::prose::Prose;
use crate::store::Store;

/// The ids of the parts of a guide that the page adds to its text.
const CHECKS_ID: &str = "what-will-be-checked";
const HELP_ID: &str = "stuck";

/// The left panel.
#[component]
pub(super) fn Guide() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let step = bench.step.with(|_, step| step.clone());
    let language = course_language();
    let difficulty = step.summary.difficulty;
    let time = minutes_text(difficulty.from_minutes.into(), difficulty.to_minutes.into());
    view! {
        <section class="panel guide" id=Panel::Guide.id() aria-label="Guide">
            <div class="head">
                <StepMenu />
                <span class="grow"></span>
                <span title="What it takes most people">{time}</span>
            </div>
            <div
                class="body"
                id=GUIDE_BODY_ID
                tabindex="0"
                role="group"
                aria-label="Instructions"
            >
                <h1
                    tabindex="-1"
                    id="step-title"
                    lang=language.tag.clone()
                    dir=language.direction()
                >
                    {step.summary.title}
                </h1>
                <p class="goal" lang=language.tag.clone() dir=language.direction()>
                    {step.summary.goal}
                </p>
                <Contents headings=step.headings />
                <LookingAhead />
                <Prose html=step.instructions_html />
                <h2 id=CHECKS_ID>"What will be checked"</h2>
                <OwnTests />
                <h2 id=HELP_ID>"Stuck?"</h2>
                <Hints />
                <Solution />
                <noscript>
                    <p>"Hints and the solution need JavaScript."</p>
                </noscript>
            </div>
            {step.sheet_html.map(|html| view! { <CheatSheet html /> })}
            <Neighbours />
        </section>
    }
    .into_erased()
}

/// Links to the parts of the guide.
#[component]
fn Contents(headings: Vec<Heading>) -> impl IntoView {
    let row = |id: String, title: AnyView| {
        view! {
            <li>
                // `external`: the browser scrolls there, and the next Tab goes on from there.
                <a href=format!("#{id}") rel="external">
                    {title}
                </a>
            </li>
        }
    };
    let parts = headings
        .into_iter()
        .map(|heading| {
            row(
                heading.id,
                view! { <CourseText text=heading.title /> }.into_erased(),
            )
        })
        .collect_view();
    view! {
        <details class="contents">
            <summary>"On this page"</summary>
            <ul role="list">
                {parts} {row(CHECKS_ID.to_owned(), "What will be checked".into_erased())}
                {row(HELP_ID.to_owned(), "Stuck?".into_erased())}
            </ul>
        </details>
    }
    .into_erased()
}

/// What learners look up again and again: it stays where it is while the guide scrolls, and as it was
/// left from step to step.
#[component]
fn CheatSheet(html: String) -> impl IntoView {
    let store = expect_context::<Store>();
    let is_open = Memo::new(move |_| store.settings().with(|settings| settings.is_sheet_open));
    let follow = move |event| {
        let now = event_target::<HtmlDetailsElement>(&event).open();
        if now != is_open.get_untracked() {
            store.change_settings(|settings| settings.is_sheet_open = now);
        }
    };
    view! {
        <details class="sheet" prop:open=move || is_open.get() on:toggle=follow>
            <summary>"Cheat sheet"</summary>
            <div class="sheet-body" tabindex="0" role="group" aria-label="Cheat sheet">
                <Prose html />
            </div>
        </details>
    }
    .into_erased()
}

/// The step's own tests: those of the last run that began since the page was loaded, for the course's
/// author may have changed them.
#[component]
fn OwnTests() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let tests = Memo::new(move |last: Option<&Vec<PlannedTest>>| {
        bench.step.with(|_, step| {
            let planned = bench.runs.shown().with(|shown| {
                let made_here = shown.as_ref().filter(|shown| !shown.is_of_before());
                let planned = made_here?.live.planned_step(&step.summary.id)?;
                Some(planned.tests.clone())
            });
            planned.unwrap_or_else(|| last.unwrap_or(&step.tests).clone())
        })
    });
    (move || view! { <Checklist tests=tests.get() offer=Offer::RunOne /> }).into_erased()
}

/// Links to the step before and the step after.
#[component]
fn Neighbours() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let (before, after) = bench.step.neighbours();
    let before = before.map(|step| {
        let address = bench.step.address(&step);
        view! {
            <a class="button quiet" href=address>
                <Icon icon=IconName::Left />
                <span class="unseen">"Previous step: "</span>
                <CourseText text=step.short_title />
            </a>
        }
    });
    let after = after.map(|step| {
        let address = bench.step.address(&step);
        view! {
            <a class="button quiet" href=address>
                <span class="unseen">"Next step: "</span>
                <CourseText text=step.short_title />
                <Icon icon=IconName::Right />
            </a>
        }
    });
    view! {
        <nav class="foot" aria-label="Steps before and after">
            {before}
            <span class="grow"></span>
            {after}
        </nav>
    }
    .into_erased()
}
