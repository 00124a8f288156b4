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
    let end = match Box::pin(serve_to_the_end(&shared, &job, client, &mut channel)).await {
        Ok(end) => end,
        Err(SessionFault::Left) => {
            metrics::counter!("codealong_sessions_total", "end" => "left").increment(1);
            return;
        }
        Err(SessionFault::Lost(detail)) => {
            warn!(detail, "A session broke off: {detail}");
            SessionEnd::Failed {
                error: RunError::Broken,
            }
        }
    };
    metrics::counter!("codealong_sessions_total", "end" => name_of(&end)).increment(1);
    metrics::histogram!("codealong_session_seconds").record(begin.elapsed().as_secs_f64());
    let last = channel.events.send(SessionEvent::Ended { end });
    let _nobody_reads = timeout(LAST_EVENT_MAX, last).await;
}

async fn serve_to_the_end(
    shared: &Arc<Shared>,
    job: &SessionJob,
    client: ClientId,
    channel: &mut SessionChannel,
) -> Result<SessionEnd, SessionFault> {
    let refused = |error: &SandboxError| SessionEnd::Failed {
        error: error.run_error(),
    };
    let (occupant, mut displaced) = oneshot::channel();
    let seat = match shared.take_seat(client, occupant) {
        Ok(seat) => seat,
        Err(refusal) => return Ok(refused(&refusal)),
    };
    if channel.events.send(SessionEvent::Waiting).await.is_err() {
        return Err(SessionFault::Left);
    }
    let lane = tokio::select! {
        biased;
        () = channel.events.closed() => return Err(SessionFault::Left),
        () = shared.stopping.cancelled() => return Ok(SessionEnd::Stopping),
        end = &mut displaced => return Ok(end.unwrap_or(SessionEnd::Displaced)),
        lane = wait_for_lane(shared) => lane,
    };
    let lane = match lane {
        Ok(lane) => lane,
        Err(refusal) => return Ok(refused(&refusal)),
    };
    let over = async {
        tokio::select! {
            () = shared.stopping.cancelled() => SessionEnd::Stopping,
            end = displaced => end.unwrap_or(SessionEnd::Displaced),
        }
    };
    let on_command = || shared.state().seats.touch(seat.id, Instant::now());
    let (result, finished) = lane.serve_session(job, channel, on_command, over).await;
    // The end is told before the container is removed.
    let recycling = Arc::clone(shared);
    shared
        .runs
        .spawn(async move { recycle(&recycling, finished, seat).await });
    result
}

async fn wait_for_lane(shared: &Arc<Shared>) -> Result<Lane, SandboxError> {
    match timeout(shared.settings.wait_max, shared.lane_for_session()).await {
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
    ) -> Result<OwnSeat, SandboxError> {
        if let Some(refusal) = self.refusal() {
            return Err(refusal);
        }
        let taken = self.state().seats.take(client, occupant, Instant::now());
        let Some(Taken { id, displaced }) = taken else {
            info!("A session was refused: all are taken");
            metrics::counter!("codealong_sessions_refused_total").increment(1);
            return Err(SandboxError::Busy {
                retry_after: BUSY_FOR,
            });
        };
        if let Some((occupant, reason)) = displaced {
            // Sending fails where that session is at its end already.
            let _gone = occupant.send(reason);
        }
        Ok(OwnSeat {
            shared: Arc::clone(self),
            id,
        })
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

fn name_of(end: &SessionEnd) -> &'static str {
    match end {
        SessionEnd::Idle { .. } => "idle",
        SessionEnd::TooLong { .. } => "too-long",
        SessionEnd::Processor { .. } => "processor",
        SessionEnd::Replaced => "replaced",
        SessionEnd::Displaced => "displaced",
        SessionEnd::Spent => "spent",
        SessionEnd::Stopping => "stopping",
        SessionEnd::Failed { .. } => "failed",
    }
}
