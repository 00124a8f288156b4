//! A course's text, with a button at each block of code that copies it.

use browser_model::guide_commands;
use leptos::html::Div;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::web_sys::{HtmlElement, KeyboardEvent};

use crate::browser;
use crate::copy::CopyButton;
use crate::course_text::course_language;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};

/// What takes the commands of a text: in its context where there is a server to send them to. The
/// workbench itself would bring all of its code to the pages that have none.
#[derive(Clone, Copy)]
pub(crate) struct CommandReceiver(pub(crate) Callback<Vec<String>>);

/// Esc hides the definition of the word that has the focus.
fn close_definition(event: KeyboardEvent) {
    let focused = event_target::<HtmlElement>(&event);
    if event.key() == "Escape" && focused.class_list().contains("term") {
        // What can't be left keeps the focus, which is no more than before.
        let _ = focused.blur();
    }
}

/// A course's text.
#[component]
pub(crate) fn Prose(
    /// Safe HTML of the course's.
    #[prop(into)]
    html: String,
) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    let receiver = use_context::<CommandReceiver>();
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
                    let receiver = receiver.filter(|_| !commands.is_empty());
                    let send = receiver.map(|CommandReceiver(send)| {
                        view! {
                            <button
                                type="button"
                                class="copy"
                                title="Send this to your own server, in the console"
                                on:click=move |_| send.run(commands.clone())
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
            on:keydown=close_definition
            inner_html=html
        ></div>
    }
    .into_erased()
}
