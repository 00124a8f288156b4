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

/// The progress of learners who each run again as soon as they are answered.
#[derive(Debug, Default)]
struct Progress {
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
    let stock = settings.warm + settings.lanes_max;
    let learners = settings.running_max + WAITING;
    let server = InProcessServer::open(context, settings).await?;
    server.rest().await?;
    let progress = Arc::new(Progress::default());
    let begin = Instant::now();
    let mut asking = JoinSet::new();
    for number in 0..learners {
        let (server, workload, progress) =
            (server.clone(), workload.clone(), Arc::clone(&progress));
        asking.spawn(
            async move { run_repeatedly(&server, &workload, number, begin, &progress).await },
        );
    }
    // The runs that use up the lanes in stock come first and are not counted.
    let stock = stock as usize;
    let sample_size = context.sample_size;
    let ends = loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let ends = progress.ends();
        let is_enough = ends.len() > stock + sample_size.sustained_runs
            && ends.last().copied().unwrap_or_default() - ends[stock] > sample_size.sustained;
        if is_enough || begin.elapsed() > sample_size.sustained * 8 {
            break ends;
        }
        if let Some(failed) = asking.try_join_next() {
            failed??;
        }
    };
    progress.is_finished.store(true, Ordering::Relaxed);
    while let Some(ended) = asking.join_next().await {
        ended??;
    }
    server.close().await;
    let counted = ends.get(stock..).unwrap_or_default();
    let rate = Rate::of(counted, STRETCH).context("too few runs ended")?;
    report.push(Metric::rate("runs of the four lines", &rate));
    let without = f64::from(progress.without_verdict.load(Ordering::Relaxed));
    report.push(
        Metric::value("runs without a verdict", Unit::Count, without).held_to(Goal::AtMost(0.0)),
    );
    report.note(format!(
        "Runs a second: {learners} learners who each ask again as soon as they are answered, so \
         that {WAITING} always wait; counted once the {stock} first runs, which find warm \
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
    progress: &Progress,
) -> anyhow::Result<()> {
    let client = format!("learner-{number}");
    while !progress.is_finished.load(Ordering::Relaxed) {
        let run = server.run(workload, &client, Instant::now()).await?;
        match run.answer {
            Answer::Report(report) if report.verdict == Verdict::Passed => {
                progress
                    .ends
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(begin.elapsed());
            }
            _ => {
                progress.without_verdict.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    Ok(())
}

impl Progress {
    fn ends(&self) -> Vec<Duration> {
        self.ends
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
