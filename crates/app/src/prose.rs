//! A course's text, with a button at each block of code that copies it.

use browser_model::guide_commands;
use leptos::html::Div;
use leptos::mount::mount_to;
use leptos::prelude::*;

use crate::browser;
use crate::copy::CopyButton;
use crate::course_text::course_language;
use crate::icon::{Icon, IconName};
use crate::workbench::Workbench;

/// A course's text.
#[component]
pub(crate) fn Prose(
    /// Safe HTML of the course's.
    #[prop(into)]
    html: String,
) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    // Only a step's page has a server to talk to.
    let bench = use_context::<Workbench>();
    // The text is not rendered by components, so the buttons are mounted into it one by one.
    Effect::new(move |_| {
        let Some(element) = element.get() else {
            return;
        };
        let mounted: Vec<_> = browser::code_blocks(&element)
            .into_iter()
            .map(|(place, code)| {
                mount_to(place, move || {
                    let commands = guide_commands(&code);
                    let send = bench.filter(|_| !commands.is_empty()).map(|bench| {
                        view! {
                            <button
                                type="button"
                                class="copy"
                                title="Send this to your own server, in the console"
                                on:click=move |_| bench.send_commands(commands.clone())
                            >
                                <Icon icon=IconName::Play />
                                <span>"Send"</span>
                            </button>
                        }
                    });
                    let text = Callback::new(move |()| code.clone());
                    view! {
                        {send}
                        <CopyButton what="this code" text />
                    }
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
