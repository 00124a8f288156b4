//! One session, from the request until its lane is recycled.

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::{RunError, SessionEnd, SessionEvent};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::{info, warn};

use super::recycling::recycle;
use super::seats::{SeatId, Taken};
use super::state::Shared;
use crate::lane::{Lane, SessionFault};
use crate::session::{SessionChannel, SessionJob};
use crate::{ClientId, SandboxError};

/// How long the last event may wait for its reader.
const LAST_EVENT_MAX: Duration = Duration::from_secs(5);

/// Told when somebody else gets the seat.
pub(super) type Occupant = oneshot::Sender<SessionEnd>;

/// A seat of a session, given back when it is dropped.
struct OwnSeat {
    shared: Arc<Shared>,
    id: SeatId,
    client: ClientId,
}

impl Drop for OwnSeat {
    fn drop(&mut self) {
        self.shared.state().seats.leave(self.id);
        self.shared.dispatch();
    }
}

/// Serves one session. Its end goes to the channel, unless nobody reads any more.
pub(super) async fn serve(
    shared: Arc<Shared>,
    job: SessionJob,
    client: ClientId,
    mut channel: SessionChannel,
) {
    let begin = Instant::now();
    let result = Box::pin(serve_to_the_end(&shared, &job, client, &mut channel)).await;
    let name = result.as_ref().map_or_else(SessionFault::name, name_of);
    metrics::counter!("codealong_sessions_total", "end" => name).increment(1);
    if name != "refused" {
        metrics::histogram!("codealong_session_seconds").record(begin.elapsed().as_secs_f64());
    }
    let end = match result {
        Ok(end) => end,
        Err(SessionFault::Left) => return,
        Err(SessionFault::Lost(detail)) => {
            warn!(detail, "A session broke off: {detail}");
            SessionEnd::Broken
        }
    };
    let last = channel.events.send(SessionEvent::Ended { end });
    let _nobody_reads = timeout(LAST_EVENT_MAX, last).await;
}

async fn serve_to_the_end(
    shared: &Arc<Shared>,
    job: &SessionJob,
    client: ClientId,
    channel: &mut SessionChannel,
) -> Result<SessionEnd, SessionFault> {
    let (occupant, mut displaced) = oneshot::channel();
    let seat = match shared.take_seat(client, occupant) {
        Ok(seat) => seat,
        Err(end) => return Ok(end),
    };
    if channel.events.send(SessionEvent::Waiting).await.is_err() {
        return Err(SessionFault::Left);
    }
    let mut coming = shared.lane_for_session();
    let lane = tokio::select! {
        biased;
        () = channel.events.closed() => Err(Err(SessionFault::Left)),
        () = shared.stopping.cancelled() => Err(Ok(SessionEnd::Stopping)),
        end = &mut displaced => Err(Ok(end.unwrap_or(SessionEnd::Displaced))),
        lane = wait_for_lane(shared, &mut coming) => {
            lane.map_err(|refusal| Ok(refused(&refusal)))
        }
    };
    let lane = match lane {
        Ok(lane) => lane,
        Err(result) => {
            // It may have come at this very moment.
            coming.close();
            if let Ok(lane) = coming.try_recv() {
                shared.deposit(lane);
            }
            return result;
        }
    };
    let over = async {
        tokio::select! {
            () = shared.stopping.cancelled() => SessionEnd::Stopping,
            end = displaced => end.unwrap_or(SessionEnd::Displaced),
        }
    };
    let on_command = || shared.state().seats.touch(seat.id, Instant::now());
    let began = Instant::now();
    let (result, cpu, finished) = lane.serve_session(job, channel, on_command, over).await;
    // One that did not say what it used may have used all that it could.
    let used = cpu.unwrap_or_else(|| job.processor_max.min(began.elapsed() / 2));
    shared.charge_session(&seat.client, used);
    // The end is told before the container is removed.
    let recycling = Arc::clone(shared);
    shared
        .runs
        .spawn(async move { recycle(&recycling, finished, seat).await });
    result
}

async fn wait_for_lane(
    shared: &Arc<Shared>,
    coming: &mut oneshot::Receiver<Lane>,
) -> Result<Lane, SandboxError> {
    match timeout(shared.settings.wait_max, coming).await {
        Ok(Ok(lane)) => Ok(lane),
        Ok(Err(_)) => Err(shared.refusal().unwrap_or(SandboxError::Busy {
            retry_after: shared.retry_after(),
        })),
        Err(_) => Err(shared.too_late(shared.retry_after())),
    }
}

impl Shared {
    /// A seat for a session, of which somebody else may be told that theirs is lost.
    fn take_seat(
        self: &Arc<Self>,
        client: ClientId,
        occupant: Occupant,
    ) -> Result<OwnSeat, SessionEnd> {
        if let Some(refusal) = self.refusal() {
            return Err(refused(&refusal));
        }
        if self.settings.sessions_max == 0 {
            return Err(SessionEnd::Off);
        }
        let now = Instant::now();
        let mut state = self.state();
        if let Err(wait) = state.session_budget.open(&client, now) {
            drop(state);
            info!(
                "A session was refused: its client, or address, has used too much of the processor"
            );
            return Err(SessionEnd::Rationed {
                retry_after_s: seconds(wait),
            });
        }
        let taken = state.seats.take(client.clone(), occupant, now);
        drop(state);
        let Some(Taken { id, displaced }) = taken else {
            info!("A session was refused: all are taken");
            return Err(SessionEnd::NoPlace {
                retry_after_s: seconds(BUSY_FOR),
            });
        };
        if let Some((occupant, reason)) = displaced {
            // Sending fails where that session is at its end already.
            let _gone = occupant.send(reason);
        }
        Ok(OwnSeat {
            shared: Arc::clone(self),
            id,
            client,
        })
    }

    fn charge_session(&self, client: &ClientId, used: Duration) {
        let mut state = self.state();
        state.session_budget.charge(client, used, Instant::now());
    }

    /// Waits for a lane that no run wants. A pool that does not serve closes the channel at once.
    fn lane_for_session(self: &Arc<Self>) -> oneshot::Receiver<Lane> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        if state.serves() {
            state.session_waiters.push_back(sender);
        }
        drop(state);
        self.dispatch();
        receiver
    }
}

/// When it is worth trying again where all sessions are taken: the time after which one may be lost to
/// somebody else.
const BUSY_FOR: Duration = Duration::from_secs(30);

/// The end of a session that there is not.
fn refused(error: &SandboxError) -> SessionEnd {
    match error.run_error() {
        RunError::Busy { retry_after_s } => SessionEnd::NoPlace { retry_after_s },
        error => SessionEnd::Failed { error },
    }
}

/// Whole seconds, rounded up, and at least one.
fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis().div_ceil(1000).max(1)).unwrap_or(u32::MAX)
}

/// For the owner's graphs.
fn name_of(end: &SessionEnd) -> &'static str {
    match end {
        SessionEnd::Idle { .. } => "idle",
        SessionEnd::TooLong { .. } => "too-long",
        SessionEnd::Processor { .. } => "processor",
        SessionEnd::Replaced => "replaced",
        SessionEnd::Displaced => "displaced",
        SessionEnd::Spent => "spent",
        SessionEnd::Stopping => "stopping",
        SessionEnd::Broken => "broken",
        SessionEnd::NoPlace { .. }
        | SessionEnd::Rationed { .. }
        | SessionEnd::Off
        | SessionEnd::Failed { .. } => "refused",
    }
}
