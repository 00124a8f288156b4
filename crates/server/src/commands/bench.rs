//! Measuring runs on the real sandbox and holding the figures against their goals.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::Settings;
use figure::{Figure, Goal, Unit};
use ground::{Effort, Ground};
use machine::Machine;
use sheet::Sheet;

mod bare_python;
mod breakdown;
mod ceiling;
mod crowd;
mod figure;
mod footprint;
mod ground;
mod host;
mod latency;
mod machine;
mod order;
mod own_process;
mod sheet;
mod statistics;
mod sustained;
mod whole_course;

/// Exit code where a goal is missed; 2 is our own failure.
const GOAL_MISSED: u8 = 1;

/// What to measure.
#[derive(Debug, Args)]
pub struct BenchArguments {
    /// The file that the figures are written into as JSON.
    #[arg(long, value_name = "FILE", default_value = "target/bench.json")]
    pub json: PathBuf,
    /// Measure these parts only.
    #[arg(long, value_name = "NAME", value_enum, num_args = 1..)]
    pub only: Vec<Part>,
    /// Try the bench itself: too few repetitions to judge any goal by.
    #[arg(long)]
    pub quick: bool,
}

/// A part of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// A warm run against bare Python, a cold container and `docker exec`.
    Latency,
    /// Where the time of a warm run goes.
    Breakdown,
    /// All tests of the course.
    WholeCourse,
    /// Runs a second with a queue that never empties, against the engine's ceiling.
    Sustained,
    /// Many learners who press Run at once.
    Crowd,
    /// Memory, and processor time when idle.
    Footprint,
    /// What is left when all is over; always looked at.
    Remains,
}

/// Measures, prints the table, writes the file; the exit code says whether every goal is met.
pub async fn bench(settings: &Settings, arguments: &BenchArguments) -> anyhow::Result<ExitCode> {
    let effort = if arguments.quick {
        Effort::quick()
    } else {
        Effort::full()
    };
    let ground = Ground::prepare(settings, effort).await?;
    let machine = Machine::look(&ground).await?;
    let mut sheet = Sheet::new(arguments.quick);
    let measured = measure(&ground, &arguments.only, &mut sheet).await;
    // What was measured before something broke is told all the same.
    let sheet = sheet.finish(machine.at_the_end());
    print(&sheet.table());
    write(&arguments.json, &sheet.json()?)?;
    measured?;
    if sheet.is_any_missed() {
        Ok(ExitCode::from(GOAL_MISSED))
    } else {
        Ok(ExitCode::SUCCESS)
    }
}

async fn measure(ground: &Ground, only: &[Part], sheet: &mut Sheet) -> anyhow::Result<()> {
    let is_wanted = |part| only.is_empty() || only.contains(&part);
    if is_wanted(Part::Latency) {
        sheet.begin(Part::Latency);
        latency::measure(ground, sheet).await?;
    }
    if is_wanted(Part::Breakdown) {
        sheet.begin(Part::Breakdown);
        breakdown::measure(ground, sheet).await?;
    }
    if is_wanted(Part::WholeCourse) {
        sheet.begin(Part::WholeCourse);
        whole_course::measure(ground, sheet).await?;
    }
    if is_wanted(Part::Sustained) || is_wanted(Part::Crowd) {
        sheet.begin(Part::Sustained);
        let mut ceiling = ceiling::measure(ground).await?;
        if is_wanted(Part::Sustained) {
            let rate = sustained::measure(ground, sheet).await?;
            // Again, so that a machine that grew faster or slower meanwhile favours neither.
            ceiling = ceiling.and(ceiling::measure(ground).await?);
            sustained::compare(&rate, &ceiling, sheet);
        }
        if is_wanted(Part::Crowd) {
            sheet.begin(Part::Crowd);
            crowd::measure(ground, &ceiling, sheet).await?;
        }
    }
    if is_wanted(Part::Footprint) {
        sheet.begin(Part::Footprint);
        footprint::measure(ground, sheet).await?;
    }
    sheet.begin(Part::Remains);
    let left = ground.containers_left().await?;
    sheet.push(
        Figure::value("containers left at the end", Unit::Count, left).held_to(Goal::AtMost(0.0)),
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

#[expect(clippy::print_stdout, reason = "this is what the command is for")]
fn print(table: &str) {
    print!("{table}");
}

/// Tells whoever waits what is being measured.
#[expect(clippy::print_stderr, reason = "the table alone goes to stdout")]
fn say(text: &str) {
    eprintln!("bench: {text}");
}
