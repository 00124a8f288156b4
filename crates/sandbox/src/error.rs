//! What can go wrong on our side, one variant for each outside operation. What learner code does is
//! never here: it is a value in the report.

use std::io;
use std::time::Duration;

use protocol::RunError;

use crate::settings::BadSetting;

/// A fault of ours, or no slot for a run. The `Display` text is for the log;
/// [`SandboxError::run_error`] is what the learner reads.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Settings that can't work, all of them.
    #[error("{} of the sandbox's settings can't work: {}", .0.len(), list(.0))]
    Settings(Vec<BadSetting>),
    /// The engine's address can't be used.
    #[error("no Docker engine can be addressed as {host}")]
    Address {
        /// The address as configured.
        host: String,
        /// Why bollard refuses it.
        source: Box<bollard::errors::Error>,
    },
    /// A call to the engine failed.
    #[error("the Docker engine failed to {call}")]
    Engine {
        /// What it was asked to do, as in `create a container`.
        call: &'static str,
        /// bollard's error, with the engine's answer where there is one.
        source: Box<bollard::errors::Error>,
    },
    /// A call to the engine got no answer in time.
    #[error("the Docker engine did not {call} within {} ms", .waited.as_millis())]
    EngineSilent {
        /// What it was asked to do, as in `answer a ping`.
        call: &'static str,
        /// The limit of the call.
        waited: Duration,
    },
    /// The engine dropped a limit while it created a container.
    #[error("the Docker engine created a container with warnings: {}", warnings.join("; "))]
    LimitDropped {
        /// The engine's warnings, as it wrote them.
        warnings: Vec<String>,
    },
    /// The images' directory, or a file in it, can't be read.
    #[error("the images' folder {path} can't be read")]
    ImageFolder {
        /// The directory or the file.
        path: String,
        /// The file system's error.
        source: io::Error,
    },
    /// An image can't be built.
    #[error("an image can't be built: {detail}\n{output}")]
    ImageBuild {
        /// The error that ended the build.
        detail: String,
        /// The end of the build's output, 16 KiB at most.
        output: String,
    },
    /// There is no base image and none can be pulled.
    #[error("there is no base image {image} and it can't be pulled: {detail}")]
    BaseImage {
        /// Its name with its tag.
        image: String,
        /// Why the pull failed.
        detail: String,
    },
    /// The archive of images can't be written.
    #[error("the archive of images can't be written")]
    Archive {
        /// The file system's error.
        source: io::Error,
    },
    /// A guarantee is missing, by what a container measured of itself or by what the engine set.
    #[error("the sandbox does not keep its guarantees: {}", missing.join("; "))]
    GuaranteesMissing {
        /// Each missing guarantee, with what was found instead.
        missing: Vec<String>,
    },
    /// A container was not ready in time.
    #[error("a container was not ready within {} ms", .waited.as_millis())]
    NotReady {
        /// The limit that passed.
        waited: Duration,
    },
    /// A judge broke the protocol before it had a job.
    #[error("a frame of the judge's can't be understood: {detail}")]
    NotUnderstood {
        /// How, for the log.
        detail: String,
    },
    /// A container ended before the learner's code started in it.
    #[error("a container ended before its run began: {detail}")]
    Died {
        /// What was seen of its end, for the log.
        detail: String,
    },
    /// A container, or the connection to it, was lost in the middle of a run.
    #[error("a container was lost in the middle of a run: {detail}")]
    Lost {
        /// What was seen of the loss, for the log.
        detail: String,
    },
    /// The judge broke in the middle of a run.
    #[error("the judge broke in the middle of a run: {detail}")]
    JudgeBroke {
        /// What it wrote to its standard error.
        detail: String,
    },
    /// A job that fits into no frame.
    #[error("a job fits into no frame: {detail}")]
    JobTooLong {
        /// The frame's error.
        detail: String,
    },
    /// No slot came free in time, or the queue is full.
    #[error("no slot came free; try again in {} s", .retry_after.as_secs())]
    Busy {
        /// How long until a slot is likely to be free.
        retry_after: Duration,
    },
    /// A newer run of the same client replaced this one.
    #[error("a newer run of the same client replaced this one")]
    Replaced,
    /// The reader of a run's events left them unread.
    #[error("nobody took a run's events")]
    Unread,
    /// The engine is away or the sandbox does not serve.
    #[error("the sandbox is not available: {reason}")]
    Unavailable {
        /// Why, for the log.
        reason: String,
        /// How long until it may be back.
        retry_after: Duration,
    },
}

impl SandboxError {
    /// What the learner reads.
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

    /// The error with all of its causes, in one line for the log.
    pub(crate) fn full_text(&self) -> String {
        let causes =
            std::iter::successors(Some(self as &dyn std::error::Error), |error| error.source());
        let texts: Vec<String> = causes.map(ToString::to_string).collect();
        texts.join(": ")
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
