//! What crosses a wire: between server and browser, and between server and containers.
//!
//! A [`RunRequest`] asks for a run; [`RunEvent`]s answer it; the verdict's event has a [`Report`] with
//! a [`TestResult`] for each test, and only found lines may follow. What a learner's program did is an
//! [`Outcome`], a value with its own sentence; why there is no verdict is a [`RunError`]. Courses and
//! steps come as [`CourseView`] and [`StepView`], without their solutions and tests.
//!
//! Every type on a wire is `Serialize` and `Deserialize`, compiles for wasm32 and for the host, and
//! has fixed-width integers with their unit in the name. The few functions put values into English
//! ([`duration_text`], [`counted`]).

#![warn(missing_docs)]

mod byte_string;
mod conversation;
mod english;
mod exchange;
mod id;
mod outcome;
mod plan;
mod program;
mod recording;
mod report;
mod resp;
mod run_error;
mod run_event;
mod session;
mod step_view;

pub use byte_string::{ByteString, InvalidByteString};
pub use conversation::is_same_exchange;
pub use english::{counted, duration_text, minutes_text, sentence_case, with_article};
pub use exchange::{Caller, Exchange, ExchangeAction};
pub use id::{CourseId, InvalidId, Seed, Slug, StepId, TestId};
pub use outcome::{
    Comparison, Crash, CrashPlace, Difference, Disagreement, FileFault, FileType, Interference,
    ListenerEnd, ListenerEndKind, Missing, Outcome, ProgramEnd, ProgramWarning, ProtocolViolation,
    Receipt, RespNumber, RespRule, ScriptedCommand, SocketKind, SourceSpan, TracebackFrame,
};
pub use plan::{PlannedStep, PlannedTest};
pub use program::{PROGRAM_FILE, Program, ProgramError, RunnableProgram};
pub use recording::{RecordedCall, RecordedChange, RecordedFact, RecordedStep, Recording};
pub use report::{
    OutputChunk, OutputStream, ProgramOutput, RecognisedMistake, Report, StepReport, TestResult,
    Verdict,
};
pub use resp::{Command, Excerpt, Expected, Received, Request, RespType, RespValue};
pub use run_error::RunError;
pub use run_event::{HEARTBEAT_S, RunEvent, RunRequest};
pub use session::{ConnectionEnd, SessionCommand, SessionEnd, SessionEvent, SessionRequest};
pub use step_view::{
    Chapter, CourseLanguage, CourseView, Difficulty, Heading, SolutionView, StepSummary, StepView,
    WireProtocol,
};
