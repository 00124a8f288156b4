//! The notes of a run on the learner's lines: marks, and texts that open below them.

use std::rc::Rc;

use browser_model::{LineEdit, LineNote};
use js_sys::Array;
use serde_json::json;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;

use super::super::js;
use super::super::line_note::{decoration, marker, note_zone};
use super::CodeEditor;

const MARKERS_OWNER: &str = "codealong";

/// A note, and whether it is open below its line; a closed one is a mark in the margin.
pub(super) struct NoteInEditor {
    pub(super) note: LineNote,
    is_open: bool,
}

impl CodeEditor {
    pub(super) fn show_notes(&self, notes: Vec<LineNote>) {
        let placed = notes.into_iter().enumerate();
        self.place_notes(
            placed
                .map(|(at, note)| NoteInEditor {
                    note,
                    is_open: at == 0,
                })
                .collect(),
        );
    }

    fn place_notes(&self, notes: Vec<NoteInEditor>) {
        let Some(model) = self.model() else {
            return;
        };
        let lines = model.get_line_count() as u32;
        *self.0.notes.borrow_mut() = notes
            .into_iter()
            .filter(|placed| (1..=lines).contains(&placed.note.line))
            .collect();
        let notes = self.0.notes.borrow();
        let markers: Array = notes
            .iter()
            .map(|placed| js::object::<JsValue>(&marker(&model, &placed.note)))
            .collect();
        self.0
            .module
            .set_model_markers(&model, MARKERS_OWNER, &markers);
        let decorations: Array = notes
            .iter()
            .map(|placed| js::object::<JsValue>(&decoration(&placed.note, placed.is_open)))
            .collect();
        let old = self.0.decorations.borrow().clone();
        *self.0.decorations.borrow_mut() = model.delta_decorations(&old, &decorations, None);
        drop(notes);
        self.place_zones();
    }

    /// Notes move with their lines; those whose lines were edited are removed.
    pub(super) fn move_notes(&self, edits: &[LineEdit]) {
        let mut notes = self.0.notes.take();
        let before = notes.len();
        notes.retain_mut(|placed| edits.iter().all(|edit| placed.note.follow(*edit)));
        if notes.len() == before {
            // Monaco has already moved what is on screen.
            self.0.notes.replace(notes);
        } else {
            self.place_notes(notes);
        }
    }

    /// Opens the note of a line that has one, or closes it.
    pub(super) fn toggle_note(&self, line: u32) {
        self.change_notes(line, |is_open| !is_open);
    }

    pub(super) fn change_notes(&self, line: u32, change: impl Fn(bool) -> bool) {
        let mut notes = self.0.notes.take();
        for placed in notes.iter_mut().filter(|placed| placed.note.line == line) {
            placed.is_open = change(placed.is_open);
        }
        self.place_notes(notes);
    }

    /// Puts each note into a zone below its line, as high as its text needs.
    pub(super) fn place_zones(&self) {
        let Some(document) = web_sys::window().and_then(|window| window.document()) else {
            return;
        };
        let mounted = Rc::clone(&self.0);
        let change = Closure::once_into_js(move |accessor: JsValue| {
            for zone in mounted.zones.take() {
                js::call(&accessor, "removeZone", &[zone]);
            }
            let placed = mounted
                .notes
                .borrow()
                .iter()
                .filter(|placed| placed.is_open)
                .filter_map(|NoteInEditor { note, .. }| {
                    let (element, height) = note_zone(&mounted.monaco, &document, note)?;
                    let zone = js::object::<JsValue>(&json!({
                        "afterLineNumber": note.line,
                        "heightInPx": height,
                    }));
                    js::set(&zone, "domNode", element.as_ref());
                    if let Ok(margin) = document.create_element("div") {
                        margin.set_class_name("line-note-margin");
                        js::set(&zone, "marginDomNode", margin.as_ref());
                    }
                    Some(js::call(&accessor, "addZone", &[zone]))
                })
                .collect();
            mounted.zones.replace(placed);
        });
        let target: &JsValue = self.0.monaco.as_ref().as_ref();
        js::call(target, "changeViewZones", &[change]);
    }
}
