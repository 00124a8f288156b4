//! The last step's solution, judged against every step.

use anyhow::Context;

use super::figure::{Figure, Unit};
use super::ground::Ground;
use super::host::Host;
use super::order::Order;
use super::say;
use super::sheet::Sheet;
use super::statistics::Series;

pub(super) async fn measure(ground: &Ground, sheet: &mut Sheet) -> anyhow::Result<()> {
    let order = Order::whole_course(&ground.course)?;
    let host = Host::open(ground, ground.sandbox("course")).await?;
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let effort = ground.effort;
    for round in 0..effort.warm_up + effort.rounds {
        say(&format!("the whole course: round {}", round + 1));
        host.rest().await?;
        let run = host.passed(&order).await?;
        if round >= effort.warm_up {
            first.push(run.first);
            last.push(run.last);
        }
    }
    host.close().await;
    let tests = order.tests();
    for (name, times) in [
        (format!("{tests} tests, request to first event"), first),
        (format!("{tests} tests, request to report"), last),
    ] {
        let series = Series::of_times(&times).context("nothing was measured")?;
        sheet.push(Figure::series(name, Unit::Milliseconds, &series));
    }
    Ok(())
}
