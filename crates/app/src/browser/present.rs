//! The browser's side of `browser`.

mod clipboard;
mod diff;
mod editor;
mod editor_focus;
mod editor_options;
mod editor_theme;
mod files;
mod focus;
mod js;
mod line_note;
mod local;
mod monaco_module;
mod page;
mod sight;
mod socket;
pub(crate) mod storage;

pub(crate) use clipboard::{code_blocks, copy, pasted_text};
pub(crate) use diff::DiffView;
pub(crate) use editor::CodeEditor;
pub(crate) use editor_theme::use_editor_theme;
pub(crate) use files::{download, read_file};
pub(crate) use focus::{focus, focus_from, focus_if_lost, focus_text, is_focused};
pub(crate) use local::Local;
pub(crate) use page::{
    Listener, Timer, after, announce_readiness, ask_before_leaving, close_modal, element_width,
    field_selection, is_apple, is_dialog_open, is_offline, keep_at_end, local_time, next_frame,
    now_ms, on_color_scheme, on_dismissal, on_key, on_leaving, on_other_tab, random_name, reload,
    root_attribute, select_line, set_field, set_root_attribute, set_root_style, show_mark,
    show_modal, take_over_field, text_of, typed_into, until_composed, wait,
};
pub(crate) use sight::until_in_sight;
pub(crate) use socket::Socket;
pub(crate) use storage::session;
