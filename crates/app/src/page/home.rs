//! The first page: the courses.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::list_courses;
use crate::page::Trouble;
use crate::top_bar::TopBar;

/// The courses.
#[component]
pub(crate) fn HomePage() -> impl IntoView {
    let courses = Resource::new(|| (), |()| list_courses());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match courses.await {
                    Err(error) => view! { <Trouble error=error.0 /> }.into_any(),
                    Ok(courses) => {
                        view! {
                            <Title text="CodeAlong" />
                            <TopBar />
                            <main class="page">
                                <h1>"Build a real system, step by step"</h1>
                                <ul>
                                    {courses
                                        .into_iter()
                                        .map(|course| {
                                            view! {
                                                <li>
                                                    <a href=format!(
                                                        "/courses/{}",
                                                        course.id,
                                                    )>{course.title}</a>
                                                </li>
                                            }
                                        })
                                        .collect_view()}
                                </ul>
                            </main>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}
