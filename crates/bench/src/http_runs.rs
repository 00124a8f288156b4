//! Runs as a browser asks for them: a POST over TCP to the server's own process, and a verdict that
//! streams back.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use protocol::{RunEvent, Verdict};
use tokio::task::JoinSet;

use crate::context::BenchContext;
use crate::http_connection::HttpConnection;
use crate::in_process_server::InProcessServer;
use crate::metric::{Goal, Metric, Unit};
use crate::report::BenchReport;
use crate::screen::say;
use crate::server_process::ServerProcess;
use crate::statistics::{Rate, Series, paired_ratio};
use crate::workload::Workload;

/// Learners who wait while others run, as many as where there is no socket between (`sustained`).
const WAITING: u32 = 20;
/// Runs in a stretch; each stretch has a rate of its own.
const STRETCH: usize = 5;

/// A run that passed.
struct HttpRun {
    /// From the request to the first event.
    first: Duration,
    /// From the request to the report.
    last: Duration,
    /// When the report was there, since the measurement began.
    end: Duration,
}

pub(crate) async fn measure(
    context: &BenchContext,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let workload = Workload::four_lines(&context.course)?;
    let owner = context.sandbox("http").owner;
    let mut server = ServerProcess::start(context, &owner)?;
    server.rest().await?;
    one_at_a_time(context, &workload, &mut server, report).await?;
    server.rest().await?;
    without_end(context, &workload, &server, report).await?;
    server.stop().await
}

/// In turns with a run that has no socket on its way.
async fn one_at_a_time(
    context: &BenchContext,
    workload: &Workload,
    server: &mut ServerProcess,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let in_process = InProcessServer::open(context, context.sandbox("direct")).await?;
    let mut connection = HttpConnection::open(server.address).await?;
    let (mut first, mut last, mut direct) = (Vec::new(), Vec::new(), Vec::new());
    let sample_size = context.sample_size;
    for round in 0..sample_size.warm_up + sample_size.rounds {
        say(&format!("one run through HTTP: round {}", round + 1));
        server.rest().await?;
        in_process.rest().await?;
        let begin = Instant::now();
        let run = run(&mut connection, workload, "bench", begin).await?;
        in_process.rest().await?;
        let beside = in_process.passed(workload).await?.last;
        if round >= sample_size.warm_up {
            let run = run.context("a run had no pass")?;
            first.push(run.first);
            last.push(run.last);
            direct.push(beside);
        }
    }
    in_process.close().await;
    for (name, times) in [
        ("a warm run, POST to first event", &first),
        ("a warm run, POST to report", &last),
        ("the same without a socket, in turns with it", &direct),
    ] {
        let series = Series::of_times(times).context("nothing was measured")?;
        report.push(Metric::series(name, Unit::Milliseconds, &series));
    }
    if let Some(ratio) = paired_ratio(&last, &direct) {
        let name = "through HTTP ÷ without, median of the pairs' ratios";
        report.push(Metric::value(name, Unit::Ratio, ratio));
    }
    Ok(())
}

/// Each learner asks again as soon as there is a report, on a connection that is kept.
async fn without_end(
    context: &BenchContext,
    workload: &Workload,
    server: &ServerProcess,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let settings = &context.settings.sandbox;
    let learners = settings.running_max + WAITING;
    let warm_lane_runs = (settings.warm + settings.lanes_max) as usize;
    say("runs a second through HTTP");
    let begin = Instant::now();
    let time = context.sample_size.sustained * 2;
    let mut asking = JoinSet::new();
    for number in 0..learners {
        let (workload, address) = (workload.clone(), server.address);
        asking.spawn(async move {
            let mut connection = HttpConnection::open(address).await?;
            let client = format!("learner-{number}");
            let (mut runs, mut without_verdict) = (Vec::new(), 0_u32);
            while begin.elapsed() < time {
                match run(&mut connection, &workload, &client, begin).await? {
                    Some(run) => runs.push(run),
                    None => without_verdict += 1,
                }
            }
            anyhow::Ok((runs, without_verdict))
        });
    }
    let (mut runs, mut without_verdict) = (Vec::new(), 0);
    while let Some(asked) = asking.join_next().await {
        let (of_learner, without) = asked??;
        runs.extend(of_learner);
        without_verdict += without;
    }
    // Those that ended after the others had stopped asking had less company.
    runs.retain(|run| run.end < time);
    runs.sort_by_key(|run| run.end);
    // The runs that use up the warm lanes come first and are not counted.
    let counted = runs.get(warm_lane_runs..).unwrap_or_default();
    let ends: Vec<Duration> = counted.iter().map(|run| run.end).collect();
    let times: Vec<Duration> = counted.iter().map(|run| run.last).collect();
    let rate = Rate::of(&ends, STRETCH).context("too few runs ended")?;
    report.push(Metric::rate("runs through HTTP, without end", &rate));
    let times = Series::of_times(&times).context("too few runs ended")?;
    let name = format!("POST to report, {WAITING} waiting");
    report.push(Metric::series(name, Unit::Milliseconds, &times));
    let without = Metric::value("runs without a pass", Unit::Count, without_verdict.into());
    report.push(without.held_to(Goal::AtMost(0.0)));
    report.note(format!(
        "Runs through HTTP: `codealong serve` in a process of its own, POSTs of the four lines on \
         connections that are kept, each line of the answer read as it comes. Without end: \
         {learners} learners, of whom {WAITING} always wait, each for a turn of their own; counted \
         once the {warm_lane_runs} first runs are over."
    ));
    Ok(())
}

/// Asks for a run; none where it did not pass.
async fn run(
    connection: &mut HttpConnection,
    workload: &Workload,
    client: &str,
    begin: Instant,
) -> anyhow::Result<Option<HttpRun>> {
    let request = Request::post("/api/run")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(workload.body(client)?))?;
    let asked = Instant::now();
    let answer = connection.send(request).await?;
    let is_refused = !answer.status().is_success();
    let mut body = answer.into_body();
    let (mut first, mut last) = (None, None);
    let mut has_passed = false;
    let mut line = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        if is_refused {
            continue;
        }
        first.get_or_insert_with(|| asked.elapsed());
        for byte in data {
            if byte != b'\n' {
                line.push(byte);
                continue;
            }
            let text = std::mem::take(&mut line);
            // An empty one says that the server is there.
            if text.is_empty() {
                continue;
            }
            if let RunEvent::Finished { report } = serde_json::from_slice(&text)? {
                last = Some((asked.elapsed(), begin.elapsed()));
                has_passed = report.verdict == Verdict::Passed;
            }
        }
    }
    let (Some(first), Some((last, end)), true) = (first, last, has_passed) else {
        if first.is_some() && !line.is_empty() {
            bail!("a run's answer ends within a line");
        }
        return Ok(None);
    };
    Ok(Some(HttpRun { first, last, end }))
}
