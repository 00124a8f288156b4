//! A process, and the kernel's accounts of it.

use std::fs;
use std::time::Duration;

use anyhow::Context;
use tokio::process::Child;

/// A process that was started here. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) id: u32,
}

impl Process {
    /// One that was started to be killed when it is dropped.
    pub(crate) fn new(child: Child) -> anyhow::Result<Self> {
        let id = child.id().context("a server ended at once")?;
        Ok(Self { child, id })
    }

    /// The resident memory, in megabytes of a million bytes.
    pub(crate) fn memory_mb(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id))
            .context("the server's memory can't be looked at")?;
        let kilobytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
            .context("the kernel does not tell the server's memory")?;
        Ok(kilobytes * 1024.0 / 1e6)
    }

    /// The processor time that its threads have used.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let mut total = Duration::ZERO;
        for task in fs::read_dir(format!("/proc/{}/task", self.id))? {
            // A thread may end in the meantime.
            let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else {
                continue;
            };
            let on_processor = text.split(' ').next().and_then(|text| text.parse().ok());
            total += Duration::from_nanos(on_processor.unwrap_or(0));
        }
        Ok(total)
    }
}
