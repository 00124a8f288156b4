//! One run of a learner's program in one throw-away container, judged from another.
//!
//! A [`Pool`] keeps lanes of two containers waiting. [`Pool::run`] hands one of them a [`Job`] and
//! yields [`JobEvent`]s; the learner's container serves that one run and is killed. All that learner code
//! can do is a value in the [`JobReport`]; only our own faults are a [`SandboxError`].
//!
//! Cancel is drop: a run whose stream is dropped loses its place and its container.

pub mod baseline;

mod engine;
mod error;
mod feed;
mod frame;
mod image;
mod job;
mod labels;
mod lane;
mod ledger;
mod limits;
mod measured;
mod omission;
mod output;
mod plan;
mod pool;
mod promise;
mod remains;
mod settings;
mod spec;
mod versions;
mod wire;

pub use error::SandboxError;
pub use job::{ClientId, Job, JobEvent, JobReport, JobStep, Timings};
pub use limits::Role;
#[doc(hidden)]
pub use omission::{Omission, Omitted};
pub use pool::{JobStream, Left, Pool, PoolState, PoolStatus};
pub use promise::Promise;
pub use settings::{BadSetting, Settings};
