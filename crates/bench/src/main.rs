//! Measures runs in the real sandbox and compares the metrics with their goals.
//!
//! Times are compared with a reference measured alongside (bare Python, the engine's own ceiling),
//! so that no goal is missed just because the machine is slow.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use server::ServerSettings;

mod bare_python;
mod breakdown;
mod burst;
mod ceiling;
mod context;
mod footprint;
mod http_connection;
mod http_runs;
mod in_process_server;
mod latency;
mod machine;
mod metric;
mod page_rate;
mod part;
mod plain_server;
mod process;
mod recordings;
mod report;
mod screen;
mod server_process;
mod sessions;
mod statistics;
mod sustained;
mod whole_course;
mod workload;

use context::{BenchContext, SampleSize};
use machine::Machine;
use metric::{Goal, Metric, Unit};
use part::Part;
use report::BenchReport;
use screen::{print, say};

/// Exit code for a missed goal; 2 is our own failure.
const GOAL_MISSED: u8 = 1;
const OUR_FAILURE: u8 = 2;

/// Measure runs in the real sandbox and check the results against their goals.
#[derive(Debug, Parser)]
#[command(name = "codealong-bench", version)]
struct Arguments {
    /// Write the results to this file, as JSON.
    #[arg(long, value_name = "FILE", default_value = "target/bench.json")]
    json: PathBuf,
    /// Measure only these parts.
    #[arg(long, value_name = "NAME", value_enum, num_args = 1..)]
    only: Vec<Part>,
    /// Measure what goes through HTTP: pages, and runs.
    #[arg(long, conflicts_with = "only")]
    http: bool,
    /// A quick try-out: too few repetitions to check any goal.
    #[arg(long)]
    quick: bool,
    /// Be the server that pages are compared with.
    #[arg(long, hide = true)]
    plain_server: bool,
}

impl Arguments {
    /// The parts to measure; without a choice, all.
    fn parts(&self) -> &[Part] {
        if self.http { &Part::HTTP } else { &self.only }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match bench(&Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            say(&format!("{error:#}"));
            ExitCode::from(OUR_FAILURE)
        }
    }
}

/// Measures, prints the table, writes the file; the exit code says whether a goal is missed.
async fn bench(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.plain_server {
        plain_server::serve().await?;
        return Ok(ExitCode::SUCCESS);
    }
    let settings = ServerSettings::from_environment()?;
    let sample_size = if arguments.quick {
        SampleSize::quick()
    } else {
        SampleSize::full()
    };
    let context = BenchContext::prepare(&settings, sample_size).await?;
    let machine = Machine::inspect(&context).await?;
    let mut report = BenchReport::new(arguments.quick);
    let measured = measure(&context, arguments.parts(), &mut report).await;
    // What was measured before a failure is reported all the same.
    let report = report.finish(machine.at_the_end());
    print(&report.table());
    write(&arguments.json, &report.json()?)?;
    measured?;
    if report.is_any_missed() {
        Ok(ExitCode::from(GOAL_MISSED))
    } else {
        Ok(ExitCode::SUCCESS)
    }
}

async fn measure(
    context: &BenchContext,
    only: &[Part],
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let is_wanted = |part| only.is_empty() || only.contains(&part);
    if is_wanted(Part::Latency) {
        report.begin(Part::Latency);
        latency::measure(context, report).await?;
    }
    if is_wanted(Part::Breakdown) {
        report.begin(Part::Breakdown);
        breakdown::measure(context, report).await?;
    }
    if is_wanted(Part::WholeCourse) {
        report.begin(Part::WholeCourse);
        whole_course::measure(context, report).await?;
    }
    if is_wanted(Part::Sustained) || is_wanted(Part::Burst) {
        report.begin(Part::Sustained);
        let mut ceiling = ceiling::measure(context).await?;
        if is_wanted(Part::Sustained) {
            let rate = sustained::measure(context, report).await?;
            // Again, so that a machine whose speed changed meanwhile favours neither.
            ceiling = ceiling.and(ceiling::measure(context).await?);
            sustained::compare(&rate, &ceiling, report);
        }
        if is_wanted(Part::Burst) {
            report.begin(Part::Burst);
            burst::measure(context, &ceiling, report).await?;
        }
    }
    if is_wanted(Part::Sessions) {
        report.begin(Part::Sessions);
        sessions::measure(context, report).await?;
    }
    if is_wanted(Part::Recordings) {
        report.begin(Part::Recordings);
        recordings::measure(context, report).await?;
    }
    if is_wanted(Part::Pages) {
        report.begin(Part::Pages);
        page_rate::measure(context, report).await?;
    }
    if is_wanted(Part::HttpRuns) {
        report.begin(Part::HttpRuns);
        http_runs::measure(context, report).await?;
    }
    if is_wanted(Part::Footprint) {
        report.begin(Part::Footprint);
        footprint::measure(context, report).await?;
    }
    report.begin(Part::Leftovers);
    let left = context.containers_left().await?;
    report.push(
        Metric::value("containers left at the end", Unit::Count, left).held_to(Goal::AtMost(0.0)),
    );
    Ok(())
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} can't be made", folder.display()))?;
    }
    std::fs::write(file, text).with_context(|| format!("{} can't be written", file.display()))
}
