//! Runs a second with a queue that never empties.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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
use super::statistics::Rate;

/// Learners who wait while others run: enough that the queue never empties, and few enough that
/// nobody waits too long.
const WAITING: u32 = 20;
/// Runs in one stretch whose rate is looked at by itself.
const STRETCH: usize = 5;

/// What learners did who each ask again as soon as they are answered.
#[derive(Debug, Default)]
struct Tally {
    ends: Mutex<Vec<Duration>>,
    without_verdict: AtomicU32,
    is_over: AtomicBool,
}

pub(super) async fn measure(ground: &Ground, sheet: &mut Sheet) -> anyhow::Result<Rate> {
    say("runs a second");
    let order = Order::four_lines(&ground.course)?;
    let settings = ground.sandbox("sustained");
    let stock = settings.warm + settings.lanes_max;
    let learners = settings.running_max + WAITING;
    let host = Host::open(ground, settings).await?;
    host.rest().await?;
    let tally = Arc::new(Tally::default());
    let begin = Instant::now();
    let mut asking = JoinSet::new();
    for number in 0..learners {
        let (host, order, tally) = (host.clone(), order.clone(), Arc::clone(&tally));
        asking
            .spawn(async move { ask_again_and_again(&host, &order, number, begin, &tally).await });
    }
    // What was in stock is used up first: those runs are not counted.
    let stock = stock as usize;
    let effort = ground.effort;
    let ends = loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let ends = tally.ends();
        let is_enough = ends.len() > stock + effort.sustained_runs
            && ends.last().copied().unwrap_or_default() - ends[stock] > effort.sustained;
        if is_enough || begin.elapsed() > effort.sustained * 8 {
            break ends;
        }
        if let Some(failed) = asking.try_join_next() {
            failed??;
        }
    };
    tally.is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = asking.join_next().await {
        ended??;
    }
    host.close().await;
    let counted = ends.get(stock..).unwrap_or_default();
    let rate = Rate::of(counted, STRETCH).context("too few runs ended")?;
    sheet.push(Figure::rate("runs of the four lines", &rate));
    let without = f64::from(tally.without_verdict.load(Ordering::Relaxed));
    sheet.push(
        Figure::value("runs without a verdict", Unit::Count, without).held_to(Goal::AtMost(0.0)),
    );
    sheet.note(format!(
        "Runs a second: {learners} learners who each ask again as soon as they are answered, so \
         that {WAITING} always wait; counted once the {stock} first runs, which find warm \
         containers, are over. The ceiling is measured before and after.",
    ));
    Ok(rate)
}

/// Holds the rate against the engine's ceiling.
pub(super) fn compare(rate: &Rate, ceiling: &Rate, sheet: &mut Sheet) {
    let name = "ceiling: create, start and kill alone, two at a time";
    sheet.push(Figure::rate(name, ceiling));
    let share = rate.per_second / ceiling.per_second;
    sheet.push(Figure::value("runs ÷ ceiling", Unit::Ratio, share).held_to(Goal::AtLeast(1.25)));
}

async fn ask_again_and_again(
    host: &Host,
    order: &Order,
    number: u32,
    begin: Instant,
    tally: &Tally,
) -> anyhow::Result<()> {
    let client = format!("learner-{number}");
    while !tally.is_over.load(Ordering::Relaxed) {
        let run = host.run(order, &client, Instant::now()).await?;
        match run.answer {
            Answer::Report(report) if report.verdict == Verdict::Passed => {
                tally
                    .ends
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(begin.elapsed());
            }
            _ => {
                tally.without_verdict.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    Ok(())
}

impl Tally {
    fn ends(&self) -> Vec<Duration> {
        self.ends
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
