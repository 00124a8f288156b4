//! What can go wrong on our side, one variant for each outside operation. What learner code does
//! is never here: it is a value in the report.

use std::io;
use std::time::Duration;

use protocol::RunError;

use crate::settings::BadSetting;

/// A fault of ours, or no place for a run. The `Display` text is for the log;
/// [`SandboxError::run_error`] is what the learner reads.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The settings can't work.
    #[error("{} of the sandbox's settings can't work: {}", .0.len(), list(.0))]
    Settings(Vec<BadSetting>),
    /// The engine's address can't be used.
    #[error("no Docker engine can be addressed as {host}")]
    Address {
        /// The address as it was given.
        host: String,
        /// Why not.
        source: Box<bollard::errors::Error>,
    },
    /// A call to the engine failed.
    #[error("the Docker engine failed to {call}")]
    Engine {
        /// What it was asked to do, as in `create a container`.
        call: &'static str,
        /// What it said.
        source: Box<bollard::errors::Error>,
    },
    /// A call to the engine got no answer in time.
    #[error("the Docker engine did not {call} within {} ms", .waited.as_millis())]
    EngineSilent {
        /// What it was asked to do.
        call: &'static str,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The engine dropped a limit while it created a container.
    #[error("the Docker engine created a container with warnings: {}", warnings.join("; "))]
    LimitDropped {
        /// Its warnings.
        warnings: Vec<String>,
    },
    /// The images' folder can't be read.
    #[error("the images' folder {path} can't be read")]
    ImageFolder {
        /// The folder or the file in it.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// An image can't be built.
    #[error("an image can't be built: {detail}\n{output}")]
    ImageBuild {
        /// What the engine said at last.
        detail: String,
        /// The build's output, cut to its end.
        output: String,
    },
    /// There is no base image and none can be pulled.
    #[error("there is no base image {image} and it can't be pulled: {detail}")]
    BaseImage {
        /// The image.
        image: String,
        /// Why not.
        detail: String,
    },
    /// The container measured itself and something is not as guaranteed.
    #[error("the sandbox does not keep its guarantees: {}", missing.join("; "))]
    GuaranteesMissing {
        /// Each missing guarantee with what was measured.
        missing: Vec<String>,
    },
    /// A container was not ready in time.
    #[error("a container was not ready within {} ms", .waited.as_millis())]
    NotReady {
        /// How long it was waited for.
        waited: Duration,
    },
    /// A container spoke what the protocol does not allow before it had a job.
    #[error("a judge's word can't be understood: {detail}")]
    NotUnderstood {
        /// What is wrong with it.
        detail: String,
    },
    /// A container ended before the learner's code started in it.
    #[error("a container ended before its run began: {detail}")]
    Died {
        /// What was seen.
        detail: String,
    },
    /// A container, or the connection to it, was lost in the middle of a run.
    #[error("a container was lost in the middle of a run: {detail}")]
    Lost {
        /// What was seen.
        detail: String,
    },
    /// The judge broke in the middle of a run.
    #[error("the judge broke in the middle of a run: {detail}")]
    JudgeBroke {
        /// What it said.
        detail: String,
    },
    /// A job can't be said to a judge.
    #[error("a job can't be said to the judge: {detail}")]
    JobTooLong {
        /// Why not.
        detail: String,
    },
    /// No place came free in time, or the queue is full.
    #[error("no place came free; try again in {} s", .retry_after.as_secs())]
    Busy {
        /// After how long a place is likely.
        retry_after: Duration,
    },
    /// A newer run of the same client took this one's place.
    #[error("a newer run of the same client took this one's place")]
    Replaced,
    /// Whoever asked for a run left its events unread.
    #[error("nobody took a run's events")]
    Unread,
    /// The engine is away or the sandbox does not serve.
    #[error("the sandbox is not available: {reason}")]
    Unavailable {
        /// Why, for the log.
        reason: String,
        /// After how long it may be back.
        retry_after: Duration,
    },
}

impl SandboxError {
    /// What the learner is told.
    pub fn run_error(&self) -> RunError {
        match self {
            Self::Busy { retry_after } => RunError::Busy {
                retry_after_s: seconds(*retry_after),
            },
            Self::Replaced => RunError::Replaced,
            Self::Unavailable { retry_after, .. } => RunError::Unavailable {
                retry_after_s: seconds(*retry_after),
            },
            Self::Died { .. }
            | Self::Lost { .. }
            | Self::JudgeBroke { .. }
            | Self::Unread
            | Self::JobTooLong { .. } => RunError::Broken,
            _ => RunError::Unavailable { retry_after_s: 5 },
        }
    }
}

/// Whole seconds, rounded up, at least 1: "try again in 0 s" would be no advice.
fn seconds(duration: Duration) -> u32 {
    let rounded_up = duration.as_millis().div_ceil(1000).max(1);
    u32::try_from(rounded_up).unwrap_or(u32::MAX)
}

fn list(settings: &[BadSetting]) -> String {
    let lines: Vec<String> = settings.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_learner_is_told_when_to_come_back_in_whole_seconds() {
        let busy = SandboxError::Busy {
            retry_after: Duration::from_millis(1200),
        };
        assert_eq!(busy.run_error(), RunError::Busy { retry_after_s: 2 });
        let away = SandboxError::Unavailable {
            reason: "the engine is away".to_owned(),
            retry_after: Duration::ZERO,
        };
        assert_eq!(away.run_error(), RunError::Unavailable { retry_after_s: 1 });
    }

    #[test]
    fn no_fault_of_ours_reads_as_the_learners() {
        let ours = [
            SandboxError::Lost {
                detail: String::new(),
            },
            SandboxError::Died {
                detail: String::new(),
            },
            SandboxError::NotReady {
                waited: Duration::ZERO,
            },
            SandboxError::LimitDropped { warnings: vec![] },
        ];
        for error in ours {
            assert!(error.run_error().is_ours(), "{error}");
        }
    }
}
