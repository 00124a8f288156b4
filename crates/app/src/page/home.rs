//! The home page: what CodeAlong is, and the courses.

use browser_model::{CourseProgress, minutes_of};
use leptos::context::Provider;
use leptos::prelude::*;
use protocol::{CourseView, counted, minutes_text};

use crate::base_path::course_address;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::page::course_progress::{Continue, ProgressBar};
use crate::page::demonstration::Demonstration;
use crate::store::Store;
use crate::top_bar::{CONTENT_ID, TopBar};

pub(crate) const HOME_TITLE: &str = "CodeAlong: build a real system, step by step";

pub(crate) const WHAT_IT_IS: &str = "Write it in the browser. Each run starts your program in a sandbox and \
    speaks to it over the network, as a real client would. You see what arrived, byte by byte, what \
    should have, and which line to look at.";

/// The home page.
#[component]
pub(crate) fn Home(courses: Vec<CourseView>) -> impl IntoView {
    let all = courses.clone();
    let cards = courses
        .into_iter()
        .map(|course| view! { <CourseCard course /> })
        .collect_view();
    view! {
        <TopBar />
        <main id=CONTENT_ID class="page home" tabindex="-1">
            <header class="hero">
                <div>
                    <h1>
                        "Build a real system, step by step"
                    </h1>
                    <p class="lead">
                        {WHAT_IT_IS}
                    </p>
                    <Start courses=all />
                </div>
                <Demonstration />
            </header>
            <h2>"Courses"</h2>
            <ul class="cards" role="list">
                {cards}
            </ul>
            <HowItGoes />
        </main>
    }
    .into_erased()
}

/// A link to the next step of the course that is under way, or else of the first that is not done.
#[component]
fn Start(courses: Vec<CourseView>) -> impl IntoView {
    let store = expect_context::<Store>();
    let courses = StoredValue::new(courses);
    let chosen = Memo::new(move |_| {
        store.progress().with(|progress| {
            courses.with_value(|courses| {
                let open = |begun: bool| {
                    courses.iter().position(|course| {
                        let progress = CourseProgress::of(progress, course);
                        progress.next.is_some() && (progress.is_begun || !begun)
                    })
                };
                open(true).or_else(|| open(false))
            })
        })
    });
    let link = move || {
        let course = courses.with_value(|courses| courses.get(chosen.get()?).cloned())?;
        let language = course.language.clone();
        let progress = Memo::new({
            let course = course.clone();
            move |_| {
                store
                    .progress()
                    .with(|progress| CourseProgress::of(progress, &course))
            }
        });
        let course = StoredValue::new(course);
        Some(view! {
            <Provider value=language>
                <Continue course progress />
            </Provider>
        })
    };
    link.into_erased()
}

#[component]
fn CourseCard(course: CourseView) -> impl IntoView {
    let store = expect_context::<Store>();
    let address = course_address(&course.id);
    let (title, language) = (course.title.clone(), course.language.clone());
    let (from, to) = minutes_of(&course.steps);
    let facts = format!(
        "{} · {}",
        counted(course.steps.len(), "step", "steps"),
        minutes_text(from, to)
    );
    let goal = Some(course.goal.clone())
        .filter(|goal| !goal.is_empty())
        .or_else(|| course.steps.last().map(|step| step.goal.clone()));
    let steps = course.steps.clone();
    let progress = Memo::new(move |_| {
        store
            .progress()
            .with(|progress| CourseProgress::of(progress, &course))
    });
    let way = move || {
        progress.with(|progress| match &progress.next {
            Some(step) if progress.is_begun => format!("Continue with {}", step.short_title),
            Some(_) => "Start".to_owned(),
            None => "Look at it again".to_owned(),
        })
    };
    let steps = steps
        .into_iter()
        .map(|step| view! { <li>{step.short_title}</li> })
        .collect_view();
    view! {
        <li class="card">
            <h3>
                <a href=address lang=language.tag.clone() dir=language.direction()>
                    {title}
                </a>
            </h3>
            <p class="card-facts">{facts}</p>
            <p lang=language.tag.clone() dir=language.direction()>
                {goal}
            </p>
            <ol
                class="card-steps"
                role="list"
                lang=language.tag.clone()
                dir=language.direction()
            >
                {steps}
            </ol>
            <ProgressBar progress />
            // The title's link covers the card; this only shows where it leads.
            <p class="card-action" aria-hidden="true">
                {way} <Icon icon=IconName::Right />
            </p>
        </li>
    }
    .into_erased()
}

/// How a course works, in three points.
#[component]
fn HowItGoes() -> impl IntoView {
    let benefits = [
        (
            "Read a step",
            "Each one adds a single ability and says why the real thing has it. Nothing is locked.",
        ),
        (
            "Write it in Python",
            "In an editor beside the text. What you type is kept in this browser as you type it: \
             there is no account.",
        ),
        (
            "Run the tests",
            "Your program starts in a locked-down container, and the answer is there in the blink of \
             an eye, test by test.",
        ),
    ];
    let benefits = benefits
        .map(|(what, how)| {
            view! {
                <li>
                    <h3>{what}</h3>
                    <p>{how}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="how" aria-labelledby="how-title">
            <h2 id="how-title">"How it goes"</h2>
            <ol class="benefits" role="list">
                {benefits}
            </ol>
        </section>
    }
    .into_erased()
}
