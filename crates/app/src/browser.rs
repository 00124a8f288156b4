//! All that only a browser has: storage, timers, the window's events, files, Monaco.
//!
//! Each item exists twice with one signature: `present` does it; `absent`, the server's, does
//! nothing, since effects and event handlers run in browsers only.

#[cfg(not(feature = "hydrate"))]
mod absent;
#[cfg(test)]
pub(crate) mod fake_storage;
#[cfg(feature = "hydrate")]
mod present;

#[cfg(not(any(feature = "hydrate", test)))]
pub(crate) use absent::storage;
#[cfg(not(feature = "hydrate"))]
pub(crate) use absent::{
    CodeEditor, DiffView, Listener, Local, Socket, Timer, after, announce_readiness,
    ask_before_leaving, close_modal, code_blocks, copy, download, element_width, field_selection,
    focus, focus_from, focus_if_lost, focus_text, is_apple, is_dialog_open, is_focused, is_offline,
    keep_at_end, local_time, next_frame, now_ms, on_color_scheme, on_dismissal, on_key, on_leaving,
    on_other_tab, pasted_text, random_name, read_file, reload, root_attribute, select_line,
    session, set_field, set_root_attribute, set_root_style, show_mark, show_modal, take_over_field,
    text_of, typed_into, until_composed, until_in_sight, use_editor_theme, wait,
};
#[cfg(test)]
pub(crate) use fake_storage as storage;
#[cfg(feature = "hydrate")]
pub(crate) use present::{
    CodeEditor, DiffView, Listener, Local, Socket, Timer, after, announce_readiness,
    ask_before_leaving, close_modal, code_blocks, copy, download, element_width, field_selection,
    focus, focus_from, focus_if_lost, focus_text, is_apple, is_dialog_open, is_focused, is_offline,
    keep_at_end, local_time, next_frame, now_ms, on_color_scheme, on_dismissal, on_key, on_leaving,
    on_other_tab, pasted_text, random_name, read_file, reload, root_attribute, select_line,
    session, set_field, set_root_attribute, set_root_style, show_mark, show_modal, storage,
    take_over_field, text_of, typed_into, until_composed, until_in_sight, use_editor_theme, wait,
};

/// Why the browser's storage could not be written or read.
#[cfg_attr(
    not(any(feature = "hydrate", test)),
    expect(dead_code, reason = "only a browser's storage has faults")
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StorageFault {
    /// The browser does not let the page store anything.
    Forbidden,
    /// The page's quota is used up.
    Full,
}

/// What an editor is mounted with.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only a browser has an editor")
)]
pub(crate) struct EditorSetup {
    /// The program that the page opened with; undoing everything leads back to it.
    pub(crate) opened: String,
    /// The program as it is now; the difference is one step of the undoing.
    pub(crate) program: String,
    /// The selection in UTF-16 units.
    pub(crate) selection: (u32, u32),
    /// Whether the editor takes the focus.
    pub(crate) has_focus: bool,
    /// How far it is scrolled.
    pub(crate) scroll_px: i32,
    /// The editor's accessible name.
    pub(crate) label: String,
    /// Called with the whole text at each change.
    pub(crate) on_change: Box<dyn Fn(String)>,
}
