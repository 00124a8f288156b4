//! Learners who press Run at the same time.

use std::time::{Duration, Instant};

use anyhow::Context;
use protocol::Verdict;
use tokio::task::JoinSet;

use crate::context::BenchContext;
use crate::in_process_server::{Answer, InProcessServer};
use crate::metric::{Goal, Metric, Unit};
use crate::report::BenchReport;
use crate::screen::say;
use crate::statistics::{Rate, Series};
use crate::workload::Workload;

/// The size of the burst that has goals of its own.
const CLASS: usize = 16;

/// The results of all bursts of one size.
#[derive(Debug, Default)]
struct BurstResult {
    /// From pressing Run to the report, for each pass.
    served: Vec<Duration>,
    /// The longest of these in each burst.
    last: Vec<Duration>,
    /// Runs refused because the queue was full.
    refused: usize,
    /// Runs admitted and left without a pass.
    failed: usize,
}

pub(crate) async fn measure(
    context: &BenchContext,
    ceiling: &Rate,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let workload = Workload::four_lines(&context.course)?;
    let settings = context.sandbox("burst");
    let room = (settings.running_max + settings.queue_max) as usize;
    let server = InProcessServer::open(context, settings.clone()).await?;
    let mut alone = None;
    for (learners, times) in context.sample_size.bursts {
        let burst = measure_bursts(&server, &workload, learners, times).await?;
        let served = burst.add_metrics(&format!("{learners} at once"), report)?;
        if learners == 1 {
            alone = Some(served.median());
        }
        if learners > room {
            let beyond = (learners - room) * times;
            report.push(
                Metric::value(
                    format!(
                        "{learners} at once: refused, the queue holds {}",
                        settings.queue_max
                    ),
                    Unit::Count,
                    number(burst.refused),
                )
                .held_to(Goal::AtMost(number(beyond))),
            );
        } else if burst.refused > 0 {
            let name = format!("{learners} at once: refused within the queue's limit");
            let refused = Metric::value(name, Unit::Count, number(burst.refused));
            report.push(refused.held_to(Goal::AtMost(0.0)));
        }
        if learners == CLASS {
            let last = Series::of_times(&burst.last).context("nothing was measured")?;
            let cold = CLASS.saturating_sub(settings.warm as usize);
            // Four fifths of the bound with one container for each run, which was 1.3 of the ceiling.
            let max = 1.04 * number(cold) / ceiling.per_second * 1000.0;
            let name = format!("{CLASS} at once: the last verdict");
            let metric = Metric::series(name, Unit::Milliseconds, &last);
            report.push(metric.held_to(Goal::AtMost(max)));
        }
    }
    server.close().await;
    all_warm(
        context,
        &workload,
        alone.context("nobody was alone")?,
        report,
    )
    .await
}

/// The same class, with a warm lane for everyone.
async fn all_warm(
    context: &BenchContext,
    workload: &Workload,
    alone_ms: f64,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let mut settings = context.sandbox("class");
    settings.warm = u32::try_from(CLASS)?;
    settings.lanes_max = 2 * settings.warm;
    let running = settings.running_max;
    let server = InProcessServer::open(context, settings).await?;
    let times = context.sample_size.bursts.map(|(_, times)| times)[2];
    let burst = measure_bursts(&server, workload, CLASS, times).await?;
    server.close().await;
    let name = format!("{CLASS} at once, {CLASS} warm");
    let served = burst.add_metrics(&name, report)?;
    let ratio = served.percentile(95) / alone_ms;
    report.push(
        Metric::value(format!("{name}: p95 ÷ p50 of one"), Unit::Ratio, ratio)
            .held_to(Goal::AtMost(15.0)),
    );
    report.note(format!(
        "Learners at once: each has a name of its own, and its time counts from one moment for \
         all. The pool is the default one, and the one with {CLASS} warm containers differs in \
         that alone: {running} run at a time. A refusal is at once, with status 503, and beyond \
         the queue's limit; whoever is let in must get a verdict. Percentiles are of all learners \
         of all repetitions."
    ));
    Ok(())
}

/// Measures `times` bursts of `learners` each.
async fn measure_bursts(
    server: &InProcessServer,
    workload: &Workload,
    learners: usize,
    times: usize,
) -> anyhow::Result<BurstResult> {
    let mut burst = BurstResult::default();
    for time in 0..times {
        say(&format!("{learners} at once: time {}", time + 1));
        server.rest().await?;
        let begin = Instant::now();
        let mut asking = JoinSet::new();
        for number in 0..learners {
            let (server, workload) = (server.clone(), workload.clone());
            asking.spawn(async move {
                let client = format!("learner-{number}");
                server.run(&workload, &client, begin).await
            });
        }
        let mut last = Duration::ZERO;
        while let Some(run) = asking.join_next().await {
            let run = run??;
            match run.answer {
                Answer::Report(report) if report.verdict == Verdict::Passed => {
                    burst.served.push(run.last);
                    last = last.max(run.last);
                }
                Answer::Refused(_) => burst.refused += 1,
                Answer::Report(report) => {
                    burst.failed += 1;
                    let broken = report.first_broken().map(|test| &test.message);
                    say(&format!("a right program did not pass: {broken:?}"));
                }
                Answer::Interrupted(error) => {
                    burst.failed += 1;
                    say(&format!("a run had no verdict: {error}"));
                }
            }
        }
        burst.last.push(last);
    }
    Ok(burst)
}

impl BurstResult {
    /// Adds the metrics that every size has; returns the times.
    fn add_metrics(&self, name: &str, report: &mut BenchReport) -> anyhow::Result<Series> {
        let served = Series::of_times(&self.served).context("nobody was served")?;
        report.push(Metric::series(name, Unit::Milliseconds, &served));
        let failed = Metric::value(
            format!("{name}: let in and left without a verdict"),
            Unit::Count,
            number(self.failed),
        );
        report.push(failed.held_to(Goal::AtMost(0.0)));
        Ok(served)
    }
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
