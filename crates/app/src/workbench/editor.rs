//! The editor panel: the learner's program, saved as it is typed.

use browser_model::{InitialDraft, LineEdit, earlier, line_notes, step_key};
use leptos::html::{Div, Textarea};
use leptos::prelude::*;
use leptos::web_sys::{HtmlDivElement, HtmlTextAreaElement};
use protocol::{Program, Verdict};

use super::conflicting_draft::ConflictingDraftNotice;
use super::foot::EditorFoot;
use super::run::ShownRun;
use super::{CODE_BODY_ID, Panel, Workbench};
use crate::browser::{self, CodeEditor, EditorSetup, Local, Timer};
use crate::icon::{Icon, IconName};

const FIELD_ID: &str = "program-field";
/// Well within the second by which a draft must be saved.
const AUTOSAVE_MS: u32 = 400;

/// The middle panel.
#[component]
pub(super) fn EditorPanel() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let host = NodeRef::<Div>::new();
    let autosave = Autosave::new(bench);
    let field = NodeRef::<Textarea>::new();
    Effect::new(move |_| {
        if let (Some(host), Some(field), true) = (host.get(), field.get(), bench.store.is_loaded())
        {
            mount(bench, autosave, &host, field);
        }
    });
    let starter = bench.step.with_value(|step| field_html(&step.starter));
    view! {
        <section class="panel code" id=Panel::Code.id() aria-label="Code">
            <div class="head">
                <span class="file">{protocol::PROGRAM_FILE}</span>
                <DownloadButton />
                <Origin />
                <span class="grow"></span>
                <SaveState />
            </div>
            <div class="editor-frame">
                <ConflictingDraftNotice />
                <div class="editor" id=CODE_BODY_ID>
                    <div class="editor-host" node_ref=host></div>
                    <textarea
                        id=FIELD_ID
                        node_ref=field
                        class="program-field"
                        aria-label="Program"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        data-records=records(bench)
                        inner_html=starter
                        on:input=move |event| autosave.typed(event_target_value(&event))
                    ></textarea>
                </div>
                <noscript>
                    <p class="noscript">
                        "Writing code here and running the tests need JavaScript, and so do hints \
                         and progress. Everything else on this page can be read without."
                    </p>
                </noscript>
            </div>
            <EditorFoot />
        </section>
    }
    .into_any()
}

