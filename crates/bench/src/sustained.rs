//! Runs a second with a queue that never empties.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use protocol::Verdict;
use tokio::task::JoinSet;

use crate::context::BenchContext;
use crate::in_process_server::{Answer, InProcessServer};
use crate::metric::{Goal, Metric, Unit};
use crate::report::BenchReport;
use crate::screen::say;
use crate::statistics::Rate;
use crate::workload::Workload;

/// Learners who wait while others run: enough to keep the queue from emptying, and few enough that
/// no run waits too long.
const WAITING: u32 = 20;
/// Runs in a stretch; each stretch has a rate of its own.
const STRETCH: usize = 5;

/// What has come of learners who each run again as soon as they are answered.
#[derive(Debug, Default)]
struct RunCounts {
    ends: Mutex<Vec<Duration>>,
    without_verdict: AtomicU32,
    is_finished: AtomicBool,
}

pub(crate) async fn measure(
    context: &BenchContext,
    report: &mut BenchReport,
) -> anyhow::Result<Rate> {
    say("runs a second");
    let workload = Workload::four_lines(&context.course)?;
    let settings = context.sandbox("sustained");
    let warm_lane_runs = settings.warm + settings.lanes_max;
    let learners = settings.running_max + WAITING;
    let server = InProcessServer::open(context, settings).await?;
    server.rest().await?;
    let counts = Arc::new(RunCounts::default());
    let begin = Instant::now();
    let mut asking = JoinSet::new();
    for number in 0..learners {
        let (server, workload, counts) = (server.clone(), workload.clone(), Arc::clone(&counts));
        asking
            .spawn(async move { run_repeatedly(&server, &workload, number, begin, &counts).await });
    }
    // The runs that use up the warm lanes come first and are not counted.
    let warm_lane_runs = warm_lane_runs as usize;
    let sample_size = context.sample_size;
    let ends = loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let ends = counts.ends();
        let is_enough = ends.len() > warm_lane_runs + sample_size.sustained_runs
            && ends.last().copied().unwrap_or_default() - ends[warm_lane_runs]
                > sample_size.sustained;
        if is_enough || begin.elapsed() > sample_size.sustained * 8 {
            break ends;
        }
        if let Some(failed) = asking.try_join_next() {
            failed??;
        }
    };
    counts.is_finished.store(true, Ordering::Relaxed);
    while let Some(ended) = asking.join_next().await {
        ended??;
    }
    server.close().await;
    let counted = ends.get(warm_lane_runs..).unwrap_or_default();
    let rate = Rate::of(counted, STRETCH).context("too few runs ended")?;
    report.push(Metric::rate("runs of the four lines", &rate));
    let without = f64::from(counts.without_verdict.load(Ordering::Relaxed));
    report.push(
        Metric::value("runs without a verdict", Unit::Count, without).held_to(Goal::AtMost(0.0)),
    );
    report.note(format!(
        "Runs a second: {learners} learners who each ask again as soon as they are answered, so \
         that {WAITING} always wait; counted once the {warm_lane_runs} first runs, which find warm \
         containers, are over. The ceiling is measured before and after.",
    ));
    Ok(rate)
}

/// Compares the rate with the engine's ceiling.
pub(crate) fn compare(rate: &Rate, ceiling: &Rate, report: &mut BenchReport) {
    let name = "ceiling: create, start and kill alone, two at a time";
    report.push(Metric::rate(name, ceiling));
    let share = rate.per_second / ceiling.per_second;
    report.push(Metric::value("runs ÷ ceiling", Unit::Ratio, share).held_to(Goal::AtLeast(1.25)));
}

async fn run_repeatedly(
    server: &InProcessServer,
    workload: &Workload,
    number: u32,
    begin: Instant,
    counts: &RunCounts,
) -> anyhow::Result<()> {
    let client = format!("learner-{number}");
    while !counts.is_finished.load(Ordering::Relaxed) {
        let run = server.run(workload, &client, Instant::now()).await?;
        match run.answer {
            Answer::Report(report) if report.verdict == Verdict::Passed => {
                counts
                    .ends
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(begin.elapsed());
            }
            _ => {
                counts.without_verdict.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    Ok(())
}

impl RunCounts {
    fn ends(&self) -> Vec<Duration> {
        self.ends
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
