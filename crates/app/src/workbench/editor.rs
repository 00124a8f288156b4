//! The editor panel: the learner's program, saved as it is typed.

use browser_model::{InitialDraft, earlier, step_key};
use html_escape::encode_text;
use leptos::html::{Div, Textarea};
use leptos::prelude::*;

use super::Workbench;
use super::conflicting_draft::ConflictingDraftNotice;
use super::foot::EditorFoot;
use super::layout::{CODE_BODY_ID, Panel};
use super::program_editor::{FIELD_ID, MonacoState};
use super::symbols::SymbolKeys;
use crate::browser;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::notice::Notice;

/// The middle panel.
#[component]
pub(super) fn EditorPanel() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let host = NodeRef::<Div>::new();
    let field = NodeRef::<Textarea>::new();
    on_cleanup(move || bench.editor.save_now());
    Effect::new(move |_| {
        if let (Some(host), Some(field), true) = (host.get(), field.get(), bench.store.is_loaded())
        {
            bench.editor.mount(host, field);
        }
    });
    Effect::new(move |_| {
        if bench.editor.monaco_state().get() == MonacoState::Mounted {
            bench.runs.show_notes_of_last_run();
        }
    });
    let starter = bench.step.with(|_, step| field_html(&step.starter));
    view! {
        <section class="panel code" id=Panel::Code.id() aria-label="Code">
            <div class="head">
                <span class="file" translate="no">{protocol::PROGRAM_FILE}</span>
                <DownloadButton />
                <Origin />
                <span class="grow"></span>
                <SaveState />
            </div>
            <div class="editor-frame">
                <div class="editor-notices">
                    <ConflictingDraftNotice />
                    <MissingEditorNotice />
                </div>
                <div class="editor" id=CODE_BODY_ID>
                    <div class="editor-host" translate="no" node_ref=host></div>
                    <textarea
                        id=FIELD_ID
                        node_ref=field
                        class="program-field"
                        translate="no"
                        aria-label="Program"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        data-records=records(bench)
                        inner_html=starter
                        on:input=move |event| bench.editor.typed(event_target_value(&event))
                    ></textarea>
                </div>
                <noscript>
                    <p class="noscript">
                        "Writing code here and running the tests need JavaScript, and so do hints \
                         and progress. Everything else on this page can be read without."
                    </p>
                </noscript>
            </div>
            <SymbolKeys />
            <EditorFoot />
        </section>
    }
    .into_erased()
}

/// Says that the plain field is there to stay, and loads Monaco on demand.
#[component]
fn MissingEditorNotice() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let is_missing = move || bench.editor.monaco_state().get() == MonacoState::Missing;
    let load = move |_| {
        // The notice goes, and the focus with it.
        bench.editor.focus();
        bench.editor.load_monaco();
    };
    view! {
        <Show when=is_missing>
            <Notice role="status">
                "The code editor could not be loaded, so this is a plain text field. Writing and \
                 running work in it too. "
                <span class="notice-actions">
                    <button type="button" class="link" on:click=load>
                        "Load the editor"
                    </button>
                </span>
            </Notice>
        </Show>
    }
    .into_erased()
}

/// Downloads the program, to run it on one's own machine.
#[component]
fn DownloadButton() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let label = format!("Download {}", protocol::PROGRAM_FILE);
    let download = move |_| {
        bench.editor.program().with_untracked(|program| {
            browser::download(protocol::PROGRAM_FILE, "text/x-python", program);
        });
    };
    view! {
        <Show when=move || bench.store.is_loaded()>
            <button
                type="button"
                class="tool"
                aria-label=label.clone()
                title=label.clone()
                on:click=download
            >
                <Icon icon=IconName::Download />
            </button>
        </Show>
    }
    .into_erased()
}

/// The step that the program came from, until a draft is saved.
#[component]
fn Origin() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let has_draft = bench.step.progress(|kept| kept.draft.is_some());
    move || {
        if !bench.store.is_loaded() || has_draft.get() {
            return None;
        }
        let InitialDraft::EarlierStep { step, .. } = bench.step.initial_draft() else {
            return None;
        };
        let title = bench.step.with(|course, _| {
            let found = course.steps.iter().find(|other| other.id == step);
            found.map(|step| step.short_title.clone())
        })?;
        Some(view! { <span class="origin">{format!("starts from your code of {title}")}</span> })
    }
}

/// Whether the program is saved.
#[component]
fn SaveState() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let draft = bench
        .step
        .progress(|kept| kept.draft_text().map(str::to_owned));
    let text = move || {
        if !bench.store.is_loaded() {
            return "";
        }
        if bench.store.fault().is_some() {
            return "Not saved";
        }
        draft.with(|draft| match draft {
            None => "",
            Some(draft) if bench.editor.program().with(|program| program != draft) => "Saving…",
            Some(_) if bench.editor.is_from_other_tab().get() => "Typed in another tab",
            Some(_) => "Saved",
        })
    };
    view! { <span class="save-state">{text}</span> }.into_erased()
}

/// The keys of the records that the boot script reads: this step's, then those before it.
fn records(bench: Workbench) -> String {
    bench.step.with(|course, step| {
        let id = &step.summary.id;
        std::iter::once(id)
            .chain(earlier(&course.steps, id))
            .map(|step| step_key(&course.id, step))
            .collect::<Vec<_>>()
            .join(" ")
    })
}

/// A text field's content as HTML. The parser drops a leading line break, so one is added.
fn field_html(program: &str) -> String {
    format!("\n{}", encode_text(program))
}
