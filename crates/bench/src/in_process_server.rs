//! The whole server in this process: a pool, and a router that takes requests directly.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use app::state::{AppState, Reload};
use axum::Router;
use futures::StreamExt;
use protocol::{Report, RunError, RunEvent, Verdict};
use sandbox::{Pool, PoolState, SandboxSettings, StopOutcome};
use tower::ServiceExt;

use crate::context::BenchContext;
use crate::workload::Workload;
use server::{HttpSettings, Stop, router};

/// How long a pool may take to fill up and come to rest.
const REST_MAX: Duration = Duration::from_secs(120);
/// The engine's work after a container is ready or gone, which no other run's time should include.
const SETTLING: Duration = Duration::from_millis(40);

/// The whole server in this process.
#[derive(Debug, Clone)]
pub(crate) struct InProcessServer {
    pub(crate) pool: Pool,
    warm: u32,
    router: Router,
}

/// A request for a run, answered.
#[derive(Debug)]
pub(crate) struct Run {
    /// From the request received to the first event sent.
    pub(crate) first: Duration,
    /// From the request received to the report sent.
    pub(crate) last: Duration,
    pub(crate) answer: Answer,
}

/// The answer to a request for a run.
#[derive(Debug)]
pub(crate) enum Answer {
    Report(Box<Report>),
    /// Refused by the HTTP status.
    Refused(RunError),
    /// Ended without a verdict, after a stream of events.
    Interrupted(RunError),
}

impl InProcessServer {
    /// Starts a server with these settings and waits until it serves.
    pub(crate) async fn open(
        context: &BenchContext,
        settings: SandboxSettings,
    ) -> anyhow::Result<Self> {
        let warm = settings.warm;
        let pool = Pool::start(settings)?;
        pool.ready().await.context("the sandbox can't be used")?;
        let courses = context.settings.curriculum.clone();
        let state = AppState::load(courses, Reload::Never, pool.clone())
            .context("the courses have problems")?;
        Ok(Self {
            router: router(
                state,
                context.leptos.clone(),
                &HttpSettings::default(),
                Stop::default(),
            )?,
            pool,
            warm,
        })
    }

    /// Sends a request into the router and reads the answer to its end. `begin` is when the
    /// request was received.
    pub(crate) async fn run(
        &self,
        workload: &Workload,
        client: &str,
        begin: Instant,
    ) -> anyhow::Result<Run> {
        let request = workload.request(client)?;
        let router = self.router.clone();
        // On a worker, as in a server; this thread only waits.
        let served = tokio::spawn(async move {
            let response = router.oneshot(request).await?;
            let is_refused = !response.status().is_success();
            let mut body = response.into_body().into_data_stream();
            let mut first = None;
            let mut bytes = Vec::new();
            while let Some(chunk) = body.next().await {
                first.get_or_insert_with(|| begin.elapsed());
                bytes.extend_from_slice(&chunk?);
            }
            let last = begin.elapsed();
            anyhow::Ok((first.unwrap_or(last), last, is_refused, bytes))
        });
        let (first, last, is_refused, bytes) = served.await??;
        let answer = if is_refused {
            Answer::Refused(serde_json::from_slice(&bytes)?)
        } else {
            let mut answer = None;
            let lines = bytes.rsplit(|byte| *byte == b'\n');
            for line in lines.filter(|line| !line.is_empty()) {
                match serde_json::from_slice(line)? {
                    RunEvent::LineFound { .. } => continue,
                    RunEvent::Finished { report } => answer = Some(Answer::Report(report)),
                    RunEvent::Interrupted { error } => answer = Some(Answer::Interrupted(error)),
                    other => bail!("a run's last event is {other:?}"),
                }
                break;
            }
            answer.context("a run has no events")?
        };
        Ok(Run {
            first,
            last,
            answer,
        })
    }

    /// The same for a run that must pass.
    pub(crate) async fn passed(&self, workload: &Workload) -> anyhow::Result<Run> {
        let run = self.run(workload, "bench", Instant::now()).await?;
        match &run.answer {
            Answer::Report(report) if report.verdict == Verdict::Passed => Ok(run),
            Answer::Report(report) => {
                let broken = report.first_broken().map(|test| &test.message);
                bail!("a run that should pass did not: {broken:?}")
            }
            Answer::Refused(error) | Answer::Interrupted(error) => {
                bail!("a run that should pass had no verdict: {error}")
            }
        }
    }

    /// Waits until the pool is full and idle.
    pub(crate) async fn rest(&self) -> anyhow::Result<()> {
        let begin = Instant::now();
        loop {
            let status = self.pool.status();
            let busy = status.creating + status.running + status.queued;
            // A pool with no warm lanes keeps the one of the self-test until it is used.
            let is_full =
                status.ready >= self.warm && status.lanes == status.ready + status.sessions;
            if status.state == PoolState::Serving && busy == 0 && is_full {
                break;
            }
            if begin.elapsed() > REST_MAX {
                bail!("the pool does not come to rest: {status:?}");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(SETTLING).await;
        Ok(())
    }

    /// Stops the pool and removes every container.
    pub(crate) async fn close(self) {
        if let StopOutcome::PerhapsSome { reason } = self.pool.stop().await {
            tracing::warn!(reason, "a container may be left: {reason}");
        }
    }
}
