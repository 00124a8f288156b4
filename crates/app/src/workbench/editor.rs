//! The editor panel: the learner's program, kept as it is typed.

use leptos::html::Div;
use leptos::prelude::*;
use lesson::{Opening, earlier, step_key};

use super::{Panel, Workbench};
use crate::browser::{self, CodeEditor, EditorSetup, StorageFault, Timer};

const FIELD_ID: &str = "program-field";
/// Well within the second after which a draft must be kept.
const AUTOSAVE_MS: u32 = 400;

/// The middle panel.
#[component]
pub(super) fn EditorPanel() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let host = NodeRef::<Div>::new();
    let autosave = Autosave::new(bench);
    Effect::new(move |_| {
        if let (Some(host), true) = (host.get(), bench.store.is_loaded()) {
            mount(bench, autosave, &host);
        }
    });
    let loaded = move || bench.store.is_loaded();
    let running = move || bench.runs.is_going();
    let run_keys = move || {
        if loaded() && browser::is_apple() {
            "⌘ ⏎"
        } else {
            "Ctrl ⏎"
        }
    };
    view! {
        <section class="panel code" id=Panel::Code.id() aria-label="Code" tabindex="-1">
            <div class="head">
                <span class="file">{lesson::PROGRAM_FILE}</span>
                <span class="grow"></span>
                <span class="saved">{move || saved_text(bench)}</span>
            </div>
            <div class="editor">
                <div class="editor-host" node_ref=host></div>
                <textarea
                    id=FIELD_ID
                    class="program-field"
                    aria-label="Program"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    data-records=records(bench)
                    inner_html=field_html(&bench.step.with_value(|step| step.starter.clone()))
                    on:input=move |event| autosave.typed(event_target_value(&event))
                ></textarea>
            </div>
            <div class="foot">
                <button
                    type="button"
                    id="run"
                    class="button primary"
                    disabled=move || !loaded()
                    aria-disabled=move || running().to_string()
                    on:click=move |_| bench.run()
                >
                    {move || {
                        if !loaded() {
                            "Loading…"
                        } else if running() {
                            "Running…"
                        } else {
                            "Run tests"
                        }
                    }}
                    <kbd aria-hidden="true">{run_keys}</kbd>
                </button>
                <Show when=running>
                    <button type="button" class="button" on:click=move |_| bench.cancel()>
                        "Cancel"
                    </button>
                </Show>
                <span class="grow"></span>
            </div>
        </section>
    }
}

/// Keeps the draft a moment after the last key, and at once when the page may go.
#[derive(Clone, Copy)]
pub(super) struct Autosave {
    bench: Workbench,
    timer: StoredValue<Option<Timer>, LocalStorage>,
}

impl Autosave {
    fn new(bench: Workbench) -> Self {
        let autosave = Self {
            bench,
            timer: StoredValue::new_local(None),
        };
        on_cleanup(move || autosave.save_now());
        autosave
    }

    fn typed(self, program: String) {
        self.bench.program.set(program);
        let running = self.timer.with_value(Option::is_some);
        if !running {
            let timer = browser::after(AUTOSAVE_MS, move || self.save_now());
            self.timer.set_value(Some(timer));
        }
    }

    fn save_now(self) {
        let waiting = self
            .timer
            .try_update_value(Option::take)
            .flatten()
            .is_some();
        if waiting {
            let program = self.bench.program.get_untracked();
            self.bench.change_step(|kept| kept.draft = Some(program));
        }
    }
}

fn mount(bench: Workbench, autosave: Autosave, host: &leptos::web_sys::HtmlDivElement) {
    let opening = bench.opening();
    let typed = browser::textarea_text(FIELD_ID);
    let text = typed.unwrap_or_else(|| opening.text().to_owned());
    if text != opening.text() {
        autosave.typed(text.clone());
    } else {
        bench.program.set(text.clone());
    }
    let setup = EditorSetup {
        text,
        label: "Program. Escape, then Tab leaves the editor".to_owned(),
        on_change: Box::new(move |program| autosave.typed(program)),
    };
    let editor = CodeEditor::mount(host, setup);
    bench.editor.set_value(editor);
    let leaving = StoredValue::new_local(browser::on_leaving(move || autosave.save_now()));
    on_cleanup(move || {
        leaving.dispose();
        bench.editor.set_value(None);
    });
}

impl Workbench {
    /// The program that this step opens with.
    pub(super) fn opening(self) -> Opening {
        let progress = self.store.progress();
        self.course.with_value(|course| {
            self.step.with_value(|step| {
                progress.with_untracked(|progress| {
                    Opening::of(
                        progress,
                        &course.id,
                        &course.steps,
                        &step.summary.id,
                        &step.starter,
                    )
                })
            })
        })
    }
}

/// The records that the boot script looks through: this step's, then those before it.
fn records(bench: Workbench) -> String {
    bench.course.with_value(|course| {
        bench.step.with_value(|step| {
            let id = &step.summary.id;
            std::iter::once(id)
                .chain(earlier(&course.steps, id))
                .map(|step| step_key(&course.id, step))
                .collect::<Vec<_>>()
                .join(" ")
        })
    })
}

/// A text field's content as HTML; the parser drops a first line break, so one is put before.
fn field_html(program: &str) -> String {
    let escaped = program.replace('&', "&amp;").replace('<', "&lt;");
    format!("\n{escaped}")
}

fn saved_text(bench: Workbench) -> &'static str {
    if !bench.store.is_loaded() {
        return "";
    }
    match bench.store.fault() {
        Some(StorageFault::Forbidden | StorageFault::Full) => "Not saved",
        None => {
            let draft = bench.kept().draft;
            match draft {
                Some(draft) if bench.program.with(|program| *program == draft) => "Saved",
                Some(_) => "Saving…",
                None => "",
            }
        }
    }
}
