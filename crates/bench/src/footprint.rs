//! What the server and its warm lanes use while idle.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use sandbox::Role;
use sandbox::reference::Usage;

use crate::context::BenchContext;
use crate::metric::{Goal, Metric, Unit};
use crate::report::BenchReport;
use crate::screen::say;
use crate::server_process::ServerProcess;
use crate::statistics::Series;
use crate::workload::Workload;

/// "None to speak of", as a share of one processor.
pub(crate) const IDLE_PERCENT_MAX: f64 = 1.0;

pub(crate) async fn measure(
    context: &BenchContext,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    say("memory and idle processor time");
    let workload = Workload::four_lines(&context.course)?;
    let owner = context.sandbox("footprint").owner;
    let mut server = ServerProcess::start(context, &owner)?;
    server.rest().await?;
    let at_start = server.process.memory_mb()?;
    let runs = context.sample_size.rounds;
    use_it(&server, &workload, context, runs).await?;
    server.rest().await?;
    // By then caches are full and the judges have started.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let megabytes = |name: &str, value| Metric::value(name, Unit::Megabytes, value);
    let in_use = server.process.memory_mb()?;
    report.push(megabytes("server, just started", at_start).held_to(Goal::AtMost(60.0)));
    let name = format!("server, after {runs} runs and pages");
    report.push(megabytes(&name, in_use).held_to(Goal::AtMost(60.0)));
    let (server_before, begin) = (server.process.cpu()?, Instant::now());
    let (lanes_share, after) = idle_percent(context, &owner).await?;
    let (server_after, elapsed) = (server.process.cpu()?, begin.elapsed());
    server.stop().await?;
    let mut lane = 0.0;
    for role in Role::ALL {
        let of_role = after.iter().filter(|usage| usage.role == role);
        let memory = of_role.map(|usage| in_megabytes(usage.memory_bytes));
        let memory = Series::new(memory.collect()).context("there is no idle container")?;
        let name = format!("one idle {}", role.name());
        report.push(Metric::series(name, Unit::Megabytes, &memory));
        lane += memory.median();
    }
    report.push(megabytes("one idle lane", lane).held_to(Goal::AtMost(24.0)));
    let idle = |name: String, value| {
        Metric::value(name, Unit::Percent, value).held_to(Goal::AtMost(IDLE_PERCENT_MAX))
    };
    let server_share = percent(server_after.saturating_sub(server_before), elapsed);
    report.push(idle(
        "server idle, of one processor".to_owned(),
        server_share,
    ));
    let name = format!("{} containers idle together, of one processor", after.len());
    report.push(idle(name, lanes_share));
    report.note(format!(
        "Memory: the resident set of `codealong serve` in a process of its own; of a container, what \
         its control group counts against its limit, without file pages that can be dropped. A \
         megabyte is a million bytes. Idle: over {} s with every lane warm; \"none to speak of\" \
         is taken as {IDLE_PERCENT_MAX} % of one processor.",
        context.sample_size.idle.as_secs(),
    ));
    Ok(())
}

/// Requests pages and runs, as learners do.
async fn use_it(
    server: &ServerProcess,
    workload: &Workload,
    context: &BenchContext,
    runs: usize,
) -> anyhow::Result<()> {
    let step = context
        .course
        .steps
        .first()
        .context("the course has no step")?;
    let page = format!("GET /courses/{}/{}", context.course.id, step.id);
    for _ in 0..runs {
        let shown = server.ask(&page, "").await?;
        if !shown.starts_with("HTTP/1.1 200") {
            bail!("the server does not show {page}");
        }
        let answer = server
            .ask("POST /api/run", &workload.body("bench")?)
            .await?;
        if !answer.contains(r#""event":"finished""#) {
            bail!("the server gave no verdict: {answer}");
        }
    }
    Ok(())
}

/// The share of one processor that an owner's containers use while nobody does anything, and what they
/// are using then.
pub(crate) async fn idle_percent(
    context: &BenchContext,
    owner: &str,
) -> anyhow::Result<(f64, Vec<Usage>)> {
    let total = |containers: &[Usage]| containers.iter().map(|usage| usage.cpu).sum::<Duration>();
    let before = context.reference.usage(owner).await?;
    let begin = Instant::now();
    tokio::time::sleep(context.sample_size.idle).await;
    let elapsed = begin.elapsed();
    let after = context.reference.usage(owner).await?;
    if before.len() != after.len() {
        bail!("containers came or went while nobody did anything");
    }
    let used = total(&after).saturating_sub(total(&before));
    Ok((percent(used, elapsed), after))
}

fn percent(time: Duration, of: Duration) -> f64 {
    time.as_secs_f64() / of.as_secs_f64() * 100.0
}

fn in_megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) / 1000.0
}
