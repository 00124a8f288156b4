//! A metric and its goal.

use std::fmt;

use serde::Serialize;

use crate::part::Part;
use crate::statistics::{Rate, Series};

/// A measured value and its goal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Metric {
    /// The part of the bench that it belongs to; set by the report.
    pub(crate) part: Option<Part>,
    pub(crate) name: String,
    pub(crate) unit: Unit,
    /// The value; of a series, the median.
    pub(crate) value: f64,
    /// How far a series' measurements, or a rate's stretches, lie apart.
    pub(crate) spread: Option<Spread>,
    pub(crate) goal: Option<Goal>,
    /// Whether the goal is met; set by the report.
    pub(crate) goal_status: Option<GoalStatus>,
}

/// The spread of measurements.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// None for a rate, where percentiles mean nothing.
    pub(crate) p95: Option<f64>,
    pub(crate) p99: Option<f64>,
    pub(crate) count: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unit {
    Milliseconds,
    PerSecond,
    Megabytes,
    Percent,
    Ratio,
    Count,
}

/// The bound for a metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

/// Whether a goal is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum GoalStatus {
    Met,
    Missed,
    /// A quick bench has too few repetitions to judge.
    NotJudged,
}

impl Metric {
    pub(crate) fn value(name: impl Into<String>, unit: Unit, value: f64) -> Self {
        Self {
            part: None,
            name: name.into(),
            unit,
            value,
            spread: None,
            goal: None,
            goal_status: None,
        }
    }

    /// The median of a series, with its spread.
    pub(crate) fn series(name: impl Into<String>, unit: Unit, series: &Series) -> Self {
        let spread = Spread {
            min: series.min(),
            max: series.max(),
            p95: Some(series.percentile(95)),
            p99: Some(series.percentile(99)),
            count: series.count(),
        };
        Self {
            spread: Some(spread),
            ..Self::value(name, unit, series.median())
        }
    }

    /// A rate, with the spread of its stretches.
    pub(crate) fn rate(name: impl Into<String>, rate: &Rate) -> Self {
        let spread = Spread {
            min: rate.stretches.min(),
            max: rate.stretches.max(),
            p95: None,
            p99: None,
            count: rate.count,
        };
        Self {
            spread: Some(spread),
            ..Self::value(name, Unit::PerSecond, rate.per_second)
        }
    }

    /// The same metric with a goal.
    pub(crate) fn held_to(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    /// A number in the metric's unit, as printed without the unit.
    pub(crate) fn format(&self, number: f64) -> String {
        self.unit.format(number)
    }
}

impl Unit {
    /// A number as printed without the unit.
    pub(crate) fn format(self, number: f64) -> String {
        match self {
            Self::Milliseconds | Self::Megabytes => format!("{number:.1}"),
            Self::PerSecond | Self::Ratio => format!("{number:.2}"),
            Self::Percent => format!("{number:.3}"),
            Self::Count => format!("{number:.0}"),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Milliseconds => "ms",
            Self::PerSecond => "/s",
            Self::Megabytes => "MB",
            Self::Percent => "%",
            Self::Ratio => "×",
            Self::Count => "",
        })
    }
}

impl Goal {
    /// Whether a value meets the goal; one that is not a number never does.
    pub(crate) fn judge(self, value: f64) -> GoalStatus {
        let is_met = match self {
            Self::AtMost(max) => value <= max,
            Self::AtLeast(min) => value >= min,
        };
        if is_met {
            GoalStatus::Met
        } else {
            GoalStatus::Missed
        }
    }

    /// The goal as printed.
    pub(crate) fn format(self, unit: Unit) -> String {
        match self {
            Self::AtMost(max) => format!("≤ {}", unit.format(max)),
            Self::AtLeast(min) => format!("≥ {}", unit.format(min)),
        }
    }
}

impl fmt::Display for GoalStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::NotJudged => "not judged",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_at_its_bound_and_missed_beyond() {
        assert_eq!(Goal::AtMost(0.7).judge(0.7), GoalStatus::Met);
        assert_eq!(Goal::AtMost(0.7).judge(0.700_1), GoalStatus::Missed);
        assert_eq!(Goal::AtLeast(12.0).judge(12.0), GoalStatus::Met);
        assert_eq!(Goal::AtLeast(12.0).judge(11.999), GoalStatus::Missed);
    }

    #[test]
    fn what_could_not_be_measured_meets_no_goal() {
        for goal in [Goal::AtMost(1.0), Goal::AtLeast(1.0)] {
            assert_eq!(goal.judge(f64::NAN), GoalStatus::Missed);
        }
    }

    #[test]
    fn a_series_is_told_by_its_median_and_spread() {
        let series = Series::new(vec![4.0, 1.0, 2.0]).unwrap();
        let metric = Metric::series("x", Unit::Milliseconds, &series);
        let spread = metric.spread.unwrap();
        assert_eq!((metric.value, spread.min, spread.max), (2.0, 1.0, 4.0));
        assert_eq!(spread.count, 3);
    }
}
