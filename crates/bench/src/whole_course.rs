//! The last step's solution, judged against every step.

use anyhow::Context;

use crate::context::BenchContext;
use crate::in_process_server::InProcessServer;
use crate::metric::{Metric, Unit};
use crate::report::BenchReport;
use crate::screen::say;
use crate::statistics::Series;
use crate::workload::Workload;

pub(crate) async fn measure(
    context: &BenchContext,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let workload = Workload::whole_course(&context.course)?;
    let server = InProcessServer::open(context, context.sandbox("course")).await?;
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let sample_size = context.sample_size;
    for round in 0..sample_size.warm_up + sample_size.rounds {
        say(&format!("the whole course: round {}", round + 1));
        server.rest().await?;
        let run = server.passed(&workload).await?;
        if round >= sample_size.warm_up {
            first.push(run.first);
            last.push(run.last);
        }
    }
    server.close().await;
    let tests = workload.tests();
    for (name, times) in [
        (format!("{tests} tests, request to first event"), first),
        (format!("{tests} tests, request to report"), last),
    ] {
        let series = Series::of_times(&times).context("nothing was measured")?;
        report.push(Metric::series(name, Unit::Milliseconds, &series));
    }
    Ok(())
}
