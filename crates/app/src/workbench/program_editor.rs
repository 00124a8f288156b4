//! The program in the editor: typed, saved as a draft, replaced, marked.

use browser_model::{ConflictingDraft, LineEdit, line_notes};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{HtmlDivElement, HtmlTextAreaElement};
use protocol::{Program, Verdict};

use super::open_step::OpenStep;
use super::shown_run::ShownRun;
use crate::browser::{self, CodeEditor, EditorSetup, Local, Timer};
use crate::store::Store;

pub(super) const FIELD_ID: &str = "program-field";
/// Well within the second by which a draft must be saved.
const AUTOSAVE_MS: u32 = 400;

/// The program in the editor, and the editor.
#[derive(Clone, Copy)]
pub(super) struct ProgramEditor {
    step: OpenStep,
    store: Store,
    program: RwSignal<String>,
    /// Monaco, once it is mounted.
    monaco: Local<CodeEditor>,
    monaco_state: RwSignal<MonacoState>,
    elements: Local<EditorElements>,
    /// Runs while what was typed is not saved yet.
    autosave: Local<Timer>,
    /// Another tab's draft of this step, while the learner has not chosen.
    conflicting_draft: RwSignal<Option<String>>,
    /// Whether the program was typed in another tab.
    is_from_other_tab: RwSignal<bool>,
    /// The program that the editor opened with, or that this tab last saved or took over: one that
    /// differs was typed here and is not saved yet.
    saved_text: StoredValue<String>,
}

/// How far Monaco is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MonacoState {
    /// The field is the editor meanwhile.
    Loading,
    Mounted,
    /// It could not be loaded or mounted, and the field remains.
    Missing,
}

/// The elements in which the program appears.
#[derive(Clone, PartialEq)]
struct EditorElements {
    /// Monaco's element.
    host: HtmlDivElement,
    /// The text field that is the editor before, and where Monaco is missing.
    field: HtmlTextAreaElement,
    /// The program that the field opened with.
    opened: String,
}

impl ProgramEditor {
    pub(super) fn new(step: OpenStep, starter: String) -> Self {
        Self {
            step,
            store: expect_context(),
            program: RwSignal::new(starter),
            monaco: Local::empty(),
            monaco_state: RwSignal::new(MonacoState::Loading),
            elements: Local::empty(),
            autosave: Local::empty(),
            conflicting_draft: RwSignal::new(None),
            is_from_other_tab: RwSignal::new(false),
            saved_text: StoredValue::new(String::new()),
        }
    }

    pub(super) fn program(self) -> ReadSignal<String> {
        self.program.read_only()
    }

    /// Another tab's draft of this step, while the learner has not chosen.
    pub(super) fn conflicting_draft(self) -> ReadSignal<Option<String>> {
        self.conflicting_draft.read_only()
    }

    /// Whether the program was typed in another tab.
    pub(super) fn is_from_other_tab(self) -> ReadSignal<bool> {
        self.is_from_other_tab.read_only()
    }

    /// How far Monaco is.
    pub(super) fn monaco_state(self) -> ReadSignal<MonacoState> {
        self.monaco_state.read_only()
    }

    /// Opens the program in the field, which is the editor until Monaco has been loaded and takes its
    /// place. Must be called in an effect, with which both are dropped.
    ///
    /// The field is passed as an element, not looked up by its id: while one step replaces another,
    /// both fields may be in the page, and the other one holds the other step's program.
    pub(super) fn mount(self, host: HtmlDivElement, field: HtmlTextAreaElement) {
        browser::take_over_field(&field);
        let initial_draft = self.step.initial_draft();
        let typed = browser::typed_into(&field);
        // As a text field has it, and Monaco.
        let opened = initial_draft
            .text()
            .replace("\r\n", "\n")
            .replace('\r', "\n");
        let text = typed.clone().unwrap_or_else(|| opened.clone());
        self.saved_text.set_value(opened.clone());
        if typed.is_some_and(|typed| typed != opened) {
            self.typed(text.clone());
        } else {
            self.program.set(text.clone());
        }
        browser::set_field(&field, &text);
        self.elements.set(Some(EditorElements {
            host,
            field,
            opened,
        }));
        self.load_monaco();
        StoredValue::new_local(browser::on_leaving(move || self.save_now()));
        on_cleanup(move || {
            self.monaco.set(None);
            self.elements.set(None);
        });
    }

