//! One run of a learner's program in one throw-away container, judged from another.
//!
//! A [`Pool`] keeps lanes of two containers waiting. [`Pool::run`] hands one of them a [`Job`] and
//! yields [`JobEvent`]s; the learner's container serves that one run and is killed. All that learner code
//! can do is a value in the [`JobReport`]; only our own faults are a [`SandboxError`].
//!
//! Cancel is drop: a run whose stream is dropped loses its place and its container.

#[cfg(feature = "reference")]
pub mod reference;

mod attached_io;
mod container_registry;
mod engine;
mod error;
mod event_channel;
mod frame;
mod guarantee;
mod image;
mod job;
mod labels;
mod lane;
mod limits;
mod measured;
mod output;
mod plan;
mod pool;
mod settings;
mod spec;
mod verifier;
mod versions;

pub use error::SandboxError;
pub use guarantee::Guarantee;
pub use job::{ClientId, Job, JobEvent, JobReport, JobStep, Timings};
pub use limits::Role;
pub use pool::{JobStream, Pool, PoolState, PoolStatus, StopOutcome};
pub use settings::{BadSetting, Settings};
