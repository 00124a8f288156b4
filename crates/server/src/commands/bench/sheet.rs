//! All figures of one bench, as a table for people and as JSON for machines.

use std::fmt::Write as _;

use serde::Serialize;

use super::Part;
use super::figure::{Figure, Standing};
use super::machine::MachineReport;

/// Figures while they are gathered.
#[derive(Debug)]
pub(super) struct Sheet {
    quick: bool,
    part: Option<Part>,
    figures: Vec<Figure>,
    notes: Vec<String>,
}

/// All figures of one bench.
#[derive(Debug, Serialize)]
pub(super) struct FinishedSheet {
    /// The version of this file's format.
    format: u32,
    /// Whether there were too few repetitions to judge anything by.
    quick: bool,
    machine: MachineReport,
    figures: Vec<Figure>,
    /// How it was measured.
    notes: Vec<String>,
}

impl Sheet {
    pub(super) fn new(quick: bool) -> Self {
        Self {
            quick,
            part: None,
            figures: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The figures that follow belong to this part.
    pub(super) fn begin(&mut self, part: Part) {
        self.part = Some(part);
    }

    /// Adds a figure and judges its goal.
    pub(super) fn push(&mut self, mut figure: Figure) {
        figure.part = self.part;
        figure.standing = figure.goal.map(|goal| {
            if self.quick {
                Standing::NotJudged
            } else {
                goal.judge(figure.value)
            }
        });
        self.figures.push(figure);
    }

    /// Adds a sentence on how it was measured.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(super) fn finish(self, machine: MachineReport) -> FinishedSheet {
        FinishedSheet {
            format: 1,
            quick: self.quick,
            machine,
            figures: self.figures,
            notes: self.notes,
        }
    }
}

impl FinishedSheet {
    /// Whether a goal is missed.
    pub(super) fn is_any_missed(&self) -> bool {
        let missed = Some(Standing::Missed);
        self.figures.iter().any(|figure| figure.standing == missed)
    }

    /// The whole as JSON.
    pub(super) fn json(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The whole as a table.
    pub(super) fn table(&self) -> String {
        let mut text = self.machine.to_string();
        let names = self
            .figures
            .iter()
            .map(|figure| figure.name.chars().count());
        let width = names.max().unwrap_or(0);
        let header = ["median", "min", "max", "p95", "p99", "n"];
        let mut part = None;
        for figure in &self.figures {
            if figure.part != part {
                part = figure.part;
                let name = part.map(part_name).unwrap_or_default();
                line(&mut text, &name, width, &header, "goal");
            }
            let cells = cells(figure);
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let mut goal = figure
                .goal
                .map(|goal| goal.format(figure.unit))
                .unwrap_or_default();
            if let Some(standing) = figure.standing {
                // Writing into a String can't fail.
                let _ = write!(goal, " {standing}");
            }
            line(
                &mut text,
                &format!("  {}", figure.name),
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
        let judged = |standing| {
            let alike = |figure: &&Figure| figure.standing == Some(standing);
            self.figures.iter().filter(alike).count()
        };
        let (met, missed) = (judged(Standing::Met), judged(Standing::Missed));
        format!("Goals: {met} met, {missed} missed.")
    }
}

fn part_name(part: Part) -> String {
    let name = match part {
        Part::Latency => "One run, from request to report",
        Part::Breakdown => "Where the time of one warm run goes",
        Part::WholeCourse => "All tests of the last step and those before",
        Part::Sustained => "Runs a second, without end",
        Part::Crowd => "Learners who press Run at once",
        Part::Footprint => "Memory and idle processor time",
        Part::Remains => "Afterwards",
    };
    format!("\n{name}")
}

/// Median, minimum, maximum, percentiles and number, as far as a figure has them.
fn cells(figure: &Figure) -> [String; 6] {
    let format = |number| figure.format(number);
    let value = format!("{} {}", format(figure.value), figure.unit);
    let Some(spread) = figure.spread else {
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
    // Writing into a String can't fail.
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
