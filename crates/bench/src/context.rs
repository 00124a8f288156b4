//! What all parts of the bench share: the course, the engine, and the sample size.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use curriculum::Course;
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusBuilder;
use sandbox::reference::Reference;
use tracing_subscriber::EnvFilter;

use sandbox::SandboxSettings;
use server::commands::find_course;
use server::{ServerSettings, leptos_options};

/// The course that is measured.
const COURSE: &str = "redis";

/// What all parts of the bench share.
#[derive(Debug)]
pub(crate) struct BenchContext {
    pub(crate) settings: ServerSettings,
    pub(crate) sample_size: SampleSize,
    pub(crate) course: Arc<Course>,
    pub(crate) reference: Reference,
    pub(crate) leptos: LeptosOptions,
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SampleSize {
    /// Repetitions that are not counted, while caches fill.
    pub(crate) warm_up: usize,
    /// Repetitions that are counted.
    pub(crate) rounds: usize,
    /// How long the rate of runs is measured at least, and over how many runs.
    pub(crate) sustained: Duration,
    pub(crate) sustained_runs: usize,
    /// How long each measurement of the engine's ceiling takes.
    pub(crate) ceiling: Duration,
    /// The size of a burst, and how often it is repeated.
    pub(crate) bursts: [(usize, usize); 4],
    /// How long each server is asked for a page at a time, and how often.
    pub(crate) page_stretch: Duration,
    pub(crate) page_rounds: usize,
    /// How long the idle server is watched.
    pub(crate) idle: Duration,
}

impl SampleSize {
    pub(crate) fn full() -> Self {
        Self {
            warm_up: 3,
            rounds: 40,
            sustained: Duration::from_secs(25),
            sustained_runs: 90,
            ceiling: Duration::from_secs(12),
            bursts: [(1, 40), (4, 12), (16, 6), (60, 3)],
            page_stretch: Duration::from_millis(800),
            page_rounds: 9,
            idle: Duration::from_secs(10),
        }
    }

    pub(crate) fn quick() -> Self {
        Self {
            warm_up: 1,
            rounds: 4,
            sustained: Duration::from_secs(5),
            sustained_runs: 10,
            ceiling: Duration::from_secs(6),
            bursts: [(1, 4), (4, 2), (16, 1), (60, 1)],
            page_stretch: Duration::from_millis(400),
            page_rounds: 2,
            idle: Duration::from_secs(3),
        }
    }
}

impl BenchContext {
    pub(crate) async fn prepare(
        settings: &ServerSettings,
        sample_size: SampleSize,
    ) -> anyhow::Result<Self> {
        log_as_a_server_does(settings)?;
        let course = find_course(settings, COURSE)?;
        let mut own = settings.clone();
        // The parts add their own names.
        let suffix = format!("-bench-{}", std::process::id());
        own.sandbox.owner = settings.sandbox.owner_with(&suffix, 20);
        let mut sandbox = own.sandbox.clone();
        sandbox.owner += "-reference";
        let reference = Reference::open(&sandbox)
            .await
            .context("the sandbox can't be used")?;
        // What the server counts is a part of what a run costs.
        PrometheusBuilder::new()
            .install_recorder()
            .context("the metrics can't be recorded")?;
        Ok(Self {
            settings: own,
            sample_size,
            course,
            reference,
            leptos: leptos_options()?,
        })
    }

    /// The sandbox's settings for a pool of this name.
    pub(crate) fn sandbox(&self, name: &str) -> SandboxSettings {
        let mut sandbox = self.settings.sandbox.clone();
        sandbox.owner = format!("{}-{name}", sandbox.owner);
        sandbox
    }

    /// How many of the bench's containers are left. Removals under way get a moment to end.
    pub(crate) async fn containers_left(&self) -> anyhow::Result<f64> {
        let owner = &self.settings.sandbox.owner;
        let mut left = 0;
        for _ in 0..10 {
            left = self.reference.count(owner).await?;
            if left == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Ok(f64::from(u32::try_from(left).unwrap_or(u32::MAX)))
    }
}

/// Formats the server's log and discards it: the log is a part of what a run costs.
fn log_as_a_server_does(settings: &ServerSettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log)
        .with_context(|| format!("CODEALONG_LOG is {:?}, which isn't a filter", settings.log))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::sink)
        .init();
    Ok(())
}
