//! The server's side of `browser`: the same signatures without effect.

use std::marker::PhantomData;

use browser_model::{LineEdit, LineNote, Theme};
use leptos::web_sys::{
    Element, Event, HtmlDetailsElement, HtmlDialogElement, HtmlDivElement, HtmlElement,
    HtmlInputElement, HtmlTextAreaElement, KeyboardEvent,
};

use super::EditorSetup;

pub(crate) struct Listener;

pub(crate) struct Timer;

pub(crate) struct Local<T>(PhantomData<fn() -> T>);

impl<T> Clone for Local<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Local<T> {}

impl<T> Local<T> {
    pub(crate) fn empty() -> Self {
        Self(PhantomData)
    }

    pub(crate) fn set(self, _: Option<T>) {}

    pub(crate) fn take(self) -> Option<T> {
        None
    }

    pub(crate) fn get(self) -> Option<T> {
        None
    }

    pub(crate) fn is_some(self) -> bool {
        false
    }

    pub(crate) fn with(self, _: impl FnOnce(&T)) {}
}

#[derive(Clone)]
pub(crate) struct CodeEditor;

pub(crate) struct DiffView;

impl CodeEditor {
    pub(crate) async fn load() -> bool {
        false
    }

    pub(crate) fn mount(_: &HtmlDivElement, _: EditorSetup) -> Option<Self> {
        None
    }

    pub(crate) fn replace_text(&self, _: &str) {}

    pub(crate) fn begin_run(&self) {}
    pub(crate) fn show_run(&self, _: Option<LineEdit>, _: Vec<LineNote>, _: bool) {}

    pub(crate) fn show_watched_line(&self, _: Option<(u32, String)>) {}

    pub(crate) fn has_focus(&self) -> bool {
        false
    }

    pub(crate) fn go_to_line(&self, _: u32) {}

    pub(crate) fn type_text(&self, _: &str) {}

    pub(crate) fn run_command(&self, _: &str) {}

    pub(crate) fn focus(&self) {}
}

impl DiffView {
    pub(crate) async fn mount(
        _: HtmlDivElement,
        _: (&'static str, String),
        _: (&'static str, String),
    ) -> Option<Self> {
        None
    }
}

#[cfg(not(test))]
pub(crate) mod storage {
    use super::super::StorageFault;

    pub(crate) fn read(_: &str) -> Result<Option<String>, StorageFault> {
        Ok(None)
    }

    pub(crate) fn write(_: &str, _: &str) -> Result<(), StorageFault> {
        Ok(())
    }

    pub(crate) fn remove(_: &str) {}

    pub(crate) fn keys() -> Result<Vec<String>, StorageFault> {
        Ok(Vec::new())
    }
}

pub(crate) mod session {
    pub(crate) fn read(_: &str) -> Option<String> {
        None
    }

    pub(crate) fn write(_: &str, _: &str) {}

    pub(crate) fn remove(_: &str) {}
}

pub(crate) fn use_editor_theme(_: Theme) {}

pub(crate) fn root_attribute(_: &str) -> Option<String> {
    None
}

pub(crate) fn text_of(_: &str) -> Option<String> {
    None
}

pub(crate) fn set_root_attribute(_: &str, _: Option<&str>) {}

pub(crate) fn set_root_style(_: &str, _: &str) {}

pub(crate) fn announce_readiness() {}

pub(crate) fn focus(_: &str) {}

pub(crate) fn focus_text(_: &Element) {}

pub(crate) fn focus_if_lost(_: &str) {}

pub(crate) fn focus_from(_: &str, _: &str) {}

pub(crate) fn element_width(_: &str) -> f64 {
    0.0
}

pub(crate) fn typed_into(_: &HtmlTextAreaElement) -> Option<String> {
    None
}

pub(crate) fn set_field(_: &HtmlTextAreaElement, _: &str) {}

pub(crate) fn take_over_field(_field: &HtmlTextAreaElement) {}

pub(crate) fn field_selection(_: &HtmlTextAreaElement) -> (u32, u32) {
    (0, 0)
}

pub(crate) fn is_focused(_: &HtmlTextAreaElement) -> bool {
    false
}

pub(crate) fn reload() {}

pub(crate) fn select_line(_: &HtmlTextAreaElement, _: u32) {}

pub(crate) fn ask_before_leaving(_: impl Fn() -> bool + 'static) -> Listener {
    Listener
}

pub(crate) async fn until_in_sight(_: &Element) {}

pub(crate) async fn until_composed(_: &HtmlTextAreaElement) {}

pub(crate) fn is_dialog_open() -> bool {
    false
}

pub(crate) fn show_mark(_: &str, _: usize) {}

pub(crate) fn show_modal(_: &HtmlDialogElement) {}

pub(crate) fn close_modal(_: &HtmlDialogElement) {}

pub(crate) fn on_key(_: impl Fn(&KeyboardEvent) + 'static) -> Listener {
    Listener
}

pub(crate) fn on_dismissal(_: &HtmlDetailsElement, _: impl Fn() + Copy + 'static) -> Listener {
    Listener
}

pub(crate) fn on_leaving(_: impl Fn() + Clone + 'static) -> Listener {
    Listener
}

pub(crate) fn on_other_tab(_: impl Fn(Option<String>) + 'static) -> Listener {
    Listener
}

pub(crate) fn on_color_scheme(_: impl Fn() + 'static) -> Listener {
    Listener
}

pub(crate) fn after(_: u32, _: impl FnOnce() + 'static) -> Timer {
    Timer
}

pub(crate) fn next_frame(_: impl FnOnce() + 'static) {}

/// Never ends: what waits here has no server that it could lose.
pub(crate) async fn wait(_: u32) {
    std::future::pending::<()>().await;
}

pub(crate) fn is_offline() -> bool {
    false
}

pub(crate) fn is_apple() -> bool {
    false
}

pub(crate) fn now_ms() -> Option<u64> {
    None
}

pub(crate) fn local_time(_: u64) -> String {
    String::new()
}

pub(crate) fn random_name() -> String {
    String::new()
}

pub(crate) fn code_blocks(_: &HtmlDivElement) -> Vec<(HtmlElement, String)> {
    Vec::new()
}

pub(crate) fn pasted_text(_: &Event) -> Option<String> {
    None
}

pub(crate) fn keep_at_end(_: &str) {}

pub(crate) struct Socket;

impl Socket {
    pub(crate) fn open(
        _: &str,
        _: String,
        _: impl Fn(String) + 'static,
        _: impl Fn() + 'static,
    ) -> Option<Self> {
        None
    }

    pub(crate) fn send(&self, _: &str) {}
}

pub(crate) async fn copy(_: &str) -> bool {
    false
}

pub(crate) fn download(_: &str, _: &str, _: &str) {}

pub(crate) async fn read_file(_: &HtmlInputElement) -> Option<Result<String, String>> {
    None
}
