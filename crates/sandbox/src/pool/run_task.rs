//! One run, from the request until it is answered and its lane is recycled.

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::Outcome;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

use super::admission::TicketId;
use super::lease::{Lease, Waiter};
use super::recycling::recycle;
use super::state::Shared;
use crate::event_channel::EventSender;
use crate::frame::FoundLine;
use crate::lane::{FinishedLane, Lane, RunFault};
use crate::{ClientId, Job, JobEvent, JobReport, SandboxError};

/// Serves one run. Its end, whatever it is, goes to `events`, unless nobody reads any more.
pub(super) async fn serve(shared: Arc<Shared>, job: Job, client: ClientId, events: EventSender) {
    let asked = Instant::now();
    let events = Arc::new(events);
    let Some(admitted) = wait_for_lease(&shared, client, &events).await else {
        return;
    };
    let Lease { lane, permit } = match admitted {
        Ok(lease) => lease,
        Err(refusal) => {
            note_refusal(&refusal);
            events.fail(refusal);
            return;
        }
    };
    let (result, mut finished) = run(&shared, lane, &job, asked, &events).await;
    match result {
        Ok(report) => {
            measure(&report);
            shared.note_run(Duration::from_micros(u64::from(report.duration_us)));
            events.send(JobEvent::Finished(Box::new(report)));
            if let Some(finished) = &mut finished {
                for FoundLine { id, line } in finished.found_lines().await {
                    events.send(JobEvent::LineFound { id, line });
                }
            }
        }
        Err(fault) => answer_fault(&shared, fault, &events),
    }
    // The answer is out before the container is removed, and the next run need not wait for that.
    drop(events);
    if let Some(finished) = finished {
        recycle(&shared, finished, permit).await;
    }
}

/// Waits for a lane and the right to run in it. None where nobody waits for the answer.
async fn wait_for_lease(
    shared: &Arc<Shared>,
    client: ClientId,
    events: &Arc<EventSender>,
) -> Option<Result<Lease, SandboxError>> {
    let (lease, leased) = oneshot::channel();
    let waiter = Waiter {
        lease,
        events: Arc::clone(events),
        sent_position: None,
    };
    let ticket = match shared.enter(client, waiter) {
        Ok(ticket) => ticket,
        Err(refusal) => return Some(Err(refusal)),
    };
    let begin = Instant::now();
    let ended = wait_in_queue(shared, events, ticket, leased).await;
    // Also for runs that waited in vain: they waited the longest.
    metrics::histogram!("codealong_queue_wait_seconds").record(begin.elapsed().as_secs_f64());
    ended
}

async fn wait_in_queue(
    shared: &Arc<Shared>,
    events: &EventSender,
    ticket: TicketId,
    mut leased: oneshot::Receiver<Result<Lease, SandboxError>>,
) -> Option<Result<Lease, SandboxError>> {
    let gone = || {
        Some(Err(SandboxError::Unavailable {
            reason: "the pool is gone".to_owned(),
            retry_after: Duration::from_secs(5),
        }))
    };
    tokio::select! {
        biased;
        result = &mut leased => return result.ok().or_else(gone),
        () = events.closed() => {}
        () = sleep(shared.settings.wait_max) => {}
    }
    let retry_after = shared.retry_after();
    shared.leave(ticket);
    // A lease may have come at this very moment.
    leased.close();
    match leased.try_recv() {
        Ok(Ok(Lease { lane, permit })) if events.is_closed() => {
            shared.deposit(lane);
            drop(permit);
            None
        }
        Ok(result) => Some(result),
        Err(_) if events.is_closed() => None,
        Err(_) => Some(Err(shared.too_late(retry_after))),
    }
}

/// Runs the job, in a second lane where the first one died before the learner's code began.
async fn run(
    shared: &Arc<Shared>,
    lane: Lane,
    job: &Job,
    asked: Instant,
    events: &EventSender,
) -> (Result<JobReport, RunFault>, Option<FinishedLane>) {
    let (result, finished) = run_once(shared, lane, job, asked, events).await;
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
        () = events.closed() => return (Err(RunFault::Cancelled), None),
        () = shared.halted.cancelled() => return (Err(RunFault::Cancelled), None),
    };
    match another {
        Ok(Ok(lane)) => {
            let (result, finished) = run_once(shared, lane, job, asked, events).await;
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
    events: &EventSender,
) -> (Result<JobReport, RunFault>, FinishedLane) {
    let cancelled = async {
        tokio::select! {
            () = events.closed() => {}
            () = shared.halted.cancelled() => {}
        }
    };
    lane.run(job, asked.elapsed(), events, cancelled).await
}

fn answer_fault(shared: &Shared, fault: RunFault, events: &EventSender) {
    let error = match fault {
        // The pool may know a better reason.
        RunFault::NotStarted(detail) => shared.refusal().unwrap_or(SandboxError::Died { detail }),
        RunFault::Lost(detail) => shared.refusal().unwrap_or(SandboxError::Lost { detail }),
        RunFault::JudgeBroke(detail) => SandboxError::JudgeBroke { detail },
        RunFault::JobTooLong(detail) => SandboxError::JobTooLong { detail },
        RunFault::Cancelled => match shared.refusal() {
            Some(refusal) if !events.is_closed() => refusal,
            _ => return,
        },
    };
    metrics::counter!("codealong_runs_broken_total").increment(1);
    let reason = error.to_string();
    match error {
        // What keeps the pool from serving was logged when it began to.
        SandboxError::Unavailable { .. } => info!(reason, "A run broke off: {reason}"),
        _ => error!(reason, "A run broke off: {reason}"),
    }
    events.fail(error);
}

/// Counts and logs a refusal, which is nobody's failure: why the pool does not serve was logged
/// when that began.
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
            Outcome::Interfered { interference } => {
                metrics::counter!("codealong_interfered_total").increment(1);
                warn!(test = %result.id, "A program reached for its judge: {interference}");
            }
            _ => {}
        }
    }
}
