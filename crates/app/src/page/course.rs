//! A course's page: the progress, the steps, and what one builds.

use browser_model::{CourseProgress, minutes_of};
use leptos::prelude::*;
use protocol::{Chapter, CourseView, StepSummary, counted, duration_text, minutes_text};

use super::course_progress::{Continue, ProgressBar};
use crate::base_path::step_address;
use crate::course_text::{CourseText, course_language};
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::prose::Prose;
use crate::store::Store;
use crate::top_bar::{CONTENT_ID, TopBar};

/// A course's page.
#[component]
pub(crate) fn Course(course: CourseView) -> impl IntoView {
    let language = course.language.clone();
    provide_context(language.clone());
    let store = expect_context::<Store>();
    let facts = format!("{} for most people", extent(&course.steps));
    let (title, introduction) = (course.title.clone(), course.introduction_html.clone());
    let course = StoredValue::new(course);
    let progress = Memo::new(move |_| {
        course.with_value(|course| {
            store
                .progress()
                .with(|progress| CourseProgress::of(progress, course))
        })
    });
    let sections = course.with_value(|view| {
        if view.chapters.is_empty() {
            let steps = view.steps.clone();
            return view! {
                <WholeCourse>
                    <StepRows course first=1 steps progress />
                </WholeCourse>
            }
            .into_erased();
        }
        view.steps_by_chapter()
            .into_iter()
            .map(|(chapter, first, steps)| {
                let (chapter, steps) = (chapter.clone(), steps.to_vec());
                view! { <ChapterSteps course chapter first steps progress /> }
            })
            .collect_view()
            .into_erased()
    });
    view! {
        <TopBar />
        <main id=CONTENT_ID class="page course-page" tabindex="-1">
            <header class="hero">
                <h1
                    lang=language.tag.clone()
                    dir=language.direction()
                >
                    {title}
                </h1>
                <p class="card-facts">{facts}</p>
                <ProgressBar progress />
                <Continue course progress />
            </header>
            {sections}
            <section aria-labelledby="introduction-title">
                <h2 id="introduction-title">"What you will build"</h2>
                <Prose html=introduction />
            </section>
        </main>
    }
    .into_erased()
}

/// What search engines and messengers say of a course: what one can do after each chapter, or at its end.
pub(crate) fn course_description(course: &CourseView) -> String {
    let chapters = course.chapters.iter();
    let mut goals: Vec<_> = chapters.map(|chapter| &*chapter.goal).collect();
    if goals.is_empty() {
        goals.extend(course.steps.last().map(|step| &*step.goal));
    }
    goals.join(" ")
}

/// As in `6 steps · 1 to 2 hours`.
fn extent(steps: &[StepSummary]) -> String {
    let (from, to) = minutes_of(steps);
    let count = counted(steps.len(), "step", "steps");
    format!("{count} · {}", minutes_text(from, to))
}

/// The steps of a course without chapters.
#[component]
fn WholeCourse(children: Children) -> impl IntoView {
    view! {
        <section aria-labelledby="steps-title">
            <h2 id="steps-title">"The steps"</h2>
            {children()}
        </section>
    }
}

/// A chapter: what one can do after it, and its steps.
#[component]
fn ChapterSteps(
    course: StoredValue<CourseView>,
    chapter: Chapter,
    /// The number of its first step.
    first: usize,
    steps: Vec<StepSummary>,
    progress: Memo<CourseProgress>,
) -> impl IntoView {
    let language = course_language();
    let title_id = format!("chapter-{first}");
    let labelled_by = title_id.clone();
    let facts = extent(&steps);
    view! {
        <section class="chapter" aria-labelledby=labelled_by>
            <header>
                <h2 id=title_id><CourseText text=chapter.title /></h2>
                <p class="card-facts">{facts}</p>
                <p class="chapter-goal" lang=language.tag.clone() dir=language.direction()>{chapter.goal}</p>
            </header>
            <StepRows course first steps progress />
        </section>
    }
}

#[component]
fn StepRows(
    course: StoredValue<CourseView>,
    first: usize,
    steps: Vec<StepSummary>,
    progress: Memo<CourseProgress>,
) -> impl IntoView {
    let rows = (first..)
        .zip(steps)
        .map(|(number, step)| view! { <StepRow course number step progress /> })
        .collect_view();
    view! {
        <ol class="step-rows" role="list" start=first>
            {rows}
        </ol>
    }
}

#[component]
fn StepRow(
    course: StoredValue<CourseView>,
    number: usize,
    step: StepSummary,
    progress: Memo<CourseProgress>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let language = course_language();
    let address = course.with_value(|course| step_address(&course.id, &step.id));
    let difficulty = step.difficulty;
    let time = minutes_text(difficulty.from_minutes.into(), difficulty.to_minutes.into());
    let id = StoredValue::new(step.id);
    let kept = Memo::new(move |_| {
        course.with_value(|course| {
            store.progress().with(|progress| {
                id.with_value(|id| progress.step(&course.id, id).cloned())
                    .unwrap_or_default()
            })
        })
    });
    let is_done = move || kept.with(browser_model::StepProgress::is_solved);
    let is_next = move || {
        progress.with(|progress| {
            let next = progress.next.as_ref();
            next.is_some_and(|next| id.with_value(|id| next.id == *id))
        })
    };
    let state = move || {
        kept.with(|kept| match (kept.is_solved(), kept.best_run_us) {
            (true, Some(best)) => format!("done · best run {}", duration_text(best)),
            (true, None) => "done".to_owned(),
            (false, _) if kept.draft.is_some() => "begun".to_owned(),
            (false, _) => String::new(),
        })
    };
    view! {
        <li class="step-row" class:is-done=is_done class:is-next=is_next>
            <span class="step-number" aria-hidden="true">
                {move || {
                    if is_done() {
                        view! { <Icon icon=IconName::Check /> }.into_erased()
                    } else {
                        number.into_erased()
                    }
                }}
            </span>
            <div>
                <h3>
                    <a href=address>
                        <span class="unseen">{format!("Step {number}: ")}</span>
                        <CourseText text=step.title />
                    </a>
                </h3>
                <p lang=language.tag.clone() dir=language.direction()>{step.goal}</p>
            </div>
            <p class="step-facts">
                <span>{time}</span>
                <span>{state}</span>
            </p>
        </li>
    }
    .into_erased()
}
