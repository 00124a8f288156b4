//! All metrics of one bench, as a table for people and as JSON for machines.

use std::fmt::Write as _;

use serde::Serialize;

use crate::machine::MachineReport;
use crate::metric::{GoalStatus, Metric};
use crate::part::Part;

/// Metrics while they are collected.
#[derive(Debug)]
pub(crate) struct BenchReport {
    quick: bool,
    part: Option<Part>,
    metrics: Vec<Metric>,
    notes: Vec<String>,
}

/// All metrics of one bench.
#[derive(Debug, Serialize)]
pub(crate) struct FinishedReport {
    /// The version of the JSON file's format.
    format: u32,
    /// Whether there were too few repetitions to judge any goal.
    quick: bool,
    machine: MachineReport,
    metrics: Vec<Metric>,
    /// Sentences on how the metrics were measured.
    notes: Vec<String>,
}

impl BenchReport {
    pub(crate) fn new(quick: bool) -> Self {
        Self {
            quick,
            part: None,
            metrics: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Begins a part, which the next metrics belong to.
    pub(crate) fn begin(&mut self, part: Part) {
        self.part = Some(part);
    }

    /// Adds a metric and judges its goal.
    pub(crate) fn push(&mut self, mut metric: Metric) {
        metric.part = self.part;
        metric.goal_status = metric.goal.map(|goal| {
            if self.quick {
                GoalStatus::NotJudged
            } else {
                goal.judge(metric.value)
            }
        });
        self.metrics.push(metric);
    }

    /// Adds a sentence on how the metrics were measured.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(crate) fn finish(self, machine: MachineReport) -> FinishedReport {
        FinishedReport {
            format: 1,
            quick: self.quick,
            machine,
            metrics: self.metrics,
            notes: self.notes,
        }
    }
}

impl FinishedReport {
    pub(crate) fn is_any_missed(&self) -> bool {
        let missed = Some(GoalStatus::Missed);
        self.metrics
            .iter()
            .any(|metric| metric.goal_status == missed)
    }

    /// The report as JSON.
    pub(crate) fn json(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The report as a table, with its notes.
    pub(crate) fn table(&self) -> String {
        let mut text = self.machine.to_string();
        let names = self
            .metrics
            .iter()
            .map(|metric| metric.name.chars().count());
        let width = names.max().unwrap_or(0);
        let header = ["median", "min", "max", "p95", "p99", "n"];
        let mut part = None;
        for metric in &self.metrics {
            if metric.part != part {
                part = metric.part;
                let name = part.map(part_name).unwrap_or_default();
                line(&mut text, &name, width, &header, "goal");
            }
            let cells = cells(metric);
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let mut goal = metric
                .goal
                .map(|goal| goal.format(metric.unit))
                .unwrap_or_default();
            if let Some(goal_status) = metric.goal_status {
                // Writing to a String can't fail.
                let _ = write!(goal, " {goal_status}");
            }
            line(
                &mut text,
                &format!("  {}", metric.name),
                width,
                &cells,
                &goal,
            );
        }
        for note in &self.notes {
            let _ = write!(text, "\n* {note}");
        }
        let _ = writeln!(text, "\n\n{}", self.conclusion());
        text
    }

    fn conclusion(&self) -> String {
        if self.quick {
            return "A quick bench: too few repetitions, so no goal is judged.".to_owned();
        }
        let judged = |goal_status| {
            let alike = |metric: &&Metric| metric.goal_status == Some(goal_status);
            self.metrics.iter().filter(alike).count()
        };
        let (met, missed) = (judged(GoalStatus::Met), judged(GoalStatus::Missed));
        format!("Goals: {met} met, {missed} missed.")
    }
}

fn part_name(part: Part) -> String {
    let name = match part {
        Part::Latency => "One run, from request to report",
        Part::Breakdown => "Where the time of one warm run goes",
        Part::WholeCourse => "All tests of the last step and those before",
        Part::Sustained => "Runs a second, without end",
        Part::Burst => "Learners who press Run at once",
        Part::Sessions => "Sessions: a program that somebody talks to",
        Part::Recordings => "Recordings: a test, line by line",
        Part::Pages => "Pages a second, beside a plain server with the same bytes",
        Part::HttpRuns => "Runs through HTTP",
        Part::Footprint => "Memory and idle processor time",
        Part::Leftovers => "Afterwards",
    };
    format!("\n{name}")
}

/// Median, minimum, maximum, percentiles and count, as far as a metric has them.
fn cells(metric: &Metric) -> [String; 6] {
    let format = |number| metric.format(number);
    let value = format!("{} {}", format(metric.value), metric.unit);
    let Some(spread) = metric.spread else {
        let mut cells: [String; 6] = Default::default();
        cells[0] = value;
        return cells;
    };
    let percentile = |number: Option<f64>| number.map(format).unwrap_or_default();
    [
        value,
        format(spread.min),
        format(spread.max),
        percentile(spread.p95),
        percentile(spread.p99),
        spread.count.to_string(),
    ]
}

fn line(text: &mut String, name: &str, width: usize, cells: &[&str], goal: &str) {
    let pad = " ".repeat((width + 4).saturating_sub(name.trim_start_matches('\n').chars().count()));
    // Writing to a String can't fail.
    let _ = write!(text, "{name}{pad}");
    let mut cells = cells.iter();
    if let Some(value) = cells.next() {
        let _ = write!(text, "{value:>11}");
    }
    for cell in cells {
        let _ = write!(text, "{cell:>9}");
    }
    let _ = writeln!(text, "   {goal}");
}
