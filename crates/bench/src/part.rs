//! The parts of the bench, which can be measured one by one.

use clap::ValueEnum;
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Part {
    /// A warm run, against bare Python, a cold container and `docker exec`.
    Latency,
    /// Where the time of a warm run goes.
    Breakdown,
    /// A run of every test in the course.
    WholeCourse,
    /// Runs per second while the queue is never empty, against what the engine can do.
    Sustained,
    /// Many learners pressing Run at once.
    Burst,
    /// Programs that run on while somebody talks to them.
    Sessions,
    /// Tests made again to be watched.
    Recordings,
    /// Pages per second, against a plain axum server with the same bytes.
    Pages,
    /// Runs through HTTP.
    HttpRuns,
    /// Memory, and CPU time when idle.
    Footprint,
    /// Containers left at the end; always counted.
    Leftovers,
}

impl Part {
    /// What goes through HTTP.
    pub(crate) const HTTP: [Self; 2] = [Self::Pages, Self::HttpRuns];
}
