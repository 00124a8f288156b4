//! Recordings: how soon a test can be watched.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use app::judge::job_of;
use futures::StreamExt;
use protocol::TestId;
use sandbox::{ClientId, Job, JobEvent};

use crate::context::BenchContext;
use crate::in_process_server::InProcessServer;
use crate::metric::{Goal, Metric, Unit};
use crate::report::BenchReport;
use crate::screen::say;
use crate::statistics::{Series, milliseconds};
use crate::workload::Workload;

/// The step whose tests are recorded, one after the other.
const STEP: &str = "get";

/// Goals: in milliseconds, as a learner feels it, and in kilobytes, as a phone's connection does.
const READY_MAX: f64 = 400.0;
const KILOBYTES_MAX: f64 = 300.0;

pub(crate) async fn measure(
    context: &BenchContext,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let workload = Workload::of_step(&context.course, STEP)?;
    let job = job_of(&workload.assignment()?)?;
    let tests: Vec<TestId> = job
        .steps
        .last()
        .map(|step| step.tests.iter().map(|test| test.id.clone()).collect())
        .unwrap_or_default();
    let server = InProcessServer::open(context, context.sandbox("recordings")).await?;
    let sample_size = context.sample_size;
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); tests.len()];
    let mut largest = 0;
    for round in 0..sample_size.warm_up + sample_size.rounds / 2 {
        say(&format!("recordings: round {}", round + 1));
        for (test, times) in tests.iter().zip(&mut times) {
            server.rest().await?;
            let job = Job {
                only: Some(test.clone()),
                record: true,
                ..job.clone()
            };
            let (time, bytes) = record(&server, job).await?;
            largest = largest.max(bytes);
            if round >= sample_size.warm_up {
                times.push(time);
            }
        }
    }
    server.close().await;
    let mut slowest: Option<(&TestId, Series)> = None;
    for (test, times) in tests.iter().zip(&times) {
        let series = Series::of_times(times).context("nothing was measured")?;
        if slowest
            .as_ref()
            .is_none_or(|(_, slowest)| series.median() > slowest.median())
        {
            slowest = Some((test, series));
        }
    }
    let (test, series) = slowest.context("the step has no tests")?;
    let name = format!("asked for, to its recording: {test}, the slowest");
    report.push(Metric::series(name, Unit::Milliseconds, &series).held_to(Goal::AtMost(READY_MAX)));
    let kilobytes = largest as f64 / 1000.0;
    report.push(
        Metric::value("the largest recording, kB", Unit::Count, kilobytes)
            .held_to(Goal::AtMost(KILOBYTES_MAX)),
    );
    report.note("Recordings: through the pool in this process, as JSON, not compressed.");
    Ok(())
}

/// How long a recording took, and its bytes as JSON.
async fn record(server: &InProcessServer, job: Job) -> anyhow::Result<(Duration, usize)> {
    let pool = server.pool.clone();
    let recorded = tokio::spawn(async move {
        let begin = Instant::now();
        let mut events = pool.run(job, ClientId::new("bench"));
        let mut recorded = None;
        while let Some(event) = events.next().await {
            if let JobEvent::Recorded(recording) = event? {
                let time = begin.elapsed();
                let bytes = serde_json::to_vec(&recording)?.len();
                recorded = Some((time, bytes));
            }
        }
        anyhow::Ok(recorded)
    });
    match recorded.await?? {
        Some((time, bytes)) => {
            say(&format!("recordings: {:.0} ms", milliseconds(time)));
            Ok((time, bytes))
        }
        None => bail!("a run has no recording"),
    }
}
