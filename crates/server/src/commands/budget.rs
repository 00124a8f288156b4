//! How long a run of a step may take: a learner waits for it after each change.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use curriculum::{Course, Step};
use protocol::{RunError, RunnableProgram, TestResult};
use sandbox::JobReport;

use super::finding::{Finding, SEED};
use super::local_judge::LocalJudge;
use super::machine_use::MachineUse;

/// Of the clock on the wall, with half a processor for the program: that is what a lane has.
const BUDGET: Duration = Duration::from_millis(1600);

/// What a machine does once by itself, it does not do each time.
const RUNS_MAX: usize = 3;

/// Tests that are named, those that took longest.
const NAMED_TESTS: usize = 5;

/// A run of the step's solution, measured.
#[derive(Debug, Clone)]
struct MeasuredRun {
    wall: Duration,
    /// Of the program and its judge, where the kernel tells it.
    processor: Option<Duration>,
    /// Processor time that anything else had meanwhile, where that is known.
    elsewhere: Option<Duration>,
    /// The names of the slowest tests, with their times.
    slowest: String,
}

impl MeasuredRun {
    fn new(report: &JobReport, machine: &MachineUse) -> Self {
        let processor = report.cpu_us.map(Duration::from_micros);
        Self {
            wall: Duration::from_micros(report.duration_us.into()),
            processor,
            elsewhere: processor.and_then(|own| machine.busy_since()?.checked_sub(own)),
            slowest: slowest(&report.results),
        }
    }

    /// How long the run would have taken at least with the machine for itself: nothing can hold it up
    /// for longer than it runs itself. None where nobody knows.
    fn alone(&self) -> Option<Duration> {
        Some(self.wall.saturating_sub(self.elsewhere?))
    }

    fn is_within_budget(&self) -> bool {
        self.wall <= BUDGET
    }

    fn is_surely_over_budget(&self) -> bool {
        self.alone().is_some_and(|alone| alone > BUDGET)
    }

    fn sentence(&self) -> String {
        let mut text = format!("a run takes {}", seconds(self.wall));
        if let Some(processor) = self.processor {
            let _ = write!(text, ", and {} of processor time", seconds(processor));
        }
        let _ = write!(text, "; slowest: {}", self.slowest);
        text
    }

    /// Why nothing can be said against it, though it took longer than it may.
    fn doubt(&self) -> String {
        let reason = match self.elsewhere {
            Some(elsewhere) => format!(
                "the machine did other things for {} of processor time meanwhile",
                seconds(elsewhere)
            ),
            None => "nobody knows what else the machine did meanwhile".to_owned(),
        };
        format!(
            "whether a run is within its budget of {} is open: {reason}",
            seconds(BUDGET)
        )
    }
}

/// Measures runs of the step's solution, with the machine as quiet as it is, and tells what they took.
/// A run that does not pass is not measured.
pub(crate) async fn check_budget(
    local_judge: &LocalJudge,
    course: &Arc<Course>,
    step: &Step,
    tell: &mut impl FnMut(Finding),
) -> Result<(), RunError> {
    let mut runs: Vec<MeasuredRun> = Vec::new();
    while runs.len() < RUNS_MAX && !runs.iter().any(MeasuredRun::is_within_budget) {
        match measure(local_judge, course, step).await? {
            Some(run) => runs.push(run),
            None => break,
        }
    }
    if let Some(best) = best_of(&runs) {
        tell(Finding::Note(best.sentence()));
        tell(verdict(&runs, best));
    }
    Ok(())
}

/// The run that says most: one within the budget, or else the one that took least by itself.
fn best_of(runs: &[MeasuredRun]) -> Option<&MeasuredRun> {
    let by_itself = |run: &&MeasuredRun| run.alone().unwrap_or(run.wall);
    let within = runs.iter().find(|run| run.is_within_budget());
    within.or_else(|| runs.iter().min_by_key(by_itself))
}

fn verdict(runs: &[MeasuredRun], best: &MeasuredRun) -> Finding {
    let what = format!("a run is within its budget of {}", seconds(BUDGET));
    if best.is_within_budget() {
        return Finding::Good(what);
    }
    if !runs.iter().all(MeasuredRun::is_surely_over_budget) {
        return Finding::Note(best.doubt());
    }
    let alone = best.alone().unwrap_or(best.wall);
    Finding::Bad {
        what,
        why: format!(
            "of {} runs the shortest took {}, with all taken off that the machine did besides; shorten \
             waits, or leave tests out of later steps' runs with `once=True`",
            runs.len(),
            seconds(alone)
        ),
    }
}

async fn measure(
    local_judge: &LocalJudge,
    course: &Arc<Course>,
    step: &Step,
) -> Result<Option<MeasuredRun>, RunError> {
    local_judge.rest().await;
    let machine = MachineUse::begin();
    let solution: RunnableProgram = step.solution.clone();
    let report = local_judge.run(course, &step.id, solution, SEED).await?;
    Ok(report
        .is_passed()
        .then(|| MeasuredRun::new(&report, &machine)))
}

fn slowest(results: &[TestResult]) -> String {
    let mut results: Vec<&TestResult> = results.iter().collect();
    results.sort_by_key(|result| std::cmp::Reverse(result.duration_us));
    let named = results.iter().take(NAMED_TESTS).map(|result| {
        let ms = Duration::from_micros(result.duration_us.into()).as_millis();
        format!("{} {ms} ms", result.id)
    });
    named.collect::<Vec<_>>().join(", ")
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(wall_ms: u64, elsewhere_ms: Option<u64>) -> MeasuredRun {
        MeasuredRun {
            wall: Duration::from_millis(wall_ms),
            processor: Some(Duration::from_millis(700)),
            elsewhere: elsewhere_ms.map(Duration::from_millis),
            slowest: "blpop.3 192 ms".to_owned(),
        }
    }

    fn said(runs: &[MeasuredRun]) -> String {
        verdict(runs, best_of(runs).unwrap()).to_string()
    }

    #[test]
    fn one_run_within_the_budget_is_enough_however_busy_the_machine_is() {
        let runs = [run(2000, Some(0)), run(1600, Some(3000))];
        assert_eq!(said(&runs), "✓ a run is within its budget of 1.60 s");
    }

    #[test]
    fn the_run_that_is_told_is_the_one_that_counts() {
        let runs = [run(1700, Some(1000)), run(1500, Some(100))];
        assert_eq!(best_of(&runs).unwrap().wall, runs[1].wall);
        let runs = [run(1700, Some(0)), run(2500, Some(1000))];
        assert_eq!(best_of(&runs).unwrap().wall, runs[1].wall);
    }

    #[test]
    fn what_the_machine_did_besides_is_no_fault() {
        let runs = [run(2000, Some(399)), run(2000, Some(400))];
        let text = said(&runs);
        assert!(
            text.starts_with("– whether a run is within its budget"),
            "{text}"
        );
        assert!(said(&[run(2000, None)]).contains("nobody knows"));
    }

    #[test]
    fn runs_that_are_over_the_budget_by_themselves_are_a_fault() {
        let text = said(&[run(1900, Some(100)), run(2100, Some(200))]);
        assert!(
            text.starts_with("✗ a run is within its budget of 1.60 s"),
            "{text}"
        );
        assert!(
            text.contains("of 2 runs the shortest took 1.80 s"),
            "{text}"
        );
    }

    #[test]
    fn the_times_and_the_slowest_tests_are_told() {
        assert_eq!(
            run(1234, None).sentence(),
            "a run takes 1.23 s, and 0.70 s of processor time; slowest: blpop.3 192 ms"
        );
    }
}