/// Downloads the program, to run it on one's own machine.
#[component]
fn DownloadButton() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let label = format!("Download {}", protocol::PROGRAM_FILE);
    let download = move |_| {
        bench.program.with_untracked(|program| {
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
    .into_any()
}

/// The step that the program came from, until a draft is saved.
#[component]
fn Origin() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let has_draft = bench.kept(|kept| kept.draft.is_some());
    move || {
        if !bench.store.is_loaded() || has_draft.get() {
            return None;
        }
        let InitialDraft::EarlierStep { step, .. } = bench.initial_draft() else {
            return None;
        };
        let title = bench.course.with_value(|course| {
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
    let draft = bench.kept(|kept| kept.draft_text().map(str::to_owned));
    let text = move || {
        if !bench.store.is_loaded() {
            return "";
        }
        if bench.store.fault().is_some() {
            return "Not saved";
        }
        draft.with(|draft| match draft {
            None => "",
            Some(draft) if bench.program.with(|program| program != draft) => "Saving…",
            Some(_) if bench.is_from_other_tab.get() => "Typed in another tab",
            Some(_) => "Saved",
        })
    };
    view! { <span class="save-state">{text}</span> }.into_any()
}

/// Saves the draft a moment after it is typed, and at once when the page may be gone next.
#[derive(Clone, Copy)]
struct Autosave {
    bench: Workbench,
    timer: Local<Timer>,
}

impl Autosave {
    fn new(bench: Workbench) -> Self {
        let autosave = Self {
            bench,
            timer: Local::empty(),
        };
        on_cleanup(move || autosave.save_now());
        autosave
    }

    fn typed(self, program: String) {
        self.bench.program.set(program);
        // Replacing the text with another tab's draft leads here too.
        if !self.bench.is_settled() {
            self.bench.is_from_other_tab.set(false);
        }
        if !self.timer.is_some() {
            let timer = browser::after(AUTOSAVE_MS, move || self.save_now());
            self.timer.set(Some(timer));
        }
    }

    fn save_now(self) {
        // Without a timer nothing was typed here since the last save. To write what another tab or
        // an import brought could overwrite what was stored after it.
        if self.timer.take().is_some() {
            self.bench.keep_what_was_typed();
        }
    }
}

/// Mounts Monaco, with what was typed into the field before.
///
/// The field is passed as an element, not looked up by its id: while one step replaces another,
/// both fields may be in the page, and the other one holds the other step's program.
fn mount(bench: Workbench, autosave: Autosave, host: &HtmlDivElement, field: HtmlTextAreaElement) {
    let initial_draft = bench.initial_draft();
    let typed = browser::typed_into(&field);
    let text = typed
        .clone()
        .unwrap_or_else(|| initial_draft.text().to_owned());
    bench.saved_text.set_value(initial_draft.text().to_owned());
    if typed.is_some_and(|typed| typed != initial_draft.text()) {
        autosave.typed(text.clone());
    } else {
        bench.program.set(text.clone());
    }
    // Without Monaco the field remains the editor.
    browser::set_field(&field, &text);
    let setup = EditorSetup {
        text,
        caret: browser::field_caret(&field),
        label: "Program. Escape, then Tab leaves the editor.".to_owned(),
        on_change: Box::new(move |program| autosave.typed(program)),
    };
    bench.editor.set(CodeEditor::mount(host, setup));
    bench.field.set(Some(field));
    bench.show_notes_of_last_run();
    // The listener, the editor and the field are dropped with the effect.
    StoredValue::new_local(browser::on_leaving(move || autosave.save_now()));
    on_cleanup(move || {
        bench.editor.set(None);
        bench.field.set(None);
    });
}

impl Workbench {
    /// The program that this step opens with.
    pub(super) fn initial_draft(self) -> InitialDraft {
        self.with(|course, step| {
            self.store.progress().with_untracked(|progress| {
                InitialDraft::of(
                    progress,
                    &course.id,
                    &course.steps,
                    &step.summary.id,
                    &step.starter,
                )
            })
        })
    }

    /// Whether the program is the one that the editor opened with, or that was last saved or taken
    /// over.
    fn is_settled(self) -> bool {
        let saved_text = self.saved_text;
        self.program
            .with_untracked(|program| saved_text.with_value(|saved_text| saved_text == program))
    }

    /// Saves the program. Another tab's draft that this one has not heard of yet goes into the
    /// history and is offered.
    pub(super) fn keep_draft(self) {
        let program = self.program.get_untracked();
        let saved_text = self.saved_text.get_value();
        self.saved_text.set_value(program.clone());
        let mut unheard = None;
        self.change_step(|kept| {
            let others = kept.draft.take().filter(|draft| {
                let text = draft.entry_text();
                text != saved_text && text != program
            });
            if let Some(draft) = others {
                kept.keep_in_history(&draft, &[]);
                unheard = Some(draft.entry_text().to_owned());
            }
            kept.draft = Some(Program::of_one_file(program));
        });
        if unheard.is_some() {
            self.conflicting_draft.set(unheard);
        }
    }

    /// Saves the program unless it is settled: to run the course's own code makes no draft, and the
    /// step still opens with the code of the step before.
    pub(super) fn keep_what_was_typed(self) {
        if !self.is_settled() {
            self.keep_draft();
        }
    }

    /// Puts another program into the editor.
    pub(super) fn replace_program(self, program: &str) {
        if self.editor.is_some() {
            self.editor.with(|editor| editor.replace_text(program));
        } else {
            self.field.with(|field| browser::set_field(field, program));
        }
        self.program.set(program.to_owned());
    }

    /// Shows the draft that an import brought for this step.
    pub(super) fn listen_to_imports(self) {
        let imports = self.store.imports();
        Effect::new(move |before: Option<u32>| {
            let now = imports.get();
            let kept = self.kept_now();
            let is_imported = before.is_some_and(|before| before != now);
            if let (true, Some(draft)) = (is_imported, kept.draft_text()) {
                self.saved_text.set_value(draft.to_owned());
                if self.program.with_untracked(|program| program != draft) {
                    self.replace_program(draft);
                }
                self.is_from_other_tab.set(false);
            }
            now
        });
    }

    /// Replaces the program and keeps the old one in the history.
    pub(super) fn replace_and_remember(self, program: &str) {
        let before = self.program.get_untracked();
        self.replace_program(program);
        self.keep_draft();
        self.with(|course, step| {
            let initial_draft = self.store.progress().with_untracked(|progress| {
                InitialDraft::without_draft(
                    progress,
                    &course.id,
                    &course.steps,
                    &step.summary.id,
                    &step.starter,
                )
            });
            let elsewhere = [step.starter.as_str(), initial_draft.text()];
            let before = Program::of_one_file(before);
            self.change_step(|kept| kept.keep_in_history(&before, &elsewhere));
        });
    }

    pub(super) fn focus_editor(self) {
        if self.editor.is_some() {
            self.editor.with(CodeEditor::focus);
        } else {
            browser::focus(FIELD_ID);
        }
    }

    /// Marks the lines that a run's report names, wherever edits have moved them.
    pub(super) fn show_notes_of(self, run: &ShownRun) {
        let Some(report) = &run.live.report else {
            return;
        };
        let edit = self
            .program
            .with_untracked(|program| LineEdit::between(&run.program, program));
        let notes = match report.verdict {
            Verdict::Passed => Vec::new(),
            _ => line_notes(report),
        };
        self.editor.with(|editor| editor.show_run(edit, notes));
    }

    fn show_notes_of_last_run(self) {
        let shown = self.runs.shown().get_untracked();
        let before = self.runs.before().get_untracked();
        let of_a_report = |run: &ShownRun| run.live.report.is_some();
        if let Some(run) = shown.filter(of_a_report).or(before) {
            self.show_notes_of(&run);
        }
    }
}

/// The keys of the records that the boot script reads: this step's, then those before it.
fn records(bench: Workbench) -> String {
    bench.with(|course, step| {
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
    let escaped = program.replace('&', "&amp;").replace('<', "&lt;");
    format!("\n{escaped}")
}
