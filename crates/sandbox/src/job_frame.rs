//! The frame of a job, as in `runner-image/PROTOCOL.md`.

use std::collections::BTreeMap;

use bytes::Bytes;
use protocol::{StepId, TestId};
use serde::Serialize;

use crate::Job;
use crate::frame::{FrameError, PROTOCOL, encode_json};
use crate::plan::{PlannedTestRun, plan};

/// The frame of a job, length included.
pub(crate) fn job_frame(job: &Job, nonce: &str) -> Result<Bytes, FrameError> {
    let frame = JobFrame {
        frame: "job",
        protocol: PROTOCOL,
        nonce,
        seed: job.seed.value(),
        port: job.port,
        limit_ms: u32::try_from(job.limit.as_millis()).unwrap_or(u32::MAX),
        record: job.record,
        files: &job.program.files,
        support: &job.support,
        steps: plan(job)
            .into_iter()
            .map(|(step, tests)| StepFrame {
                step: &step.step,
                source: &step.source,
                tests: tests.iter().map(TestFrame::of).collect(),
            })
            .collect(),
    };
    encode_json(&frame)
}

#[derive(Serialize)]
struct JobFrame<'job> {
    frame: &'static str,
    protocol: u32,
    nonce: &'job str,
    seed: u32,
    port: u16,
    limit_ms: u32,
    record: bool,
    files: &'job BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    support: &'job BTreeMap<String, String>,
    steps: Vec<StepFrame<'job>>,
}

#[derive(Serialize)]
struct StepFrame<'job> {
    step: &'job StepId,
    source: &'job str,
    tests: Vec<TestFrame<'job>>,
}

#[derive(Serialize)]
struct TestFrame<'job> {
    id: &'job TestId,
    name: &'job str,
    fresh: bool,
    asked: bool,
}

impl<'job> TestFrame<'job> {
    fn of(planned: &PlannedTestRun<'job>) -> Self {
        Self {
            id: &planned.test.id,
            name: &planned.test.name,
            fresh: planned.fresh,
            asked: planned.asked,
        }
    }
}
