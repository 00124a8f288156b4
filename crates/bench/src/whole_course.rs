//! Solutions judged against their step and all before it: the last step's, and that of `get`.

use anyhow::Context;

use crate::context::BenchContext;
use crate::in_process_server::InProcessServer;
use crate::metric::{Metric, Unit};
use crate::report::BenchReport;
use crate::screen::say;
use crate::statistics::Series;
use crate::workload::Workload;

/// The step at which the course's first hour ends.
const FIRST_STORE: &str = "get";

pub(crate) async fn measure(
    context: &BenchContext,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let server = InProcessServer::open(context, context.sandbox("course")).await?;
    for workload in [
        Workload::of_step(&context.course, FIRST_STORE)?,
        Workload::whole_course(&context.course)?,
    ] {
        measure_solution(context, &server, &workload, report).await?;
    }
    server.close().await;
    Ok(())
}

async fn measure_solution(
    context: &BenchContext,
    server: &InProcessServer,
    workload: &Workload,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let sample_size = context.sample_size;
    for round in 0..sample_size.warm_up + sample_size.rounds {
        say(&format!(
            "the solution of {}: round {}",
            workload.step(),
            round + 1
        ));
        server.rest().await?;
        let run = server.passed(workload).await?;
        if round >= sample_size.warm_up {
            first.push(run.first);
            last.push(run.last);
        }
    }
    let (step, tests) = (workload.step(), workload.tests());
    for (name, times) in [
        (
            format!("{step}, {tests} tests, request to first event"),
            first,
        ),
        (format!("{step}, {tests} tests, request to report"), last),
    ] {
        let series = Series::of_times(&times).context("nothing was measured")?;
        report.push(Metric::series(name, Unit::Milliseconds, &series));
    }
    Ok(())
}
