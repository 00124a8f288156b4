//! Pages a second, against a plain server that answers with the same bytes.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures::future::try_join_all;

use crate::context::BenchContext;
use crate::http_connection::HttpConnection;
use crate::metric::{Goal, Metric, Unit};
use crate::plain_server::{self, RecordedAnswer};
use crate::process::Process;
use crate::report::BenchReport;
use crate::screen::say;
use crate::server_process::ServerProcess;
use crate::statistics::Series;

/// Browsers that ask again as soon as they are answered: enough to keep both processors busy.
const CONNECTIONS: usize = 8;

/// What a browser takes, and what one does that has no use for compression.
const ENCODINGS: [(&str, &str); 2] = [("gzip", "as browsers ask, gzip"), ("identity", "as it is")];

/// Of the plain server's pages a second.
const RATIO_MIN: f64 = 0.5;

/// Pages a second, and the processor time that the server used for each.
#[derive(Debug, Default)]
struct Rates {
    per_second: Vec<f64>,
    cpu_ms: Vec<f64>,
}

pub(crate) async fn measure(
    context: &BenchContext,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let course = &context.course;
    let step = course.steps.first().context("the course has no step")?;
    let pages = [
        ("home", "/".to_owned()),
        ("course", format!("/courses/{}", course.id)),
        ("step", format!("/courses/{}/{}", course.id, step.id)),
    ];
    let owner = context.sandbox("pages").owner;
    let mut ours = ServerProcess::start(context, &owner)?;
    ours.rest().await?;
    let mut connection = HttpConnection::open(ours.address).await?;
    let mut answers = Vec::new();
    for (_, path) in &pages {
        let answer = connection.get(path, "identity").await?;
        answers.push(RecordedAnswer::of(path, &answer)?);
    }
    let plain = plain_server::start(&answers).await?;
    for (name, path) in &pages {
        for (encoding, words) in ENCODINGS {
            let sizes = [ours.address, plain.address].map(async |address| {
                let mut connection = HttpConnection::open(address).await?;
                let answer = connection.get(path, encoding).await?;
                anyhow::Ok(answer.body.len())
            });
            let [of_ours, of_plain] = sizes;
            let (of_ours, of_plain) = tokio::try_join!(of_ours, of_plain)?;
            // A nonce is as long as any other, but compresses otherwise.
            if of_ours.abs_diff(of_plain) > 64 {
                bail!("the {name} page has {of_ours} bytes, and {of_plain} of the plain server");
            }
            let title = format!("{name} page, {words}");
            let (mut rates, mut plain_rates) = (Rates::default(), Rates::default());
            let sample_size = context.sample_size;
            for round in 0..sample_size.page_rounds {
                say(&format!("{title}: round {}", round + 1));
                let stretch = sample_size.page_stretch;
                let of_ours = || rate(&ours.process, ours.address, path, encoding, stretch);
                let of_plain = || rate(&plain.process, plain.address, path, encoding, stretch);
                // Each is first as often as second.
                if round % 2 == 0 {
                    rates.push(of_ours().await?);
                    plain_rates.push(of_plain().await?);
                } else {
                    plain_rates.push(of_plain().await?);
                    rates.push(of_ours().await?);
                }
            }
            add_metrics(&title, of_ours, &rates, &plain_rates, report)?;
        }
    }
    ours.stop().await?;
    report.note(format!(
        "Pages: {CONNECTIONS} connections that are kept and ask again as soon as they are answered, \
         from this process, which shares the processors. The plain server is axum in a process of \
         its own with the bodies in memory, the same headers, and the same layer that compresses \
         each answer; the two are measured in turns, and a ratio is the median of the turns' ratios."
    ));
    Ok(())
}

/// Pages a second from this server and milliseconds of its processor time for each.
async fn rate(
    process: &Process,
    address: SocketAddr,
    path: &str,
    encoding: &str,
    stretch: Duration,
) -> anyhow::Result<(f64, f64)> {
    let opened = (0..CONNECTIONS).map(|_| HttpConnection::open(address));
    let connections = try_join_all(opened).await?;
    let (cpu_before, begin) = (process.cpu()?, Instant::now());
    let asking = connections.into_iter().map(|mut connection| {
        let (path, encoding) = (path.to_owned(), encoding.to_owned());
        tokio::spawn(async move {
            let mut pages = 0_u32;
            while begin.elapsed() < stretch {
                connection.get(&path, &encoding).await?;
                pages += 1;
            }
            anyhow::Ok(pages)
        })
    });
    let mut pages = 0.0;
    for asked in try_join_all(asking).await? {
        pages += f64::from(asked?);
    }
    let elapsed = begin.elapsed().as_secs_f64();
    let cpu = process.cpu()?.saturating_sub(cpu_before).as_secs_f64();
    Ok((pages / elapsed, cpu * 1000.0 / pages))
}

fn add_metrics(
    title: &str,
    bytes: usize,
    ours: &Rates,
    plain: &Rates,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let series = |values: &[f64]| Series::new(values.to_vec()).context("nothing was measured");
    let kilobytes = bytes.div_ceil(1000);
    let name = format!("{title}, {kilobytes} kB");
    report.push(Metric::series(
        name,
        Unit::PerSecond,
        &series(&ours.per_second)?,
    ));
    let name = format!("{title}, plain server");
    report.push(Metric::series(
        name,
        Unit::PerSecond,
        &series(&plain.per_second)?,
    ));
    let ratios = |dividends: &[f64], divisors: &[f64]| {
        let pairs = dividends.iter().zip(divisors);
        series(
            &pairs
                .map(|(dividend, divisor)| dividend / divisor)
                .collect::<Vec<_>>(),
        )
    };
    let rates = ratios(&ours.per_second, &plain.per_second)?;
    let name = format!("{title}: ours ÷ plain");
    report.push(Metric::series(name, Unit::Ratio, &rates).held_to(Goal::AtLeast(RATIO_MIN)));
    let cpu = ratios(&ours.cpu_ms, &plain.cpu_ms)?;
    let name = format!("{title}: processor time of the server, ours ÷ plain");
    report.push(Metric::series(name, Unit::Ratio, &cpu));
    Ok(())
}

impl Rates {
    fn push(&mut self, (per_second, cpu_ms): (f64, f64)) {
        self.per_second.push(per_second);
        self.cpu_ms.push(cpu_ms);
    }
}
