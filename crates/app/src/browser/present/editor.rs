//! The parts of Monaco that the workbench needs.

mod notes;
mod watched_line;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use browser_model::{LineEdit, LineNote, TextEdit};
use gloo_events::EventListener;
use js_sys::Array;
use monaco::api::{CodeEditor as Monaco, DisposableClosure};
use monaco::sys::editor::{
    IEditor, IModelContentChange, IModelContentChangedEvent, IStandaloneEditorConstructionOptions,
    ITextModel,
};
use serde_json::json;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlDivElement};

use self::notes::NoteInEditor;
use super::super::EditorSetup;
use super::editor_focus::{clicks_keep_the_focus, escape_leads_out};
use super::editor_options::{fitting, options, root_font_px};
use super::js;
use super::monaco_module::MonacoModule;
use super::page::next_frame;

/// The editor of the learner's program. Dropping the last one disposes of it.
#[derive(Clone)]
pub(crate) struct CodeEditor(Rc<Mounted>);

struct Mounted {
    module: MonacoModule,
    monaco: Monaco,
    notes: RefCell<Vec<NoteInEditor>>,
    edits_since_run: RefCell<Vec<LineEdit>>,
    decorations: RefCell<Array>,
    watched_line: RefCell<Array>,
    zones: RefCell<Vec<JsValue>>,
    listening: RefCell<Vec<Listening>>,
}

#[expect(dead_code, reason = "dropping them stops the listening")]
enum Listening {
    Content(DisposableClosure<dyn FnMut(IModelContentChangedEvent)>),
    Layout(DisposableClosure<dyn FnMut(monaco::sys::editor::EditorLayoutInfo)>),
    Mouse(Closure<dyn FnMut(JsValue)>),
    Host(Vec<EventListener>),
}

/// Monaco's `MouseTargetType.GUTTER_GLYPH_MARGIN`.
const GLYPH_MARGIN: f64 = 2.0;

/// Who triggers a command, for Monaco.
const TRIGGER_SOURCE: &str = "codealong";

impl CodeEditor {
    /// Loads what [`Self::mount`] needs. Says whether it could be loaded.
    pub(crate) async fn load() -> bool {
        MonacoModule::load().await.is_some()
    }

