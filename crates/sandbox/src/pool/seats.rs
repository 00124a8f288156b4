//! Who has a session: a plain state machine without clocks or containers.
//!
//! Sessions take no turns: whoever has one may keep it for long. So a client has one at most, and where
//! all seats are taken, a newcomer gets that of whoever was idle longest; where nobody was idle, that of
//! the address with at least two more than the newcomer's own.

use std::time::{Duration, Instant};

use protocol::SessionEnd;

use crate::ClientId;

/// Who has been idle for so long gives up the seat for another.
const IDLE_MIN: Duration = Duration::from_secs(30);

/// The seats that are taken, each with an `Occupant` to notify.
#[derive(Debug)]
pub(super) struct Seats<Occupant> {
    taken: Vec<Seat<Occupant>>,
    max: usize,
    next: u64,
}

#[derive(Debug)]
struct Seat<Occupant> {
    id: SeatId,
    client: ClientId,
    last_used: Instant,
    occupant: Occupant,
}

/// Identifies a taken seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SeatId(u64);

/// A seat that was taken, and who lost one by it, with the reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken<Occupant> {
    pub(super) id: SeatId,
    pub(super) displaced: Option<(Occupant, SessionEnd)>,
}

impl<Occupant> Seats<Occupant> {
    pub(super) fn new(max: u32) -> Self {
        Self {
            taken: Vec::new(),
            max: max as usize,
            next: 0,
        }
    }

    /// Takes a seat; none where all are taken by people who are using them.
    pub(super) fn take(
        &mut self,
        client: ClientId,
        occupant: Occupant,
        now: Instant,
    ) -> Option<Taken<Occupant>> {
        let displaced = match self.taken.iter().position(|seat| seat.client == client) {
            Some(own) => Some((own, SessionEnd::Replaced)),
            None if self.taken.len() < self.max => None,
            None => Some((self.to_be_displaced(&client, now)?, SessionEnd::Displaced)),
        };
        let displaced = displaced.map(|(at, reason)| (self.taken.swap_remove(at).occupant, reason));
        self.next += 1;
        let id = SeatId(self.next);
        self.taken.push(Seat {
            id,
            client,
            last_used: now,
            occupant,
        });
        Some(Taken { id, displaced })
    }

    /// The seat is being used.
    pub(super) fn touch(&mut self, id: SeatId, now: Instant) {
        if let Some(seat) = self.taken.iter_mut().find(|seat| seat.id == id) {
            seat.last_used = now;
        }
    }

    /// Gives a seat back, unless it was lost.
    pub(super) fn leave(&mut self, id: SeatId) {
        self.taken.retain(|seat| seat.id != id);
    }

    /// How many are taken.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.taken.len()).unwrap_or(u32::MAX)
    }

    fn to_be_displaced(&self, newcomer: &ClientId, now: Instant) -> Option<usize> {
        let idle_longest = |candidates: &mut dyn Iterator<Item = usize>| {
            candidates.min_by_key(|at| self.taken[*at].last_used)
        };
        let longest = idle_longest(&mut (0..self.taken.len()))?;
        if now.saturating_duration_since(self.taken[longest].last_used) >= IDLE_MIN {
            return Some(longest);
        }
        let of_share = |client: &ClientId| {
            let same = |seat: &&Seat<Occupant>| seat.client.share() == client.share();
            self.taken.iter().filter(same).count()
        };
        let own = of_share(newcomer);
        let has_many = |at: &usize| of_share(&self.taken[*at].client) >= own + 2;
        idle_longest(&mut (0..self.taken.len()).filter(has_many))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(name: &str, address: &str) -> ClientId {
        ClientId::new(name).at(address.parse().unwrap())
    }

    fn take(
        seats: &mut Seats<&'static str>,
        name: &'static str,
        address: &str,
        now: Instant,
    ) -> Option<Taken<&'static str>> {
        seats.take(client(name, address), name, now)
    }

    #[test]
    fn a_client_has_one_seat() {
        let (mut seats, now) = (Seats::new(2), Instant::now());
        let first = take(&mut seats, "one", "192.0.2.1", now).unwrap();
        assert_eq!(first.displaced, None);
        let second = take(&mut seats, "one", "192.0.2.1", now).unwrap();
        assert_eq!(second.displaced, Some(("one", SessionEnd::Replaced)));
        assert_eq!(seats.count(), 1);
        seats.leave(first.id);
        assert_eq!(seats.count(), 1, "it was lost already");
        seats.leave(second.id);
        assert_eq!(seats.count(), 0);
    }

    #[test]
    fn who_was_idle_longest_gives_up_the_seat() {
        let (mut seats, begin) = (Seats::new(2), Instant::now());
        let one = take(&mut seats, "one", "192.0.2.1", begin).unwrap();
        take(&mut seats, "two", "192.0.2.2", begin).unwrap();
        assert_eq!(take(&mut seats, "three", "192.0.2.3", begin), None);
        let later = begin + IDLE_MIN;
        seats.touch(one.id, later);
        let three = take(&mut seats, "three", "192.0.2.3", later).unwrap();
        assert_eq!(three.displaced, Some(("two", SessionEnd::Displaced)));
        assert_eq!(take(&mut seats, "four", "192.0.2.4", later), None);
    }

    #[test]
    fn an_address_with_many_gives_one_up_for_another() {
        let (mut seats, now) = (Seats::new(3), Instant::now());
        let soon = now + Duration::from_secs(1);
        for name in ["one", "two", "three"] {
            take(&mut seats, name, "192.0.2.1", now).unwrap();
        }
        assert_eq!(take(&mut seats, "four", "192.0.2.1", soon), None, "its own");
        let other = take(&mut seats, "other", "192.0.2.2", soon).unwrap();
        assert_eq!(other.displaced, Some(("one", SessionEnd::Displaced)));
        assert_eq!(take(&mut seats, "another", "192.0.2.2", soon), None);
    }

    #[test]
    fn without_seats_nobody_has_one() {
        let mut seats = Seats::new(0);
        assert_eq!(take(&mut seats, "one", "192.0.2.1", Instant::now()), None);
    }
}