    /// Loads Monaco, which then takes the field's place with all that was typed.
    pub(super) fn load_monaco(self) {
        let Some(mut elements) = self.elements.get() else {
            return;
        };
        if self.monaco_state.get_untracked() == MonacoState::Missing {
            // What was written in the field is not to be undone by one key.
            elements.opened = self.program.get_untracked();
            self.elements.set(Some(elements.clone()));
        }
        self.monaco_state.set(MonacoState::Loading);
        spawn_local(async move {
            // On a narrow page nobody sees it before its tab is chosen.
            browser::until_in_sight(&elements.field).await;
            let is_loaded = CodeEditor::load().await;
            browser::until_composed(&elements.field).await;
            // Another step may be shown by now.
            if self.elements.get().as_ref() != Some(&elements) {
                return;
            }
            let is_mounted = is_loaded && self.replace_field(&elements);
            self.monaco_state.set(if is_mounted {
                MonacoState::Mounted
            } else {
                MonacoState::Missing
            });
        });
    }

    fn replace_field(self, elements: &EditorElements) -> bool {
        let setup = EditorSetup {
            opened: elements.opened.clone(),
            program: self.program.get_untracked(),
            selection: browser::field_selection(&elements.field),
            has_focus: browser::is_focused(&elements.field),
            scroll_px: elements.field.scroll_top(),
            label: "Program. Escape, then Tab leaves the editor.".to_owned(),
            on_change: Box::new(move |program| self.typed(program)),
        };
        let monaco = CodeEditor::mount(&elements.host, setup);
        let is_mounted = monaco.is_some();
        if !is_mounted {
            // The style sheet hides the field beside a host that holds anything.
            elements.host.set_text_content(None);
        }
        self.monaco.set(monaco);
        is_mounted
    }

    /// Takes what was typed, and saves it a moment later.
    pub(super) fn typed(self, program: String) {
        self.program.set(program);
        // Replacing the text with another tab's draft leads here too.
        if !self.is_saved() {
            self.is_from_other_tab.set(false);
        }
        if !self.autosave.is_some() {
            let timer = browser::after(AUTOSAVE_MS, move || self.save_now());
            self.autosave.set(Some(timer));
        }
    }

    /// Saves what autosave has not saved yet: the page may be gone next.
    pub(super) fn save_now(self) {
        // Without a timer nothing was typed here since the last save. To write what another tab or
        // an import brought could overwrite what was stored after it.
        if self.autosave.take().is_some() {
            self.save_what_was_typed();
        }
    }

    /// Whether the program is the one that the editor opened with, or that was last saved or taken
    /// over.
    fn is_saved(self) -> bool {
        let saved_text = self.saved_text;
        self.program
            .with_untracked(|program| saved_text.with_value(|saved_text| saved_text == program))
    }

    /// Saves the program. Another tab's draft that this one has not seen yet goes into the
    /// history and is offered.
    fn save_draft(self) {
        let program = self.program.get_untracked();
        let saved_text = self.saved_text.get_value();
        self.saved_text.set_value(program.clone());
        let mut conflicting = None;
        self.step.change_progress(|kept| {
            let others = kept.draft.take().filter(|draft| {
                let text = draft.entry_text();
                text != saved_text && text != program
            });
            if let Some(draft) = others {
                kept.keep_in_history(&draft, browser::now_ms(), &[]);
                conflicting = Some(draft.entry_text().to_owned());
            }
            kept.draft = Some(Program::of_one_file(program));
        });
        if conflicting.is_some() {
            self.conflicting_draft.set(conflicting);
        }
    }

    /// Saves the program where something was typed: to run the course's own code makes no draft, and the
    /// step still opens with the code of the step before.
    pub(super) fn save_what_was_typed(self) {
        if !self.is_saved() {
            self.save_draft();
        }
    }

    /// Puts another program into the editor.
    fn replace_program(self, program: &str) {
        if self.monaco.is_some() {
            self.monaco.with(|editor| editor.replace_text(program));
        } else {
            self.elements
                .with(|elements| browser::set_field(&elements.field, program));
        }
        self.program.set(program.to_owned());
    }

