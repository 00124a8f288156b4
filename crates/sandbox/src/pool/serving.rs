//! One run, from asked for until it is answered and its lane is recycled.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lesson::Outcome;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

use super::admission::TicketId;
use super::grant::{Grant, Permit, Waiter};
use super::state::Shared;
use crate::feed::FeedWriter;
use crate::lane::{FinishedLane, Lane, RunFault};
use crate::{ClientId, Job, JobEvent, JobReport, SandboxError};

/// How long a finished lane waits for its recycling while others run: a removal takes the processor
/// time of several runs.
const RECYCLING_PUT_OFF_MAX: Duration = Duration::from_secs(1);

/// Serves one run. Its end, whatever it is, is told to `feed`, unless nobody listens any more.
pub(super) async fn serve(shared: Arc<Shared>, job: Job, client: ClientId, feed: FeedWriter) {
    let asked = Instant::now();
    let feed = Arc::new(feed);
    let Some(admitted) = wait_for_grant(&shared, client, &feed).await else {
        return;
    };
    let Grant { lane, permit } = match admitted {
        Ok(grant) => grant,
        Err(refusal) => {
            note_refusal(&refusal);
            feed.fail(refusal);
            return;
        }
    };
    let (result, finished) = run(&shared, lane, &job, asked, &feed).await;
    match result {
        Ok(report) => {
            measure(&report);
            shared.note_run(Duration::from_micros(u64::from(report.duration_us)));
            feed.send(JobEvent::Finished(Box::new(report)));
        }
        Err(fault) => answer_fault(&shared, fault, &feed),
    }
    // The answer is out before the container is killed, and the next run need not wait for that.
    drop(feed);
    if let Some(finished) = finished {
        recycle(&shared, finished, permit).await;
    }
}

/// Makes a finished lane's judge free for the next learner's container.
async fn recycle(shared: &Arc<Shared>, finished: FinishedLane, permit: Permit) {
    shared.note_finished();
    drop(permit);
    let turn = if finished.is_at_rest() {
        shared.lull(RECYCLING_PUT_OFF_MAX).await
    } else {
        None
    };
    let recycling = finished.recycle();
    // The next removal may begin meanwhile: how many the engine works on is looked at there.
    drop(turn);
    let judge = recycling.await;
    shared.note_recycled(judge);
}

/// Waits for a lane and the right to run in it. None where nobody waits for the answer.
async fn wait_for_grant(
    shared: &Arc<Shared>,
    client: ClientId,
    feed: &Arc<FeedWriter>,
) -> Option<Result<Grant, SandboxError>> {
    let (grant, granted) = oneshot::channel();
    let waiter = Waiter {
        grant,
        feed: Arc::clone(feed),
        told: None,
    };
    let ticket = match shared.enter(client, waiter) {
        Ok(ticket) => ticket,
        Err(refusal) => return Some(Err(refusal)),
    };
    let begin = Instant::now();
    let ended = wait_in_queue(shared, feed, ticket, granted).await;
    // Of all who waited: those who did so in vain waited the longest.
    metrics::histogram!("codealong_queue_wait_seconds").record(begin.elapsed().as_secs_f64());
    ended
}

async fn wait_in_queue(
    shared: &Arc<Shared>,
    feed: &FeedWriter,
    ticket: TicketId,
    mut granted: oneshot::Receiver<Result<Grant, SandboxError>>,
) -> Option<Result<Grant, SandboxError>> {
    let gone = || {
        Some(Err(SandboxError::Unavailable {
            reason: "the pool is gone".to_owned(),
            retry_after: Duration::from_secs(5),
        }))
    };
    tokio::select! {
        biased;
        result = &mut granted => return result.ok().or_else(gone),
        () = feed.closed() => {}
        () = sleep(shared.settings.wait_max) => {}
    }
    let retry_after = shared.retry_after();
    shared.leave(ticket);
    // A grant may have come in this very moment.
    granted.close();
    match granted.try_recv() {
        Ok(Ok(Grant { lane, permit })) if feed.is_closed() => {
            shared.deposit(lane);
            drop(permit);
            None
        }
        Ok(result) => Some(result),
        Err(_) if feed.is_closed() => None,
        Err(_) => Some(Err(shared.too_late(retry_after))),
    }
}

