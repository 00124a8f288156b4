//! How far somebody is in a course, and the way on.

use browser_model::CourseProgress;
use leptos::prelude::*;
use protocol::{CourseView, StepSummary};

use crate::base_path::step_address;
use crate::course_text::CourseText;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};

/// The steps done, in words and as a bar; nothing before the course is begun.
#[component]
pub(super) fn ProgressBar(progress: Memo<CourseProgress>) -> impl IntoView {
    let bar = move || {
        let CourseProgress {
            done,
            total,
            is_begun,
            ..
        } = progress.get();
        is_begun.then(|| {
            view! {
                <div class="progress-line">
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
    bar.into_erased()
}

/// A link to the first step that is not done.
#[component]
pub(super) fn Continue(
    course: StoredValue<CourseView>,
    progress: Memo<CourseProgress>,
) -> impl IntoView {
    let link = move || {
        let progress = progress.get();
        let address =
            |step: &StepSummary| course.with_value(|course| step_address(&course.id, &step.id));
        match progress.next {
            Some(step) => {
                let words = if progress.is_begun {
                    "Continue: "
                } else {
                    "Start: "
                };
                view! {
                    <p>
                        <a class="button primary" href=address(&step)>
                            <span>{words} <CourseText text=step.title.clone() /></span>
                            <Icon icon=IconName::Right />
                        </a>
                    </p>
                }
                .into_erased()
            }
            None => view! {
                <p class="success">
                    <Icon icon=IconName::Check />
                    " You have built it. Every step is done."
                </p>
            }
            .into_erased(),
        }
    };
    link.into_erased()
}
