//! A course's page: what one builds, the steps, the way so far.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use lesson::CourseView;

use crate::api::load_course;
use crate::page::Trouble;
use crate::top_bar::TopBar;

/// The page of the course that the address names.
#[component]
pub(crate) fn CoursePage() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.with(|params| params.get("course").unwrap_or_default()));
    let course = Resource::new(move || name.get(), load_course);
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match course.await {
                    Ok(course) => view! { <Course course /> }.into_any(),
                    Err(error) => view! { <Trouble error=error.0 /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Course(course: CourseView) -> impl IntoView {
    view! {
        <Title text=format!("{} · CodeAlong", course.title) />
        <TopBar />
        <main class="page">
            <h1>{course.title.clone()}</h1>
            <div class="prose" inner_html=course.introduction_html.clone()></div>
            <ol>
                {course
                    .steps
                    .iter()
                    .map(|step| {
                        view! {
                            <li>
                                <a href=format!(
                                    "/courses/{}/{}",
                                    course.id,
                                    step.id,
                                )>{step.title.clone()}</a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        </main>
    }
}
