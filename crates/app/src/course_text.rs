//! What a course's author wrote, in the course's language on a page in English.

use leptos::prelude::*;
use protocol::CourseLanguage;

use crate::erased_view::IntoErasedView;

/// The language of the page's course: a context that the course's pages provide.
pub(crate) fn course_language() -> CourseLanguage {
    use_context().unwrap_or_default()
}

/// A name or a title that a course's author wrote, in the middle of ours.
#[component]
pub(crate) fn CourseText(#[prop(into)] text: String) -> impl IntoView {
    let language = course_language();
    view! {
        <span lang=language.tag.clone() dir=language.direction()>
            {text}
        </span>
    }
    .into_erased()
}
