//! The steps of the course with the state of each: circles in the bar, a list in the guide.

use browser_model::{StepSlot, step_slots};
use leptos::html::Details;
use leptos::prelude::*;
use protocol::StepSummary;

use super::Workbench;
use crate::base_path::course_address;
use crate::browser;
use crate::course_text::CourseText;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};

/// More circles don't fit beside the course's title.
const CIRCLES_MAX: usize = 9;

/// The steps as circles.
#[component]
pub(super) fn StepCircles() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let here = bench.step.with(|_, step| usize::from(step.number));
    let steps = bench.step.with(|course, _| course.steps.clone());
    let circles = step_slots(steps.len(), here, CIRCLES_MAX)
        .into_iter()
        .map(|slot| match slot {
            StepSlot::Gap => view! {
                <li class="gap" aria-hidden="true">
                    "…"
                </li>
            }
            .into_erased(),
            StepSlot::Step(number) => {
                let Some(step) = steps.get(number - 1).cloned() else {
                    return ().into_erased();
                };
                view! { <Circle step number is_here=number == here /> }.into_erased()
            }
        })
        .collect_view();
    view! {
        <nav class="steps-nav" aria-label="Steps">
            <ol class="steps" role="list">
                {circles}
            </ol>
        </nav>
    }
    .into_erased()
}

#[component]
fn Circle(step: StepSummary, number: usize, is_here: bool) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let address = bench.step.address(&step);
    let is_done = bench.step.is_done(step.id.clone());
    let title = step.short_title;
    let label = move || {
        let state = if is_done.get() { ", done" } else { "" };
        format!("Step {number}: {title}{state}")
    };
    view! {
        <li class:is-done=move || is_done.get() class:is-here=is_here>
            <a
                href=address
                aria-label=label.clone()
                title=label
                aria-current=is_here.then_some("step")
            >
                {move || {
                    if is_done.get() && !is_here {
                        view! { <Icon icon=IconName::Check /> }.into_erased()
                    } else {
                        number.into_erased()
                    }
                }}
            </a>
        </li>
    }
    .into_erased()
}

/// The steps as a list that opens under the guide's head. Esc closes it, a press outside of it, and a
/// focus that leaves it.
#[component]
pub(super) fn StepMenu() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let menu = NodeRef::<Details>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    Effect::new(move |_| {
        if let Some(menu) = menu.get() {
            // Dropped with the menu.
            StoredValue::new_local(browser::on_dismissal(&menu, close));
        }
    });
    let here = bench.step.with(|_, step| usize::from(step.number));
    let steps = bench.step.with(|course, _| course.steps.clone());
    let total = steps.len();
    let course_address = bench.step.with(|course, _| course_address(&course.id));
    let rows = (1..)
        .zip(steps)
        .map(|(number, step)| {
            let is_done = bench.step.is_done(step.id.clone());
            let address = bench.step.address(&step);
            let is_here = number == here;
            let state = move || match (is_done.get(), is_here) {
                (true, _) => "done",
                (false, true) => "here",
                (false, false) => "open",
            };
            view! {
                <li>
                    <a
                        href=address
                        aria-current=is_here.then_some("step")
                        on:click=move |_| close()
                    >
                        <span class="step-number">{number}</span>
                        <span class="step-title"><CourseText text=step.title /></span>
                        <span class="step-state" class:is-done=move || is_done.get()>
                            {move || is_done.get().then(|| view! { <Icon icon=IconName::Check /> })}
                            {state}
                        </span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="step-menu" node_ref=menu>
            <summary>
                <span>{format!("Step {here} of {total}")}</span>
                <Icon icon=IconName::Down />
            </summary>
            <div class="step-menu-body">
                <ol role="list">{rows}</ol>
                <p class="step-menu-course">
                    <a href=course_address>"About this course"</a>
                </p>
            </div>
        </details>
    }
    .into_erased()
}

/// The earlier steps that are not done. Nothing is locked: one may look ahead.
#[component]
pub(super) fn LookingAhead() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let undone = Memo::new(move |_| {
        if !bench.store.is_loaded() {
            return Vec::new();
        }
        let progress = bench.store.progress();
        bench.step.with(|course, step| {
            progress.with(|progress| {
                progress
                    .undone_before(course, &step.summary.id)
                    .into_iter()
                    .map(|(number, step)| (number, step.clone()))
                    .collect()
            })
        })
    });
    move || {
        let undone = undone.get();
        let (_, first) = undone.first()?.clone();
        let address = bench.step.address(&first);
        let sentence = match undone.as_slice() {
            [(number, _)] => format!("Step {number} is not done yet."),
            [(from, _), _, .., (to, _)] if undone.len() > 2 && to - from + 1 == undone.len() => {
                format!("Steps {from} to {to} are not done yet.")
            }
            [several @ .., (last, _)] => {
                let numbers: Vec<String> = several
                    .iter()
                    .map(|(number, _)| number.to_string())
                    .collect();
                format!("Steps {} and {last} are not done yet.", numbers.join(", "))
            }
            [] => return None,
        };
        Some(view! {
            <div class="callout ahead" role="note">
                <p>
                    {sentence} " You may look ahead; each run judges the earlier steps too. "
                    <a href=address>"Go to " <CourseText text=first.short_title.clone() /></a>
                </p>
            </div>
        })
    }
}
