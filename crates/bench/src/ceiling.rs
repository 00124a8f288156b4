//! The engine's ceiling: how many containers a second it can create, start and kill, two at a time,
//! with nothing happening in them.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::context::BenchContext;
use crate::screen::say;
use crate::statistics::Rate;

/// Containers in a stretch; each stretch has a rate of its own.
const STRETCH: usize = 5;

/// Measures the ceiling once, for as long as the sample size says.
pub(crate) async fn measure(context: &BenchContext) -> anyhow::Result<Rate> {
    say("the engine's ceiling");
    let begin = Instant::now();
    let ends = Mutex::new(Vec::new());
    let one = async || {
        while begin.elapsed() < context.sample_size.ceiling {
            context.reference.create_start_kill().await?;
            ends.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(begin.elapsed());
        }
        anyhow::Ok(())
    };
    tokio::try_join!(one(), one())?;
    let ends: Vec<Duration> = ends.into_inner().unwrap_or_else(PoisonError::into_inner);
    Rate::of(&ends, STRETCH).context("the engine is too slow to be measured")
}
