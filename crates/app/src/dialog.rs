//! A modal `<dialog>`: the browser keeps the focus inside and closes it on Escape.

use leptos::ev;
use leptos::html::Dialog as DialogElement;
use leptos::prelude::*;

use crate::browser;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};

/// Opens and closes one dialog.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DialogHandle {
    element: NodeRef<DialogElement>,
    open: RwSignal<bool>,
}

impl DialogHandle {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn open(self) {
        self.open.set(true);
        if let Some(element) = self.element.get_untracked() {
            browser::show_modal(&element);
        }
    }

    /// Closes it; the focus goes back to where it was.
    pub(crate) fn close(self) {
        if let Some(element) = self.element.get_untracked() {
            browser::close_modal(&element);
        }
    }

    pub(crate) fn is_open(self) -> bool {
        self.open.get()
    }
}

/// A dialog with a title and a close button. Its content is rendered anew each time it opens.
#[component]
pub(crate) fn Dialog(
    /// What opens and closes it.
    handle: DialogHandle,
    /// Its title and accessible name.
    #[prop(into)]
    title: String,
    /// Unique on the page, for ids and classes.
    name: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let title_id = format!("dialog-{name}");
    let label = title_id.clone();
    let on_close = move |_: ev::Event| handle.open.set(false);
    view! {
        <dialog
            node_ref=handle.element
            class=format!("dialog {name}")
            aria-labelledby=label
            on:close=on_close
        >
            <header class="dialog-head">
                <h2 id=title_id>{title}</h2>
                <button
                    type="button"
                    class="tool"
                    aria-label="Close"
                    on:click=move |_| handle.close()
                >
                    <Icon icon=IconName::Close />
                </button>
            </header>
            <div class="dialog-body">{move || handle.is_open().then(|| children())}</div>
        </dialog>
    }
    .into_erased()
}
