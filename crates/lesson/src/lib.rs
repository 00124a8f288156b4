//! The words both sides of the wire share: what a step is, what a run says, what a browser keeps.
//!
//! Everything here crosses a wire (server to browser, container to server) or is kept in a
//! browser, so every type is `Serialize` and `Deserialize`, compiles for wasm32 and for the host,
//! and uses fixed-width integers with their unit in the name.

mod ansi;
mod byte_string;
mod byte_view;
mod conflicting_draft;
mod course_progress;
mod duration;
mod exchange;
mod id;
mod import;
mod initial_draft;
mod inline_code;
mod line_note;
mod live_run;
mod outcome;
mod output_html;
mod output_link;
mod progress;
mod report;
mod run_error;
mod run_event;
mod run_phase;
mod settings;
mod source;
mod step_slots;
mod step_view;
mod storage;
mod text_edit;
mod trace;

pub use ansi::{AnsiReader, StyledText, TerminalColor, TextStyle, Weight};
pub use byte_string::{ByteString, InvalidByteString};
pub use byte_view::{ByteSpan, ByteSpanKind, Extent, ShownBytes, is_long, show_bytes};
pub use conflicting_draft::ConflictingDraft;
pub use course_progress::{CourseProgress, course_minutes};
pub use duration::{counted, duration_text, minutes_text};
pub use exchange::{Exchange, ExchangeAction};
pub use id::{CourseId, InvalidId, Seed, Slug, StepId, TestId};
pub use import::{ImportedStep, imported_steps};
pub use initial_draft::{InitialDraft, earlier};
pub use inline_code::{InlineSpan, inline_spans};
pub use line_note::{LineEdit, LineNote, PROGRAM_FILE};
pub use live_run::{LiveRun, LiveTest};
pub use outcome::{Comparison, Crash, Outcome, Receipt, SourceSpan, TracebackFrame};
pub use output_html::output_html;
pub use output_link::{OutputSpan, output_spans};
pub use progress::{Progress, ProgressError, StepProgress};
pub use report::{
    OutputChunk, OutputStream, PlannedStep, PlannedTest, ProgramOutput, RecognisedMistake, Report,
    StepReport, TestResult, Verdict,
};
pub use run_error::RunError;
pub use run_event::{RunEvent, RunRequest};
pub use run_phase::{RunPhase, TestState, sentence_case};
pub use settings::{ByteView, Divider, Panels, Settings, Theme};
pub use source::{Source, SourceError};
pub use step_slots::{StepSlot, step_slots};
pub use step_view::{CourseView, Difficulty, StepSummary, StepView};
pub use storage::{
    RecordVersion, SETTINGS_KEY, StepRecord, original_key, quarantine_key, step_key, step_of_key,
    take_record,
};
pub use text_edit::{TextEdit, utf16_column};
pub use trace::{LANES_MAX, TraceEvent, TraceRow, trace_rows};
