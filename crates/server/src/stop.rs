//! The two moments of a stop.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// A stop that is announced first, and then begins.
///
/// In between everything is served as before, but `/readyz` says 503: a load balancer has time to send
/// requests elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    announced: CancellationToken,
    begun: CancellationToken,
}

impl Stop {
    /// Announces it, and begins it after `drain`, or as soon as `skip_drain` is ready.
    pub async fn begin_after(&self, drain: Duration, skip_drain: impl Future<Output = ()>) {
        self.announced.cancel();
        tokio::select! {
            () = tokio::time::sleep(drain) => {}
            () = skip_drain => {}
        }
        self.begun.cancel();
    }

    /// Begins it at once.
    pub fn begin(&self) {
        self.announced.cancel();
        self.begun.cancel();
    }

    /// Whether it is announced, or has begun.
    pub fn is_announced(&self) -> bool {
        self.announced.is_cancelled()
    }

    /// Cancelled when it begins.
    pub fn begun(&self) -> &CancellationToken {
        &self.begun
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::time::Instant;

    use super::*;

    const DRAIN: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn it_begins_when_its_announcement_has_been_heard() {
        let (stop, announced) = (Stop::default(), Instant::now());
        assert!(!stop.is_announced());
        let begin = stop.begin_after(DRAIN, pending());
        let watch = async {
            tokio::time::sleep(DRAIN / 2).await;
            assert!(stop.is_announced() && !stop.begun().is_cancelled());
            stop.begun().cancelled().await;
            assert_eq!(announced.elapsed(), DRAIN);
        };
        tokio::join!(begin, watch);
    }

    #[tokio::test(start_paused = true)]
    async fn it_begins_at_once_where_the_wait_is_skipped() {
        let (stop, announced) = (Stop::default(), Instant::now());
        stop.begin_after(DRAIN, ready(())).await;
        assert!(stop.begun().is_cancelled());
        assert_eq!(announced.elapsed(), Duration::ZERO);
    }
}