    /// Replaces the program and keeps the old one in the history.
    pub(super) fn replace_and_remember(self, program: &str) {
        let before = self.program.get_untracked();
        self.replace_program(program);
        self.save_draft();
        let initial_draft = self.step.initial_draft_without_own();
        let starter = self.step.with(|_, step| step.starter.clone());
        let elsewhere = [starter.as_str(), initial_draft.text()];
        let before = Program::of_one_file(before);
        self.step
            .change_progress(|kept| kept.keep_in_history(&before, browser::now_ms(), &elsewhere));
    }

    /// Shows the draft that an import brought for this step.
    pub(super) fn listen_to_imports(self) {
        let imports = self.store.imports();
        Effect::new(move |before: Option<u32>| {
            let now = imports.get();
            let kept = self.step.progress_untracked();
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

    /// Another tab has saved a draft of this step.
    pub(super) fn receive_conflicting_draft(self) {
        let saved_text = self.saved_text.get_value();
        // The store listened first, so this is what the other tab saved.
        let kept = self.step.progress_untracked();
        let Some(other) = kept.draft_text().map(str::to_owned) else {
            return;
        };
        if saved_text == other {
            return;
        }
        let here = self.program.get_untracked();
        match ConflictingDraft::judge(&here, &saved_text, &other) {
            ConflictingDraft::Same => self.saved_text.set_value(other),
            ConflictingDraft::Adopt => {
                self.saved_text.set_value(other.clone());
                self.replace_program(&other);
                self.is_from_other_tab.set(true);
                // What was offered before is older than this.
                self.conflicting_draft.set(None);
            }
            ConflictingDraft::Offer => {
                // Autosave is about to overwrite the other tab's draft: the history keeps it.
                let program = Program::of_one_file(&*other);
                self.step
                    .change_progress(|kept| kept.keep_in_history(&program, browser::now_ms(), &[]));
                self.conflicting_draft.set(Some(other));
            }
        }
    }

    /// Takes the other tab's draft; this tab's own goes into the history.
    pub(super) fn take_conflicting_draft(self) {
        if let Some(other) = self.conflicting_draft.get_untracked() {
            self.replace_and_remember(&other);
        }
        self.conflicting_draft.set(None);
    }

    /// Keeps this tab's draft.
    pub(super) fn decline_conflicting_draft(self) {
        self.conflicting_draft.set(None);
    }

    /// Puts the focus into the editor.
    pub(super) fn focus(self) {
        if self.monaco.is_some() {
            self.monaco.with(CodeEditor::focus);
        } else {
            browser::focus(FIELD_ID);
        }
    }

    /// Types a text where the cursor is, as a keyboard would.
    pub(super) fn type_text(self, text: &str) {
        self.monaco.with(|editor| editor.type_text(text));
    }

    /// Runs one of Monaco's own commands, as in `undo`.
    pub(super) fn run_command(self, command: &str) {
        self.monaco.with(|editor| editor.run_command(command));
    }

    /// Shows a line of the program and puts the cursor there.
    pub(super) fn go_to_line(self, line: u32) {
        if self.monaco.is_some() {
            self.monaco.with(|editor| editor.go_to_line(line));
        } else {
            self.elements
                .with(|elements| browser::select_line(&elements.field, line));
        }
    }

    /// A run takes the program: the marks of the one before are removed.
    pub(super) fn begin_run(self) {
        self.monaco.with(CodeEditor::begin_run);
    }

    /// Marks the lines that a run's report names, wherever edits have moved them, and leads to the
    /// first.
    pub(super) fn show_notes_of(self, run: &ShownRun) {
        self.mark_lines_of(run, true);
    }

    /// The same without leading away from where the learner is writing.
    pub(super) fn show_notes_again(self, run: &ShownRun) {
        let mut is_writing = false;
        self.monaco.with(|editor| is_writing = editor.has_focus());
        self.mark_lines_of(run, !is_writing);
    }

    /// Marks the line that a recording is at, with a text behind it; none takes the mark away.
    pub(super) fn show_watched_line(self, marked: Option<(u32, String)>) {
        self.monaco.with(|editor| editor.show_watched_line(marked));
    }

    fn mark_lines_of(self, run: &ShownRun, scrolls: bool) {
        let Some(report) = &run.live.report else {
            return;
        };
        let edit = self
            .program
            .with_untracked(|program| LineEdit::between(&run.program, program));
        let notes = match report.verdict {
            Verdict::Passed | Verdict::TestPassed { .. } => Vec::new(),
            _ => line_notes(report),
        };
        self.monaco
            .with(|editor| editor.show_run(edit, notes, scrolls));
    }
}