    /// Mounts an editor in an empty element; none where it is not loaded or Monaco can't make one.
    pub(crate) fn mount(host: &HtmlDivElement, setup: EditorSetup) -> Option<Self> {
        let module = MonacoModule::loaded()?;
        let options: IStandaloneEditorConstructionOptions =
            js::object(&options(&setup, root_font_px(), host.client_width()));
        let monaco = Monaco::from(module.create(host, &options)?);
        name_announcers();
        let model = monaco.get_model()?;
        let model: ITextModel = AsRef::<ITextModel>::as_ref(&model).clone();
        model.set_eol(monaco::sys::editor::EndOfLineSequence::Lf);

        let editor = Self(Rc::new(Mounted {
            module,
            monaco,
            notes: RefCell::default(),
            edits_since_run: RefCell::default(),
            decorations: RefCell::new(Array::new()),
            watched_line: RefCell::new(Array::new()),
            zones: RefCell::default(),
            listening: RefCell::default(),
        }));
        // Before anything listens: only the learner's own changes count as typed.
        editor.replace_text(&setup.program);
        let on_change = setup.on_change;
        let changed = {
            let weak = Rc::downgrade(&editor.0);
            move |event: IModelContentChangedEvent| {
                if let Some(mounted) = weak.upgrade() {
                    let editor = Self(mounted);
                    let edits = edits(&event);
                    editor.move_notes(&edits);
                    editor.0.edits_since_run.borrow_mut().extend(edits);
                    on_change(editor.text());
                }
            }
        };
        let resized = {
            let weak = Rc::downgrade(&editor.0);
            let size = Cell::new((0.0, 0.0));
            move |layout: monaco::sys::editor::EditorLayoutInfo| {
                let length = |key: &str| js::get(layout.as_ref(), key).as_f64().unwrap_or(0.0);
                let new = (length("contentWidth"), length("height"));
                let old = size.replace(new);
                if ((new.0 - old.0).abs() > 0.5 || (new.1 - old.1).abs() > 0.5)
                    && let Some(mounted) = weak.upgrade()
                {
                    let editor = Self(mounted);
                    let whole_width = length("width");
                    // Later, because options that change the layout fire this event again.
                    next_frame(move || {
                        editor.fit(whole_width);
                        editor.place_zones();
                    });
                }
            }
        };
        let refocus = {
            let weak = Rc::downgrade(&editor.0);
            move || {
                if let Some(mounted) = weak.upgrade() {
                    Self(mounted).focus();
                }
            }
        };
        let pressed = {
            let weak = Rc::downgrade(&editor.0);
            Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
                let target = js::get(&event, "target");
                let line = js::get(&js::get(&target, "position"), "lineNumber").as_f64();
                if let (Some(GLYPH_MARGIN), Some(line), Some(mounted)) =
                    (js::get(&target, "type").as_f64(), line, weak.upgrade())
                {
                    Self(mounted).toggle_note(line as u32);
                }
            })
        };
        js::call(
            editor.0.monaco.as_ref().as_ref(),
            "onMouseDown",
            &[pressed.as_ref().clone()],
        );
        let listening = vec![
            Listening::Mouse(pressed),
            Listening::Content(editor.0.monaco.on_did_change_model_content(changed)),
            Listening::Layout(editor.0.monaco.on_did_layout_change(resized)),
            Listening::Host(escape_leads_out(host)),
            Listening::Host(vec![clicks_keep_the_focus(host, refocus)]),
        ];
        *editor.0.listening.borrow_mut() = listening;
        let target: &JsValue = editor.0.monaco.as_ref().as_ref();
        js::call(target, "setScrollTop", &[setup.scroll_px.into()]);
        let (start, end) = setup.selection;
        js::call(target, "setSelection", &[range(&model, start, end)]);
        if setup.has_focus {
            editor.focus();
        }
        Some(editor)
    }

    /// The whole program, with `\n` at the ends of its lines.
    fn text(&self) -> String {
        self.model()
            .map(|model| {
                let line_feed = monaco::sys::editor::EndOfLinePreference::Lf;
                model.get_value(Some(line_feed), Some(false))
            })
            .unwrap_or_default()
    }

    /// Replaces the program, as one step that Ctrl/Cmd+Z undoes. Only what differs is touched, so
    /// that a caret elsewhere stays in its position.
    pub(crate) fn replace_text(&self, text: &str) {
        let Some(model) = self.model() else {
            return;
        };
        let before = self.text();
        if before == text {
            return;
        }
        let TextEdit { start, end, text } = TextEdit::between(&before, text);
        let range = range(&model, start, end);
        let edits = Array::new();
        let edit = js::object::<JsValue>(&json!({ "text": text, "forceMoveMarkers": true }));
        js::set(&edit, "range", &range);
        edits.push(&edit);
        let target: &JsValue = self.0.monaco.as_ref().as_ref();
        js::call(target, "pushUndoStop", &[]);
        js::call(target, "executeEdits", &["codealong".into(), edits.into()]);
        js::call(target, "pushUndoStop", &[]);
    }

    /// A run takes the current program: removes the notes, and tracks edits from now on.
    pub(crate) fn begin_run(&self) {
        self.0.edits_since_run.borrow_mut().clear();
        self.show_notes(Vec::new());
    }

    /// Marks the lines of a run's program, in place of the old ones, and shows the first note below
    /// its line; the others open on demand.
    /// `edit` is how that program was changed since. `scrolls` leads to the first note.
    pub(crate) fn show_run(&self, edit: Option<LineEdit>, mut notes: Vec<LineNote>, scrolls: bool) {
        if let Some(edit) = edit {
            notes.retain_mut(|note| note.follow(edit));
        }
        *self.0.edits_since_run.borrow_mut() = edit.into_iter().collect();
        self.show_notes(notes);
        if let Some(first) = self.0.notes.borrow().first().filter(|_| scrolls) {
            let target: &IEditor = self.0.monaco.as_ref();
            target.reveal_line_in_center_if_outside_viewport(f64::from(first.note.line), None);
        }
    }

    /// Whether the learner is writing.
    pub(crate) fn has_focus(&self) -> bool {
        let target: &JsValue = self.0.monaco.as_ref().as_ref();
        js::call(target, "hasTextFocus", &[]).is_truthy()
    }

    /// Centres a line of the last run's program, wherever it is by now, puts the cursor on it, and
    /// opens its note.
    pub(crate) fn go_to_line(&self, line: u32) {
        let edits = self.0.edits_since_run.borrow();
        let line = edits
            .iter()
            .fold(line, |line, edit| edit.moved(line).unwrap_or(line));
        self.change_notes(line, |_| true);
        let target: &JsValue = self.0.monaco.as_ref().as_ref();
        let position = json!({ "lineNumber": line, "column": 1 });
        js::call(target, "setPosition", &[js::object(&position)]);
        js::call(target, "revealLineInCenter", &[line.into()]);
        self.focus();
    }

    /// Types a text where the cursor is, as a keyboard would.
    pub(crate) fn type_text(&self, text: &str) {
        let target: &IEditor = self.0.monaco.as_ref();
        let typed = js::object::<JsValue>(&json!({ "text": text }));
        target.trigger(TRIGGER_SOURCE, "type", &typed);
    }

    /// Runs one of Monaco's own commands.
    pub(crate) fn run_command(&self, command: &str) {
        let target: &IEditor = self.0.monaco.as_ref();
        target.trigger(TRIGGER_SOURCE, command, &JsValue::NULL);
    }

    pub(crate) fn focus(&self) {
        let target: &IEditor = self.0.monaco.as_ref();
        target.focus();
    }

    /// Sets the options that depend on the width.
    fn fit(&self, width_px: f64) {
        let target: &JsValue = self.0.monaco.as_ref().as_ref();
        let options = js::object::<JsValue>(&fitting(width_px));
        js::call(target, "updateOptions", &[options]);
    }

    fn model(&self) -> Option<ITextModel> {
        self.0
            .monaco
            .get_model()
            .map(|model| AsRef::<ITextModel>::as_ref(&model).clone())
    }
}

