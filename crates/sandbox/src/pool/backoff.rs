//! How long to wait before trying again: twice as long each time, with random variation.

use std::time::Duration;

/// Waits that double up to a limit, each shortened by a random part, so that servers that lost the
/// same engine do not return to it in step.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    max: Duration,
    next: Duration,
}

impl Backoff {
    pub(super) fn new(first: Duration, max: Duration) -> Self {
        Self {
            first,
            max,
            next: first,
        }
    }

    /// The next wait.
    pub(super) fn wait(&mut self) -> Duration {
        let full = self.next;
        self.next = (full * 2).min(self.max);
        full.mul_f64(rand::random_range(0.5..=1.0))
    }

    /// Starts over, after a success.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_limit_and_start_over() {
        let (first, max) = (Duration::from_millis(100), Duration::from_secs(1));
        let mut backoff = Backoff::new(first, max);
        for expected_ms in [100, 200, 400, 800, 1000, 1000] {
            let full = Duration::from_millis(expected_ms);
            let wait = backoff.wait();
            assert!(wait >= full / 2 && wait <= full, "{wait:?} of {full:?}");
        }
        backoff.reset();
        assert!(backoff.wait() <= first);
    }
}
