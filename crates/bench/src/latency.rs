//! One run from request to report: warm, and compared with what it has to beat.

use std::time::Duration;

use anyhow::Context;

use crate::bare_python::BarePython;
use crate::context::BenchContext;
use crate::in_process_server::InProcessServer;
use crate::metric::{Goal, Metric, Unit};
use crate::report::BenchReport;
use crate::screen::say;
use crate::statistics::{Series, paired_ratio};
use crate::workload::{FOUR_LINES_THAT_STAY, Workload};

/// What is measured in each round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variant {
    Warm,
    Bare,
    Exec,
    Cold,
}

const VARIANTS: [Variant; 4] = [Variant::Warm, Variant::Bare, Variant::Exec, Variant::Cold];

/// Measures all four in each round, each while nothing else runs, so that drift affects them
/// all.
pub(crate) async fn measure(
    context: &BenchContext,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let workload = Workload::four_lines(&context.course)?;
    let bare = BarePython::find()?;
    let warm = InProcessServer::open(context, context.sandbox("warm")).await?;
    let mut without_warm_lanes = context.sandbox("cold");
    without_warm_lanes.warm = 0;
    let cold = InProcessServer::open(context, without_warm_lanes).await?;
    let mut container = context.reference.running_container().await?;
    let mut times: [Vec<Duration>; 4] = Default::default();
    let sample_size = context.sample_size;
    for round in 0..sample_size.warm_up + sample_size.rounds {
        say(&format!("one run: round {}", round + 1));
        // The order rotates: each is first as often as last.
        for turn in 0..VARIANTS.len() {
            let index = (round + turn) % VARIANTS.len();
            warm.rest().await?;
            cold.rest().await?;
            let took = match VARIANTS[index] {
                Variant::Warm => warm.passed(&workload).await?.last,
                Variant::Cold => cold.passed(&workload).await?.last,
                Variant::Bare => {
                    tokio::task::block_in_place(|| bare.first_connection(FOUR_LINES_THAT_STAY))?
                }
                Variant::Exec => {
                    let port = context.course.port;
                    container.exec(FOUR_LINES_THAT_STAY, port).await?
                }
            };
            if round >= sample_size.warm_up {
                times[index].push(took);
            }
        }
    }
    container.close().await?;
    warm.close().await;
    cold.close().await;
    add_metrics(&times, &bare.name(), report)
}

fn add_metrics(
    times: &[Vec<Duration>; 4],
    python: &str,
    report: &mut BenchReport,
) -> anyhow::Result<()> {
    let [warm, bare, exec, cold] = times;
    let series = |times: &[Duration]| Series::of_times(times).context("nothing was measured");
    let (warm_ms, bare_ms) = (series(warm)?, series(bare)?);
    let (exec_ms, cold_ms) = (series(exec)?, series(cold)?);
    for (name, series) in [
        ("A warm run of the four lines, request to report", &warm_ms),
        ("B a bare python3, to its first connection", &bare_ms),
        ("C docker exec, to its first connection", &exec_ms),
        (
            "D a cold container for the run, request to report",
            &cold_ms,
        ),
    ] {
        report.push(Metric::series(name, Unit::Milliseconds, series));
    }
    let ratio = |name: &str, ratio: f64| Metric::value(name, Unit::Ratio, ratio);
    let of_medians = |dividend: &Series, divisor: &Series| dividend.median() / divisor.median();
    report.push(ratio("A ÷ B", of_medians(&warm_ms, &bare_ms)).held_to(Goal::AtMost(0.7)));
    if let Some(paired) = paired_ratio(warm, bare) {
        report.push(ratio("A ÷ B, median of the pairs' ratios", paired));
    }
    report.push(ratio("D ÷ A", of_medians(&cold_ms, &warm_ms)).held_to(Goal::AtLeast(12.0)));
    report.push(ratio("C ÷ A", of_medians(&exec_ms, &warm_ms)).held_to(Goal::AtLeast(5.0)));
    report.note(
        "A, D: the request goes straight into the server's router, in this process, and the \
         answer's body is read to its end: no socket and no browser. Both tests of step 1 are \
         made, each with a start of the program of its own. D is the same pool without a warm \
         container.",
    );
    report.note(format!(
        "B: {python}, `python3 main.py` with the same four lines on a free port, connections \
         tried every 0.2 ms; one start, no tests, a whole processor, no limits.",
    ));
    report.note(
        "C: a container of the same image and limits runs already. The program is written into \
         it through a process that waits there and tries to connect every 1 ms; then `python3.11 \
         main.py` by two calls of the API (create and start an exec), up to that process's word \
         that it is connected: one start, no tests.",
    );
    report.note(
        "In B and C a fifth line holds the program after it listens, so that the port is still \
         open when the connection comes.",
    );
    Ok(())
}
