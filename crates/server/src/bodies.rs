//! The bodies of requests that are on their way: few at a time, and no slow one keeps a quick one out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// 64 KiB of program, each byte of which may be six in JSON (`\u0001`), and room for the rest.
pub(crate) const BODY_BYTES_MAX: usize = 512 * 1024;

/// How many may be on their way at a time; each is held until it is whole.
const BODIES_MAX: usize = 64;

/// How long one may take: 512 KiB at 210 kbit/s.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// One that takes longer gives way where there is no room for another.
const GIVES_WAY_AFTER: Duration = Duration::from_secs(1);

/// The bodies that are on their way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bodies(Arc<Mutex<OnTheirWay>>);

#[derive(Debug, Default)]
struct OnTheirWay {
    next: u64,
    /// By the order in which they came.
    begun: BTreeMap<u64, (Instant, CancellationToken)>,
}

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoBody {
    /// All places are taken by bodies that came just now.
    NoRoom,
    /// It has too many bytes, or broke off on the way, which nobody is left to be told.
    TooLong,
    /// It did not come in time.
    TooSlow,
}

/// A place among them, until it is dropped.
struct Place<'bodies> {
    bodies: &'bodies Bodies,
    number: u64,
    gives_way: CancellationToken,
}

impl Bodies {
    /// Reads a body to its end.
    pub(crate) async fn read(&self, body: Body) -> Result<Bytes, NoBody> {
        let place = self.take_place().ok_or(NoBody::NoRoom)?;
        tokio::select! {
            read = to_bytes(body, BODY_BYTES_MAX) => read.map_err(|_| NoBody::TooLong),
            () = place.gives_way.cancelled() => Err(NoBody::TooSlow),
            () = tokio::time::sleep(BODY_TIMEOUT) => Err(NoBody::TooSlow),
        }
    }

    fn take_place(&self) -> Option<Place<'_>> {
        let mut bodies = self.lock();
        if bodies.begun.len() >= BODIES_MAX {
            let oldest = bodies.begun.first_entry()?;
            if oldest.get().0.elapsed() < GIVES_WAY_AFTER {
                return None;
            }
            oldest.remove().1.cancel();
        }
        let number = bodies.next;
        bodies.next += 1;
        let gives_way = CancellationToken::new();
        let begun = (Instant::now(), gives_way.clone());
        bodies.begun.insert(number, begun);
        drop(bodies);
        Some(Place {
            bodies: self,
            number,
            gives_way,
        })
    }

    fn lock(&self) -> MutexGuard<'_, OnTheirWay> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.bodies.lock().begun.remove(&self.number);
    }
}
