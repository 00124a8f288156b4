//! The pages without an editor: home, a course's page, and the one for an unknown address.
//!
//! The server renders such a page, and sends what it shows along in an element of its own. The browser reads
//! that, and the same components take over what the server has rendered. No router leads from one page to the
//! next and nothing is fetched: each is a document of its own, whose program is a third of a step's.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use protocol::CourseView;
use serde::{Deserialize, Serialize};

use crate::browser;
use crate::erased_view::IntoErasedView;
use crate::page::{Course, HOME_TITLE, Home, NotFound, WHAT_IT_IS, course_description};
use crate::store::Store;

/// The id of the element with what the page shows.
const DATA_ID: &str = "overview";

/// What a page without an editor shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Overview {
    Home { courses: Vec<CourseView> },
    Course { course: CourseView },
    NotFound,
}

/// The root of the pages without an editor.
#[component]
pub fn OverviewApp() -> impl IntoView {
    let store = Store::new();
    provide_context(store);
    Effect::new(move |_| store.load());
    let page = use_context::<Overview>().unwrap_or_else(Overview::of_document);
    match page {
        Overview::Home { courses } => view! { <Home courses /> }.into_erased(),
        Overview::Course { course } => view! { <Course course /> }.into_erased(),
        Overview::NotFound => view! { <NotFound /> }.into_erased(),
    }
}

impl Overview {
    /// What the server has sent along. Without it there is nothing to show, and the start script says that the
    /// page is broken.
    fn of_document() -> Self {
        let json = browser::text_of(DATA_ID).unwrap_or_default();
        serde_json::from_str(&json).expect("the server sends along what the page shows")
    }

    /// Whether the document holds such a page.
    #[cfg(feature = "hydrate")]
    pub(crate) fn is_in_document() -> bool {
        browser::text_of(DATA_ID).is_some()
    }

    /// The title, and what search engines and messengers say of the page.
    pub(crate) fn head(&self) -> impl IntoView + use<> {
        let (title, description) = match self {
            Self::Home { .. } => (HOME_TITLE.to_owned(), Some(WHAT_IT_IS.to_owned())),
            Self::Course { course } => (
                format!("{} · CodeAlong", course.title),
                Some(course_description(course)),
            ),
            Self::NotFound => ("Not found · CodeAlong".to_owned(), None),
        };
        let description = description.map(|text| {
            (
                view! { <meta name="description" content=text.clone() /> },
                leptos::html::meta()
                    .attr("property", "og:description")
                    .attr("content", text),
            )
        });
        (view! { <title>{title}</title> }, description)
    }

    /// The element from which the browser reads it.
    pub(crate) fn data(&self) -> impl IntoView + use<> {
        // Only a map whose keys are no text could fail, and there is none.
        let json = serde_json::to_string(self).unwrap_or_default();
        // A tag would end the element.
        let json = json.replace('<', "\\u003c");
        view! {
            <script
                type="application/json"
                id=DATA_ID
                nonce=use_nonce()
                inner_html=json
            ></script>
        }
    }

    /// The page at the request's address; `None` where that is a step's.
    #[cfg(feature = "ssr")]
    pub(crate) fn of_request() -> Option<Self> {
        use crate::state::AppState;

        let parts = use_context::<axum::http::request::Parts>()?;
        let state = expect_context::<AppState>();
        let segments: Vec<_> = parts.uri.path().split('/').skip(1).collect();
        let page = match *segments {
            [""] => Self::Home {
                courses: state.course_views(),
            },
            ["courses", course] => match state.find_course(course) {
                Ok(course) => Self::Course {
                    course: course.view(),
                },
                Err(_) => Self::NotFound,
            },
            ["courses", course, step] if !course.is_empty() && !step.is_empty() => return None,
            _ => Self::NotFound,
        };
        if let (Self::NotFound, Some(options)) =
            (&page, use_context::<leptos_axum::ResponseOptions>())
        {
            options.set_status(axum::http::StatusCode::NOT_FOUND);
        }
        Some(page)
    }

    #[cfg(not(feature = "ssr"))]
    pub(crate) fn of_request() -> Option<Self> {
        None
    }
}
