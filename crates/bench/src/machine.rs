//! The machine that the bench runs on: metrics mean nothing without it.

use std::fmt;
use std::fs;

use serde::Serialize;

use crate::context::BenchContext;

/// The machine before the bench.
#[derive(Debug)]
pub(crate) struct Machine {
    report: MachineReport,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MachineReport {
    processor: String,
    processors: usize,
    memory: String,
    kernel: String,
    engine: String,
    runc: Option<String>,
    /// Whether this program was built with optimisation.
    optimised: bool,
    /// The load average over a minute before the bench: how busy the machine was with other work.
    load_before: String,
    load_after: String,
}

impl Machine {
    pub(crate) async fn inspect(context: &BenchContext) -> anyhow::Result<Self> {
        let (engine, runc) = context.reference.versions().await?;
        let report = MachineReport {
            processor: value_of("/proc/cpuinfo", "model name"),
            processors: std::thread::available_parallelism().map_or(1, Into::into),
            memory: value_of("/proc/meminfo", "MemTotal"),
            kernel: text_of("/proc/sys/kernel/osrelease"),
            engine,
            runc,
            optimised: !cfg!(debug_assertions),
            load_before: load(),
            load_after: String::new(),
        };
        Ok(Self { report })
    }

    /// Completes the report when everything is measured.
    pub(crate) fn at_the_end(self) -> MachineReport {
        MachineReport {
            load_after: load(),
            ..self.report
        }
    }
}

impl fmt::Display for MachineReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            processor,
            processors,
            memory,
            kernel,
            engine,
            load_before,
            load_after,
            ..
        } = self;
        let runc = self.runc.as_deref().unwrap_or("none");
        writeln!(
            formatter,
            "{processors} × {processor}, {memory}, Linux {kernel}"
        )?;
        writeln!(formatter, "Docker Engine {engine}, runc {runc}")?;
        let build = if self.optimised {
            "optimised build"
        } else {
            "build without optimisation"
        };
        writeln!(
            formatter,
            "{build}; load of the machine {load_before} before, {load_after} after"
        )
    }
}

/// The load average over a minute.
fn load() -> String {
    let text = text_of("/proc/loadavg");
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// The value in a file's first line that begins with `name`.
fn value_of(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let value = line.unwrap_or_default();
    value.trim_start_matches([' ', '\t', ':']).to_owned()
}

fn text_of(file: &str) -> String {
    fs::read_to_string(file)
        .unwrap_or_default()
        .trim()
        .to_owned()
}