/// Runs the job, in a second lane where the first one died before the learner's code began.
async fn run(
    shared: &Arc<Shared>,
    lane: Lane,
    job: &Job,
    asked: Instant,
    feed: &FeedWriter,
) -> (Result<JobReport, RunFault>, Option<FinishedLane>) {
    let (result, finished) = run_once(shared, lane, job, asked, feed).await;
    let Err(RunFault::NotStarted(reason)) = result else {
        return (result, Some(finished));
    };
    warn!(
        reason,
        "A lane failed before its run began; another takes over: {reason}"
    );
    metrics::counter!("codealong_retries_total").increment(1);
    drop(finished);
    let another = tokio::select! {
        another = timeout(shared.settings.wait_max, shared.retry()) => another,
        () = feed.closed() => return (Err(RunFault::Cancelled), None),
        () = shared.halted.cancelled() => return (Err(RunFault::Cancelled), None),
    };
    match another {
        Ok(Ok(lane)) => {
            let (result, finished) = run_once(shared, lane, job, asked, feed).await;
            (result, Some(finished))
        }
        _ => (Err(RunFault::NotStarted(reason)), None),
    }
}

async fn run_once(
    shared: &Arc<Shared>,
    lane: Lane,
    job: &Job,
    asked: Instant,
    feed: &FeedWriter,
) -> (Result<JobReport, RunFault>, FinishedLane) {
    let cancelled = async {
        tokio::select! {
            () = feed.closed() => {}
            () = shared.halted.cancelled() => {}
        }
    };
    lane.run(job, asked.elapsed(), feed, cancelled).await
}

fn answer_fault(shared: &Shared, fault: RunFault, feed: &FeedWriter) {
    let error = match fault {
        // Where the pool knows better why, it says so.
        RunFault::NotStarted(detail) => shared.refusal().unwrap_or(SandboxError::Died { detail }),
        RunFault::Lost(detail) => shared.refusal().unwrap_or(SandboxError::Lost { detail }),
        RunFault::JudgeBroke(detail) => SandboxError::JudgeBroke { detail },
        RunFault::Unspeakable(detail) => SandboxError::JobTooLong { detail },
        RunFault::Cancelled => match shared.refusal() {
            Some(refusal) if !feed.is_closed() => refusal,
            _ => return,
        },
    };
    metrics::counter!("codealong_runs_broken_total").increment(1);
    let reason = error.to_string();
    match error {
        // What keeps the pool from serving was told when it began to.
        SandboxError::Unavailable { .. } => info!(reason, "A run broke off: {reason}"),
        _ => error!(reason, "A run broke off: {reason}"),
    }
    feed.fail(error);
}

/// Counts and logs a refusal, which is nobody's failure: where the pool does not serve, why not was
/// told when it began to.
fn note_refusal(refusal: &SandboxError) {
    let kind = match refusal {
        SandboxError::Busy { .. } => "busy",
        SandboxError::Replaced => "replaced",
        _ => "unavailable",
    };
    metrics::counter!("codealong_runs_refused_total", "reason" => kind).increment(1);
    let reason = refusal.to_string();
    info!(reason, "A run was refused: {reason}");
}

/// What the owner's graphs show of a run.
fn measure(report: &JobReport) {
    let seconds = |us: u64| Duration::from_micros(us).as_secs_f64();
    metrics::histogram!("codealong_run_seconds").record(seconds(report.duration_us.into()));
    if let Some(us) = report.cpu_us {
        metrics::histogram!("codealong_run_cpu_seconds").record(seconds(us));
    }
    if let Some(us) = report.throttled_us {
        metrics::histogram!("codealong_run_throttled_seconds").record(seconds(us));
    }
    let verdict = if report.is_passed() {
        "passed"
    } else {
        "failed"
    };
    metrics::counter!("codealong_runs_total", "verdict" => verdict).increment(1);
    for result in &report.results {
        match &result.outcome {
            Outcome::OutOfMemory { .. } => {
                metrics::counter!("codealong_out_of_memory_total").increment(1);
            }
            Outcome::TimedOut { .. } => {
                metrics::counter!("codealong_timed_out_total").increment(1);
            }
            Outcome::Interfered { detail } => {
                metrics::counter!("codealong_interfered_total").increment(1);
                warn!(detail, test = %result.id, "A program reached for its judge: {detail}");
            }
            _ => {}
        }
    }
}