/// What is between two offsets, in UTF-16 units.
fn range(model: &ITextModel, start: u32, end: u32) -> JsValue {
    let position = |offset: u32| js::call(model.as_ref(), "getPositionAt", &[offset.into()]);
    let (from, to) = (position(start), position(end));
    let number = |position: &JsValue, key: &str| js::get(position, key).as_f64();
    js::object(&json!({
        "startLineNumber": number(&from, "lineNumber"),
        "startColumn": number(&from, "column"),
        "endLineNumber": number(&to, "lineNumber"),
        "endColumn": number(&to, "column"),
    }))
}

/// The edits of an event, the last line first: applied in this order, none moves the lines of the
/// next, which are those of the text before the event.
fn edits(event: &IModelContentChangedEvent) -> Vec<LineEdit> {
    let changes = event.changes();
    let mut edits: Vec<LineEdit> = changes
        .iter()
        .map(|change| {
            let change: IModelContentChange = change.unchecked_into();
            let range = change.range();
            let number = |key: &str| js::get(range.as_ref(), key).as_f64().unwrap_or(1.0) as u32;
            LineEdit::new(
                (number("startLineNumber"), number("startColumn")),
                (number("endLineNumber"), number("endColumn")),
                &change.text(),
            )
        })
        .collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.first));
    edits
}

/// Monaco gives its two live regions the role `complementary`, without a name. The right one is
/// `status`.
pub(super) fn name_announcers() {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    let Ok(announcers) = document.query_selector_all(".monaco-status") else {
        return;
    };
    for index in 0..announcers.length() {
        if let Some(announcer) = announcers
            .get(index)
            .and_then(|node| node.dyn_into::<Element>().ok())
        {
            // Only an invalid name could fail.
            let _ = announcer.set_attribute("role", "status");
        }
    }
}
