//! The first page: what this is, and the courses.

use leptos::prelude::*;
use leptos_meta::Title;
use lesson::{CourseProgress, CourseView, counted, course_minutes, minutes_text};

use crate::api::list_courses;
use crate::page::{Trouble, focus_after_navigation};
use crate::store::Store;
use crate::top_bar::{CONTENT_ID, TopBar};

/// The courses.
#[component]
pub(crate) fn HomePage() -> impl IntoView {
    let courses = Resource::new(|| (), |()| list_courses());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match courses.await {
                    Ok(courses) => view! { <Home courses /> }.into_any(),
                    Err(error) => view! { <Trouble error=error.0 /> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Home(courses: Vec<CourseView>) -> impl IntoView {
    focus_after_navigation("page-title");
    let cards = courses
        .into_iter()
        .map(|course| view! { <CourseCard course /> })
        .collect_view();
    view! {
        <Title text="CodeAlong: build a real system, step by step" />
        <TopBar />
        <main id=CONTENT_ID class="page home" tabindex="-1">
            <header class="hero">
                <h1 id="page-title" tabindex="-1">
                    "Build a real system, step by step"
                </h1>
                <p class="lead">
                    "Write it in the browser. Each run starts your program in a sandbox and speaks to \
                     it over the network, as a real client would. You see what arrived, byte by byte, \
                     what should have, and which line to look at."
                </p>
            </header>
            <h2 class="unseen">"Courses"</h2>
            <ul class="cards" role="list">
                {cards}
            </ul>
        </main>
    }
    .into_any()
}

#[component]
fn CourseCard(course: CourseView) -> impl IntoView {
    let store = expect_context::<Store>();
    let address = format!("/courses/{}", course.id);
    let title = course.title.clone();
    let (from, to) = course_minutes(&course);
    let facts = format!(
        "{} · {}",
        counted(course.steps.len(), "step", "steps"),
        minutes_text(from, to)
    );
    let goal = course.steps.last().map(|step| step.goal.clone());
    let so_far = Memo::new(move |_| {
        store
            .progress()
            .with(|progress| CourseProgress::of(progress, &course))
    });
    view! {
        <li class="card">
            <h3>
                <a href=address>{title}</a>
            </h3>
            <p class="card-facts">{facts}</p>
            <p>{goal}</p>
            <ProgressBar so_far />
        </li>
    }
    .into_any()
}

/// How far the learner is, in words and as a bar; nothing before anything was begun.
#[component]
pub(super) fn ProgressBar(
    /// How far.
    so_far: Memo<CourseProgress>,
) -> impl IntoView {
    let bar = move || {
        let CourseProgress {
            done,
            total,
            is_begun,
            ..
        } = so_far.get();
        is_begun.then(|| {
            view! {
                <div class="so-far">
                    <progress
                        aria-label="Steps done"
                        max=total.to_string()
                        value=done.to_string()
                    ></progress>
                    <span>{format!("{done} of {total} done")}</span>
                </div>
            }
        })
    };
    bar.into_any()
}
