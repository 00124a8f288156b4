//! What every part of the bench stands on: the course, the engine, and how much is measured.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use curriculum::Course;
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use sandbox::baseline::Baseline;
use tracing_subscriber::EnvFilter;

use crate::commands::court::find_course;
use crate::{Settings, leptos_options};

/// The course that is measured.
const COURSE: &str = "redis";

/// What every part of the bench stands on.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) settings: Settings,
    pub(super) effort: Effort,
    pub(super) course: Arc<Course>,
    pub(super) baseline: Baseline,
    pub(super) leptos: LeptosOptions,
    pub(super) metrics: PrometheusHandle,
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// Repetitions that are not counted, while caches fill.
    pub(super) warm_up: usize,
    /// Repetitions that are.
    pub(super) rounds: usize,
    /// How long a rate is measured, and how many ends it takes at the least.
    pub(super) sustained: Duration,
    pub(super) sustained_runs: usize,
    /// How long the engine's ceiling is measured, each time.
    pub(super) ceiling: Duration,
    /// A crowd's size, and how often it gathers.
    pub(super) crowds: [(usize, usize); 4],
    /// How long the server is watched doing nothing.
    pub(super) idle: Duration,
}

impl Effort {
    pub(super) fn full() -> Self {
        Self {
            warm_up: 3,
            rounds: 40,
            sustained: Duration::from_secs(25),
            sustained_runs: 90,
            ceiling: Duration::from_secs(12),
            crowds: [(1, 40), (4, 12), (16, 6), (50, 3)],
            idle: Duration::from_secs(10),
        }
    }

    pub(super) fn quick() -> Self {
        Self {
            warm_up: 1,
            rounds: 4,
            sustained: Duration::from_secs(5),
            sustained_runs: 10,
            ceiling: Duration::from_secs(6),
            crowds: [(1, 4), (4, 2), (16, 1), (50, 1)],
            idle: Duration::from_secs(3),
        }
    }
}

impl Ground {
    pub(super) async fn prepare(settings: &Settings, effort: Effort) -> anyhow::Result<Self> {
        log_as_a_server_does(settings)?;
        let course = find_course(settings, COURSE)?;
        let mut own = settings.clone();
        // The parts add their own names.
        let suffix = format!("-bench-{}", std::process::id());
        own.sandbox.owner = settings.sandbox.owner_with(&suffix, 20);
        let mut sandbox = own.sandbox.clone();
        sandbox.owner += "-baseline";
        let baseline = Baseline::open(&sandbox)
            .await
            .context("the sandbox can't be used")?;
        Ok(Self {
            settings: own,
            effort,
            course,
            baseline,
            leptos: leptos_options()?,
            metrics: PrometheusBuilder::new()
                .install_recorder()
                .context("the metrics can't be recorded")?,
        })
    }

    /// The sandbox's settings for a pool of this name.
    pub(super) fn sandbox(&self, name: &str) -> sandbox::Settings {
        let mut sandbox = self.settings.sandbox.clone();
        sandbox.owner = format!("{}-{name}", sandbox.owner);
        sandbox
    }

    /// Containers of the bench that are still there. Removals that were asked for may take a
    /// moment.
    pub(super) async fn containers_left(&self) -> anyhow::Result<f64> {
        let owner = &self.settings.sandbox.owner;
        let mut left = 0;
        for _ in 0..10 {
            left = self.baseline.count(owner).await?;
            if left == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Ok(f64::from(u32::try_from(left).unwrap_or(u32::MAX)))
    }
}

/// Writes the server's log to nowhere: writing it is a part of what a run costs.
fn log_as_a_server_does(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log)
        .with_context(|| format!("CODEALONG_LOG is {:?}, which is no filter", settings.log))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::sink)
        .init();
    Ok(())
}
