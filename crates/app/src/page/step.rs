//! A step's page: the workbench, once the step is loaded.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::api::{load_course, load_step};
use crate::erased_view::IntoErasedView;
use crate::navigation::PendingNavigation;
use crate::page::{LoadingPage, Trouble};
use crate::workbench::WorkbenchPage;

/// The page of the step that the address names.
#[component]
pub(crate) fn StepPage() -> impl IntoView {
    let params = use_params_map();
    let names = Memo::new(move |_| {
        params.with(|params| {
            let name = |key| params.get(key).unwrap_or_default();
            (name("course"), name("step"))
        })
    });
    let loaded = Resource::new(
        move || names.get(),
        |(course, step)| async move {
            futures::try_join!(load_course(course.clone()), load_step(course, step))
        },
    );
    let pending: PendingNavigation = expect_context();
    let retry = Callback::new(move |()| loaded.refetch());
    let content = move || {
        Suspend::new(async move {
            match loaded.await {
                // The key gives each step its own elements. Without it those of the step before
                // are reused, with what was typed and unfolded in them.
                Ok(loaded) => view! {
                    <For
                        each=move || [loaded.clone()]
                        key=|(course, step)| (course.id.clone(), step.summary.id.clone())
                        children=|(course, step)| view! { <WorkbenchPage course step /> }
                    />
                }
                .into_erased(),
                Err(error) => view! { <Trouble error=error.0 retry /> }.into_erased(),
            }
        })
    };
    // Nobody navigates on the server, where a transition would set its signal on another thread while
    // the page is rendered. Leptos does not wait to read a signal that is being written, but takes it
    // for disposed: the connection is dropped without an answer.
    if cfg!(feature = "hydrate") {
        view! {
            <Transition fallback=LoadingPage set_pending=pending.signal()>
                {content}
            </Transition>
        }
        .into_erased()
    } else {
        view! { <Transition fallback=LoadingPage>{content}</Transition> }.into_erased()
    }
}
