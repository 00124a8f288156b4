//! One run from request to report: warm, and against what it has to beat.

use std::time::Duration;

use anyhow::Context;

use super::bare_python::BarePython;
use super::figure::{Figure, Goal, Unit};
use super::ground::Ground;
use super::host::Host;
use super::order::{FOUR_LINES_THAT_STAY, Order};
use super::say;
use super::sheet::Sheet;
use super::statistics::{Series, paired_ratio};

/// What is measured in each round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contender {
    Warm,
    Bare,
    Exec,
    Cold,
}

const CONTENDERS: [Contender; 4] = [
    Contender::Warm,
    Contender::Bare,
    Contender::Exec,
    Contender::Cold,
];

/// Measures all four in each round, each when nothing else goes on, so that whatever drifts hits
/// them all.
pub(super) async fn measure(ground: &Ground, sheet: &mut Sheet) -> anyhow::Result<()> {
    let order = Order::four_lines(&ground.course)?;
    let bare = BarePython::find()?;
    let warm = Host::open(ground, ground.sandbox("warm")).await?;
    let mut without_slots = ground.sandbox("cold");
    without_slots.warm = 0;
    let cold = Host::open(ground, without_slots).await?;
    let mut container = ground.baseline.running_container().await?;
    let mut times: [Vec<Duration>; 4] = Default::default();
    let effort = ground.effort;
    for round in 0..effort.warm_up + effort.rounds {
        say(&format!("one run: round {}", round + 1));
        // Each is the first as often as the last.
        for turn in 0..CONTENDERS.len() {
            let index = (round + turn) % CONTENDERS.len();
            warm.rest().await?;
            cold.rest().await?;
            let took = match CONTENDERS[index] {
                Contender::Warm => warm.passed(&order).await?.last,
                Contender::Cold => cold.passed(&order).await?.last,
                Contender::Bare => {
                    tokio::task::block_in_place(|| bare.first_connection(FOUR_LINES_THAT_STAY))?
                }
                Contender::Exec => {
                    let port = ground.course.port;
                    container.exec(FOUR_LINES_THAT_STAY, port).await?
                }
            };
            if round >= effort.warm_up {
                times[index].push(took);
            }
        }
    }
    container.close().await?;
    warm.close().await;
    cold.close().await;
    tell(&times, &bare.name(), sheet)
}

fn tell(times: &[Vec<Duration>; 4], python: &str, sheet: &mut Sheet) -> anyhow::Result<()> {
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
        sheet.push(Figure::series(name, Unit::Milliseconds, series));
    }
    let ratio = |name: &str, ratio: f64| Figure::value(name, Unit::Ratio, ratio);
    let of_medians = |dividend: &Series, divisor: &Series| dividend.median() / divisor.median();
    sheet.push(ratio("A ÷ B", of_medians(&warm_ms, &bare_ms)).held_to(Goal::AtMost(0.7)));
    if let Some(paired) = paired_ratio(warm, bare) {
        sheet.push(ratio("A ÷ B, median of the pairs' ratios", paired));
    }
    sheet.push(ratio("D ÷ A", of_medians(&cold_ms, &warm_ms)).held_to(Goal::AtLeast(12.0)));
    sheet.push(ratio("C ÷ A", of_medians(&exec_ms, &warm_ms)).held_to(Goal::AtLeast(5.0)));
    sheet.note(
        "A, D: the request goes straight into the server's router, in this process, and the \
         answer's body is read to its end: no socket and no browser. Both tests of step 1 are \
         made, each with a start of the program of its own. D is the same pool without a warm \
         container.",
    );
    sheet.note(format!(
        "B: {python}, `python3 main.py` with the same four lines on a free port, connections \
         tried every 0.2 ms; one start, no tests, a whole processor, no limits.",
    ));
    sheet.note(
        "C: a container of the same image and limits runs already. The program is written into \
         it through a process that waits there and tries to connect every 1 ms; then `python3.11 \
         main.py` by two calls of the API (create and start an exec), up to that process's word \
         that it is connected: one start, no tests.",
    );
    sheet.note(
        "In B and C a fifth line holds the program after it listens, so that the port is still \
         open when the connection comes.",
    );
    Ok(())
}
