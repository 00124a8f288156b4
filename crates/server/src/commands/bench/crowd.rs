//! Learners who press Run at the same moment.

use std::time::{Duration, Instant};

use anyhow::Context;
use lesson::Verdict;
use tokio::task::JoinSet;

use super::figure::{Figure, Goal, Unit};
use super::ground::Ground;
use super::host::{Answer, Host};
use super::order::Order;
use super::say;
use super::sheet::Sheet;
use super::statistics::{Rate, Series};

/// The crowd that has goals of its own.
const CLASS: usize = 16;

/// What became of crowds of one size.
#[derive(Debug, Default)]
struct Gathering {
    /// From pressing Run to the report.
    served: Vec<Duration>,
    /// Each time, the last of these.
    last: Vec<Duration>,
    /// Refused at once: the queue was full.
    refused: usize,
    /// Let in and left without a pass.
    failed: usize,
}

pub(super) async fn measure(
    ground: &Ground,
    ceiling: &Rate,
    sheet: &mut Sheet,
) -> anyhow::Result<()> {
    let order = Order::four_lines(&ground.course)?;
    let settings = ground.sandbox("crowd");
    let places = (settings.running_max + settings.queue_max) as usize;
    let host = Host::open(ground, settings.clone()).await?;
    let mut alone = None;
    for (learners, times) in ground.effort.crowds {
        let gathering = gather(&host, &order, learners, times).await?;
        let served = gathering.tell(&format!("{learners} at once"), sheet)?;
        if learners == 1 {
            alone = Some(served.median());
        }
        if learners > places {
            let beyond = (learners - places) * times;
            sheet.push(
                Figure::value(
                    format!(
                        "{learners} at once: refused, the queue holds {}",
                        settings.queue_max
                    ),
                    Unit::Count,
                    number(gathering.refused),
                )
                .held_to(Goal::AtMost(number(beyond))),
            );
        } else if gathering.refused > 0 {
            let name = format!("{learners} at once: refused within the queue's limit");
            let refused = Figure::value(name, Unit::Count, number(gathering.refused));
            sheet.push(refused.held_to(Goal::AtMost(0.0)));
        }
        if learners == CLASS {
            let last = Series::of_times(&gathering.last).context("nothing was measured")?;
            let cold = CLASS.saturating_sub(settings.warm as usize);
            let most = 1.04 * number(cold) / ceiling.per_second * 1000.0;
            let name = format!("{CLASS} at once: the last verdict");
            let figure = Figure::series(name, Unit::Milliseconds, &last);
            sheet.push(figure.held_to(Goal::AtMost(most)));
        }
    }
    host.close().await;
    all_warm(ground, &order, alone.context("nobody was alone")?, sheet).await
}

/// The same class, with a warm container for everyone.
async fn all_warm(
    ground: &Ground,
    order: &Order,
    alone_ms: f64,
    sheet: &mut Sheet,
) -> anyhow::Result<()> {
    let mut settings = ground.sandbox("class");
    settings.warm = u32::try_from(CLASS)?;
    settings.lanes_max = 2 * settings.warm;
    let running = settings.running_max;
    let host = Host::open(ground, settings).await?;
    let times = ground.effort.crowds.map(|(_, times)| times)[2];
    let gathering = gather(&host, order, CLASS, times).await?;
    host.close().await;
    let name = format!("{CLASS} at once, {CLASS} warm");
    let served = gathering.tell(&name, sheet)?;
    let ratio = served.percentile(95) / alone_ms;
    sheet.push(
        Figure::value(format!("{name}: p95 ÷ p50 of one"), Unit::Ratio, ratio)
            .held_to(Goal::AtMost(15.0)),
    );
    sheet.note(format!(
        "Learners at once: each has a name of its own, and its time counts from one moment for \
         all. The pool is the default one, and the one with {CLASS} warm containers differs in \
         that alone: {running} run at a time. A refusal is at once, with status 503, and beyond \
         the queue's limit; whoever is let in must get a verdict. Percentiles are of all learners \
         of all repetitions."
    ));
    Ok(())
}

/// So many learners at once, so many times.
async fn gather(
    host: &Host,
    order: &Order,
    learners: usize,
    times: usize,
) -> anyhow::Result<Gathering> {
    let mut gathering = Gathering::default();
    for time in 0..times {
        say(&format!("{learners} at once: time {}", time + 1));
        host.rest().await?;
        let begin = Instant::now();
        let mut asking = JoinSet::new();
        for number in 0..learners {
            let (host, order) = (host.clone(), order.clone());
            asking.spawn(async move {
                let client = format!("learner-{number}");
                host.run(&order, &client, begin).await
            });
        }
        let mut last = Duration::ZERO;
        while let Some(run) = asking.join_next().await {
            let run = run??;
            match run.answer {
                Answer::Report(report) if report.verdict == Verdict::Passed => {
                    gathering.served.push(run.last);
                    last = last.max(run.last);
                }
                Answer::Refused(_) => gathering.refused += 1,
                Answer::Report(report) => {
                    gathering.failed += 1;
                    let broken = report.first_broken().map(|test| &test.message);
                    say(&format!("a right program did not pass: {broken:?}"));
                }
                Answer::Interrupted(error) => {
                    gathering.failed += 1;
                    say(&format!("a run had no verdict: {error}"));
                }
            }
        }
        gathering.last.push(last);
    }
    Ok(gathering)
}

impl Gathering {
    /// Adds what every crowd is asked for, and returns the times.
    fn tell(&self, name: &str, sheet: &mut Sheet) -> anyhow::Result<Series> {
        let served = Series::of_times(&self.served).context("nobody was served")?;
        sheet.push(Figure::series(name, Unit::Milliseconds, &served));
        let failed = Figure::value(
            format!("{name}: let in and left without a verdict"),
            Unit::Count,
            number(self.failed),
        );
        sheet.push(failed.held_to(Goal::AtMost(0.0)));
        Ok(served)
    }
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
