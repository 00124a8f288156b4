//! One run of a learner's program in a throw-away Docker container, judged from another one.
//!
//! ```text
//! Job ──► Pool::run ──► admission ──► lane: judge's container ──TCP──► learner's container
//!                                            │ frames
//! JobEvents ◄── bounded queue ◄── verifier ◄─┘
//! ```
//!
//! A [`Pool`] keeps lanes waiting: two containers that share nothing but loopback. [`Pool::run`] waits
//! for its turn and a lane, writes the [`Job`] to the judge, and returns a stream of [`JobEvent`]s.
//! Each frame of the judge's is checked against the job's plan before it becomes an event; what does
//! not fit is no pass. The event of the verdict has the [`JobReport`]; lines that are found later may
//! follow. Then the learner's container is removed,
//! and a judge that is still clean gets a new one.
//!
//! All that a learner's program can do is a value in the report; only our own faults are a
//! [`SandboxError`]. To cancel is to drop: a run whose stream is dropped loses its slot and its
//! container.
//!
//! `examples/judge_once.rs` is the whole interface in one file; with a Docker engine,
//! `cargo run -p sandbox --example judge_once` runs it. Each guarantee, how it is kept and by which
//! test it is tried: `README.md` of this crate.

#![warn(missing_docs)]

#[cfg(feature = "reference")]
pub mod reference;

mod attached_io;
mod container_registry;
mod engine;
mod error;
mod event_channel;
mod found_lines;
mod frame;
mod guarantee;
mod image;
mod job;
mod job_frame;
mod labels;
mod lane;
mod limits;
mod measured;
mod output;
mod plan;
mod pool;
mod session;
mod session_frame;
mod settings;
mod short_hash;
mod spec;
mod verifier;
mod versions;

pub use engine::EngineSurvey;
pub use error::SandboxError;
pub use guarantee::Guarantee;
pub use image::save_images;
pub use job::{ClientId, Job, JobEvent, JobReport, JobStep, Timings, network_of};
pub use limits::Role;
pub use pool::{JobStream, Pool, PoolState, PoolStatus, StopOutcome};
pub use session::{Session, SessionJob, SessionStream};
pub use settings::{BadSetting, SandboxSettings};
