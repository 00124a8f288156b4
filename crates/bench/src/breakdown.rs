//! Where the time of one warm run goes.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use app::judge::job_of;
use futures::StreamExt;
use sandbox::{ClientId, JobEvent, JobReport};

use crate::context::BenchContext;
use crate::in_process_server::InProcessServer;
use crate::metric::{Metric, Unit};
use crate::report::BenchReport;
use crate::screen::say;
use crate::statistics::{Series, milliseconds};
use crate::workload::Workload;

/// One part of a run's time.
#[derive(Debug, Clone, PartialEq)]
struct RunPart {
    name: String,
    ms: f64,
}

/// A run without HTTP: when its events came, and its report.
#[derive(Debug)]
struct Watched {
    /// When the judge began.
    started: Duration,
    /// Each test's name, when it began and when it ended.
    tests: Vec<(String, Duration, Duration)>,
    finished: Duration,
    report: JobReport,
}

/// Breaks runs down, each beside a run through the router: the difference is HTTP's share.
pub(crate) async fn measure(
    context: &BenchContext,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let workload = Workload::four_lines(&context.course)?;
    let server = InProcessServer::open(context, context.sandbox("breakdown")).await?;
    let mut by_http = Vec::new();
    let mut runs: Vec<Vec<RunPart>> = Vec::new();
    let sample_size = context.sample_size;
    for round in 0..sample_size.warm_up + sample_size.rounds {
        say(&format!("breakdown: round {}", round + 1));
        server.rest().await?;
        let whole = server.passed(&workload).await?.last;
        server.rest().await?;
        let parts = watch(&server, &workload).await?.parts();
        if round >= sample_size.warm_up {
            by_http.push(whole);
            runs.push(parts);
        }
    }
    server.close().await;
    let by_http = Series::of_times(&by_http).context("nothing was measured")?;
    let first = runs.first().context("nothing was measured")?;
    let mut pool_alone = 0.0;
    for (index, part) in first.iter().enumerate() {
        let values = runs
            .iter()
            .filter_map(|run| run.get(index))
            .map(|part| part.ms);
        let series = Series::new(values.collect()).context("nothing was measured")?;
        // The last part is the whole run.
        pool_alone = series.median();
        report.push(Metric::series(&part.name, Unit::Milliseconds, &series));
    }
    let name = "from request to report, in a run of its own beside it";
    report.push(Metric::series(name, Unit::Milliseconds, &by_http));
    report.push(Metric::value(
        "so parsing the request, JSON and HTTP take",
        Unit::Milliseconds,
        by_http.median() - pool_alone,
    ));
    report.note(
        "The breakdown's parts follow each other and are told by the events as the pool's caller \
         sees them; indented ones lie within others and are the judge's own measurements.",
    );
    Ok(())
}

async fn watch(server: &InProcessServer, workload: &Workload) -> anyhow::Result<Watched> {
    let job = job_of(&workload.assignment()?)?;
    let pool = server.pool.clone();
    let watching = tokio::spawn(async move {
        let begin = Instant::now();
        let mut events = pool.run(job, ClientId::new("bench"));
        let mut started = None;
        let mut tests: Vec<(String, Duration, Duration)> = Vec::new();
        while let Some(event) = events.next().await {
            let now = begin.elapsed();
            match event? {
                JobEvent::Queued { .. }
                | JobEvent::Output(_)
                | JobEvent::Recorded(_)
                | JobEvent::LineFound { .. } => {}
                JobEvent::Started => started = Some(now),
                JobEvent::TestStarted(id) => tests.push((id.to_string(), now, now)),
                JobEvent::TestFinished(result) => {
                    if let Some(test) = tests.last_mut() {
                        test.0 = format!("{} {}", result.id, result.name);
                        test.2 = now;
                    }
                }
                JobEvent::Finished(report) => {
                    if !report.is_passed() {
                        bail!("a run that should pass did not: {:?}", report.results);
                    }
                    return Ok(Watched {
                        started: started.context("a run never began")?,
                        tests,
                        finished: now,
                        report: *report,
                    });
                }
            }
        }
        bail!("a run ended without a report")
    });
    watching.await?
}

impl Watched {
    /// The parts in order; the last is the whole run.
    fn parts(&self) -> Vec<RunPart> {
        let timings = self.report.timings;
        let us = |us: u32| Duration::from_micros(us.into());
        let (waited, written) = (us(timings.waited_us), us(timings.written_us));
        let mut parts = Vec::new();
        let mut add = |name: &str, time: Duration| {
            parts.push(RunPart {
                name: name.to_owned(),
                ms: milliseconds(time),
            });
        };
        add("queue: a container at hand", waited);
        add("frame in: the job written", written);
        let begins = self.started.saturating_sub(waited + written);
        add("the judge says that it begins", begins);
        let mut before = self.started;
        for (index, (name, began, ended)) in self.tests.iter().enumerate() {
            add(&format!("up to {name}"), began.saturating_sub(before));
            add(name, ended.saturating_sub(*began));
            if let Some(result) = self.report.results.get(index) {
                add("  by the judge's clock", us(result.duration_us));
            }
            if index == 0 {
                add(
                    "  fork: from the job's begin to the program's start",
                    us(timings.launch_us.unwrap_or(0)),
                );
                add(
                    "  listen: from there to the first connection",
                    us(timings.listen_us.unwrap_or(0)),
                );
            }
            before = *ended;
        }
        add(
            "frame out: from the last result to the report",
            self.finished.saturating_sub(before),
        );
        for (name, us) in [
            (
                "  processor time of the container's, all along",
                self.report.cpu_us,
            ),
            (
                "  time without a processor, its share used up",
                self.report.throttled_us,
            ),
        ] {
            if let Some(us) = us {
                add(name, Duration::from_micros(us));
            }
        }
        add("all of it, as the pool's caller sees it", self.finished);
        parts
    }
}
