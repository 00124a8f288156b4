//! The bodies of requests that are on their way: few at a time, and no slow one keeps a quick one out.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use sandbox::network_of;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// 64 KiB of program, each byte of which may be six in JSON (`\u0001`), and room for the rest.
pub(crate) const BODY_BYTES_MAX: usize = 512 * 1024;

/// How many may be on their way at a time; each is held until it is whole.
const BODIES_MAX: usize = 64;

/// How long one may take: 512 KiB at 210 kbit/s.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// Where there is no room, one that takes longer gives way to another of the same address.
const GIVES_WAY_AFTER: Duration = Duration::from_secs(1);

/// Once the server stops, nobody has longer than this to finish a request.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// The bodies that are on their way.
#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    on_their_way: Arc<Mutex<OnTheirWay>>,
    /// Cancelled when the server stops.
    stop: CancellationToken,
}

#[derive(Debug, Default)]
struct OnTheirWay {
    next: u64,
    /// By the order in which they came.
    begun: BTreeMap<u64, Begun>,
}

#[derive(Debug)]
struct Begun {
    /// None where the address is unknown.
    network: Option<IpAddr>,
    at: Instant,
    gives_way: CancellationToken,
}

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoBody {
    /// All permits are taken, and none by an address that has more of them.
    NoRoom,
    /// It has too many bytes, or broke off on the way, which nobody is left to be told.
    TooLong,
    /// It did not come in time.
    TooSlow,
}

/// One of those that may be on their way, until it is dropped.
struct BodyPermit<'bodies> {
    bodies: &'bodies Bodies,
    number: u64,
    gives_way: CancellationToken,
}

impl Bodies {
    pub(crate) fn new(stop: CancellationToken) -> Self {
        let on_their_way = Arc::default();
        Self { on_their_way, stop }
    }

    /// Reads a body of the client at this address to its end.
    pub(crate) async fn read(&self, body: Body, from: Option<IpAddr>) -> Result<Bytes, NoBody> {
        let permit = self
            .take_permit(from.map(network_of))
            .ok_or(NoBody::NoRoom)?;
        let stop = async {
            self.stop.cancelled().await;
            tokio::time::sleep(STOP_TIMEOUT).await;
        };
        tokio::select! {
            read = to_bytes(body, BODY_BYTES_MAX) => read.map_err(|_| NoBody::TooLong),
            () = permit.gives_way.cancelled() => Err(NoBody::TooSlow),
            () = tokio::time::sleep(BODY_TIMEOUT) => Err(NoBody::TooSlow),
            () = stop => Err(NoBody::TooSlow),
        }
    }

    fn take_permit(&self, network: Option<IpAddr>) -> Option<BodyPermit<'_>> {
        let mut bodies = self.lock();
        if bodies.begun.len() >= BODIES_MAX {
            let victim = bodies.victim(network)?;
            bodies.begun.remove(&victim)?.gives_way.cancel();
        }
        let number = bodies.next;
        bodies.next += 1;
        let gives_way = CancellationToken::new();
        let begun = Begun {
            network,
            at: Instant::now(),
            gives_way: gives_way.clone(),
        };
        bodies.begun.insert(number, begun);
        drop(bodies);
        Some(BodyPermit {
            bodies: self,
            number,
            gives_way,
        })
    }

    fn lock(&self) -> MutexGuard<'_, OnTheirWay> {
        self.on_their_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl OnTheirWay {
    /// Which body gives way to one of this network: the oldest of the networks that have most. Of its
    /// own, where it is one of these, only a slow one does.
    fn victim(&self, network: Option<IpAddr>) -> Option<u64> {
        let mut counts: HashMap<Option<IpAddr>, usize> = HashMap::new();
        for begun in self.begun.values() {
            *counts.entry(begun.network).or_default() += 1;
        }
        let max = counts.values().copied().max()?;
        let is_own = counts.get(&network) == Some(&max);
        let mut of_those = self.begun.iter().filter(|(_, begun)| {
            if is_own {
                begun.network == network && begun.at.elapsed() >= GIVES_WAY_AFTER
            } else {
                counts.get(&begun.network) == Some(&max)
            }
        });
        of_those.next().map(|(number, _)| *number)
    }
}

impl Drop for BodyPermit<'_> {
    fn drop(&mut self) {
        self.bodies.lock().begun.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(number: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, number]))
    }

    fn bodies() -> Bodies {
        Bodies::new(CancellationToken::new())
    }

    #[tokio::test(start_paused = true)]
    async fn the_address_with_most_bodies_gives_way_at_once_to_another() {
        let bodies = bodies();
        let crowd: Vec<_> = (0..64)
            .filter_map(|_| bodies.take_permit(network(1)))
            .collect();
        assert_eq!(crowd.len(), 64);
        assert!(bodies.take_permit(network(1)).is_none());
        let _other = bodies.take_permit(network(2)).unwrap();
        let given_way = crowd
            .iter()
            .filter(|permit| permit.gives_way.is_cancelled());
        assert_eq!(
            given_way.map(|permit| permit.number).collect::<Vec<_>>(),
            [0]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_gives_way_to_a_new_one_of_its_address() {
        let bodies = bodies();
        let slow: Vec<_> = (0..64)
            .filter_map(|_| bodies.take_permit(network(1)))
            .collect();
        tokio::time::sleep(GIVES_WAY_AFTER).await;
        for _ in 0..3 {
            // One permit is enough for those that come one after the other.
            drop(bodies.take_permit(network(1)).unwrap());
        }
        let given_way = slow.iter().filter(|permit| permit.gives_way.is_cancelled());
        assert_eq!(given_way.count(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn many_addresses_with_one_each_keep_nobody_out() {
        let bodies = bodies();
        let _crowd: Vec<_> = (0..64)
            .filter_map(|it| bodies.take_permit(network(it)))
            .collect();
        assert!(bodies.take_permit(network(200)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_ends_with_the_server() {
        let stop = CancellationToken::new();
        let bodies = Bodies::new(stop.clone());
        let never = futures::stream::pending::<Result<Bytes, std::io::Error>>();
        stop.cancel();
        let begun = Instant::now();
        let read = bodies.read(Body::from_stream(never), None).await;
        assert_eq!(
            (read, begun.elapsed()),
            (Err(NoBody::TooSlow), STOP_TIMEOUT)
        );
    }
}
