//! What the server and its waiting lanes take while nobody does anything.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use sandbox::Role;
use sandbox::baseline::Usage;

use super::figure::{Figure, Goal, Unit};
use super::ground::Ground;
use super::order::Order;
use super::own_process::OwnProcess;
use super::say;
use super::sheet::Sheet;
use super::statistics::Series;

/// "None to speak of", as a share of one processor.
const IDLE_PERCENT_MAX: f64 = 1.0;

pub(super) async fn measure(ground: &Ground, sheet: &mut Sheet) -> anyhow::Result<()> {
    say("memory and idle processor time");
    let order = Order::four_lines(&ground.course)?;
    let owner = ground.sandbox("footprint").owner;
    let mut server = OwnProcess::start(ground, &owner)?;
    server.rest().await?;
    let at_start = server.memory_mb()?;
    let runs = ground.effort.rounds;
    use_it(&server, &order, ground, runs).await?;
    server.rest().await?;
    // Caches and the judges' own starts are over by then.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let megabytes = |name: &str, value| Figure::value(name, Unit::Megabytes, value);
    let in_use = server.memory_mb()?;
    sheet.push(megabytes("server, just started", at_start).held_to(Goal::AtMost(60.0)));
    let name = format!("server, after {runs} runs and pages");
    sheet.push(megabytes(&name, in_use).held_to(Goal::AtMost(60.0)));
    let before = ground.baseline.usage(&owner).await?;
    let (server_before, begin) = (server.cpu()?, Instant::now());
    tokio::time::sleep(ground.effort.idle).await;
    let (server_after, elapsed) = (server.cpu()?, begin.elapsed());
    let after = ground.baseline.usage(&owner).await?;
    server.stop().await?;
    if before.len() != after.len() {
        bail!("containers came or went while nobody did anything");
    }
    let mut lane = 0.0;
    for role in Role::ALL {
        let of_role = after.iter().filter(|usage| usage.role == role);
        let memory = of_role.map(|usage| in_megabytes(usage.memory_bytes));
        let memory = Series::new(memory.collect()).context("there is no idle container")?;
        let name = format!("one idle {}", role.name());
        sheet.push(Figure::series(name, Unit::Megabytes, &memory));
        lane += memory.median();
    }
    sheet.push(megabytes("one idle lane", lane).held_to(Goal::AtMost(24.0)));
    let percent = |time: Duration| time.as_secs_f64() / elapsed.as_secs_f64() * 100.0;
    let idle = |name: String, value| {
        Figure::value(name, Unit::Percent, value).held_to(Goal::AtMost(IDLE_PERCENT_MAX))
    };
    let server_share = percent(server_after.saturating_sub(server_before));
    sheet.push(idle(
        "server idle, of one processor".to_owned(),
        server_share,
    ));
    let lanes_share = percent(total(&after).saturating_sub(total(&before)));
    let name = format!("{} containers idle together, of one processor", after.len());
    sheet.push(idle(name, lanes_share));
    sheet.note(format!(
        "Memory: the resident set of `codealong serve` in a process of its own; of a container, what \
         its control group counts against its limit, without file pages that can be dropped. A \
         megabyte is a million bytes. Idle: over {} s with every lane warm; \"none to speak of\" \
         is taken as {IDLE_PERCENT_MAX} % of one processor.",
        ground.effort.idle.as_secs(),
    ));
    Ok(())
}

/// Pages and runs, as learners ask for them.
async fn use_it(
    server: &OwnProcess,
    order: &Order,
    ground: &Ground,
    runs: usize,
) -> anyhow::Result<()> {
    let step = ground
        .course
        .steps
        .first()
        .context("the course has no step")?;
    let page = format!("GET /courses/{}/{}", ground.course.id, step.id);
    for _ in 0..runs {
        let shown = server.ask(&page, "").await?;
        if !shown.starts_with("HTTP/1.1 200") {
            bail!("the server does not show {page}");
        }
        let answer = server.ask("POST /api/run", &order.body("bench")?).await?;
        if !answer.contains(r#""event":"finished""#) {
            bail!("the server gave no verdict: {answer}");
        }
    }
    Ok(())
}

fn total(containers: &[Usage]) -> Duration {
    containers.iter().map(|usage| usage.cpu).sum()
}

fn in_megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) / 1000.0
}
