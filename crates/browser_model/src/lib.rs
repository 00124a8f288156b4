//! What a browser stores of a learner's progress, and what the page decides, without a browser.
//!
//! Stored: [`Progress`] with the drafts of each step, and [`LearnerSettings`], as records in
//! localStorage (`storage`). Decided: which program a step opens with ([`InitialDraft`]), what a run
//! looks like while its events come ([`LiveRun`], [`RunPhase`]), which lines have notes
//! ([`LineNote`]), how bytes, exchanges and a program's output are shown ([`show_bytes`],
//! [`trace_rows`], [`output_html`]). All of it is plain values and functions, tested on the host;
//! `app` draws them.

#![warn(missing_docs)]

mod ansi;
mod byte_view;
mod conflicting_draft;
mod console;
mod course_progress;
mod failure_text;
mod guide_commands;
mod import;
mod initial_draft;
mod inline_code;
mod line_note;
mod live_run;
mod output_block;
mod output_html;
mod output_link;
mod playback;
mod progress;
mod recording;
mod redis_cli;
mod reply_reader;
mod run_phase;
mod settings;
mod step_slots;
mod storage;
mod text_edit;
mod trace;

pub use ansi::{AnsiReader, StyledText, TerminalColor, TextStyle, Weight};
pub use byte_view::{ByteSpan, ByteSpanKind, Extent, ShownBytes, is_long, show_bytes};
pub use conflicting_draft::ConflictingDraft;
pub use console::{
    ClientState, Console, ConsoleClient, ConsoleContent, ConsoleEntry, ConsolePhase, EndsSoon,
    InputMode, LAST_SECONDS, ReceivedEntry, ReceivedKind, UnsendableInput,
};
pub use course_progress::{CourseProgress, minutes_of};
pub use failure_text::{failure_text, traceback_text};
pub use guide_commands::{guide_commands, pasted_commands};
pub use import::{ImportedStep, imported_steps};
pub use initial_draft::{InitialDraft, earlier};
pub use inline_code::{InlineSpan, inline_spans};
pub use line_note::{LineEdit, LineNote, line_notes};
pub use live_run::{LiveRun, LiveTest};
pub use output_block::{OutputBlock, output_blocks, output_text};
pub use output_html::{FOUND_MAX, OutputHtml, output_html};
pub use output_link::{OutputSpan, output_spans};
pub use playback::{PlaybackStep, playback_of};
pub use progress::{Progress, ProgressError, ReplacedProgram, StepProgress};
pub use recording::{
    Moment, MomentCall, MomentFact, MomentThread, Variable, count_of_happened, jumps, line_values,
    moment, opening_step, recording_notes, step_of,
};
pub use redis_cli::{
    UnbalancedQuotes, complete_name, encode_command, quote_word, reply_text, split_words,
};
pub use reply_reader::{Reading, Reply, read_reply};
pub use run_phase::{RunPhase, TestState};
pub use settings::{ByteView, Divider, LearnerSettings, Panels, Theme};
pub use step_slots::{StepSlot, step_slots};
pub use storage::{
    RecordVersion, SETTINGS_KEY, StepRecord, original_key, quarantine_key, step_key, step_of_key,
    take_record,
};
pub use text_edit::{TextEdit, utf16_column};
pub use trace::{LANES_MAX, LaneState, TraceEvent, TraceRow, trace_rows};
