//! A course's text, with a button at each block of code that copies it.

use leptos::html::Div;
use leptos::mount::mount_to;
use leptos::prelude::*;

use crate::browser;
use crate::copy::CopyButton;
use crate::course_text::course_language;

/// A course's text.
#[component]
pub(crate) fn Prose(
    /// Safe HTML of the course's.
    #[prop(into)]
    html: String,
) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    // The text is not rendered by components, so the buttons are mounted into it one by one.
    Effect::new(move |_| {
        let Some(element) = element.get() else {
            return;
        };
        let mounted: Vec<_> = browser::code_blocks(&element)
            .into_iter()
            .map(|(place, code)| {
                mount_to(place, move || {
                    let text = Callback::new(move |()| code.clone());
                    view! { <CopyButton what="this code" text /> }
                })
            })
            .collect();
        // Unmounted with the effect.
        StoredValue::new_local(mounted);
    });
    let language = course_language();
    view! {
        <div
            class="prose"
            lang=language.tag.clone()
            dir=language.direction()
            node_ref=element
            inner_html=html
        ></div>
    }
    .into_any()
}
