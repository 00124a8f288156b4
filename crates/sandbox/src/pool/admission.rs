//! Who may run and who waits: a plain state machine that knows neither clocks nor containers.
//!
//! Each client has at most one run in flight and one that waits; a newer one takes the waiting
//! one's place. So first come, first served *is* round-robin: between two runs of one client,
//! everyone who waited has had a turn.

use std::collections::{HashSet, VecDeque};

use crate::ClientId;

/// The runs in flight and those that wait, each with a `Waiter` to be told.
#[derive(Debug)]
pub(super) struct Admission<Waiter> {
    queue: VecDeque<Ticket<Waiter>>,
    in_flight: HashSet<ClientId>,
    running_max: usize,
    queue_max: usize,
    next_id: u64,
}

#[derive(Debug)]
struct Ticket<Waiter> {
    id: TicketId,
    client: ClientId,
    waiter: Waiter,
}

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TicketId(u64);

/// What became of a run that asked to be let in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry<Waiter> {
    /// It waits.
    Waiting(TicketId),
    /// It waits in the place of an older run of the same client.
    WaitingInsteadOf(TicketId, Waiter),
    /// The queue is full.
    Full,
}

/// A run that may start, and until [`Admission::finish`] counts as in flight.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Admitted<Waiter> {
    pub(super) client: ClientId,
    pub(super) waiter: Waiter,
}

impl<Waiter> Admission<Waiter> {
    pub(super) fn new(running_max: u32, queue_max: u32) -> Self {
        Self {
            queue: VecDeque::new(),
            in_flight: HashSet::new(),
            running_max: running_max as usize,
            queue_max: queue_max as usize,
            next_id: 0,
        }
    }

    /// Lets a run into the queue.
    pub(super) fn enter(&mut self, client: ClientId, waiter: Waiter) -> Entry<Waiter> {
        self.next_id += 1;
        let id = TicketId(self.next_id);
        let older = self.queue.iter_mut().find(|ticket| ticket.client == client);
        if let Some(ticket) = older {
            ticket.id = id;
            let replaced = std::mem::replace(&mut ticket.waiter, waiter);
            return Entry::WaitingInsteadOf(id, replaced);
        }
        if self.queue.len() >= self.queue_max {
            return Entry::Full;
        }
        self.queue.push_back(Ticket { id, client, waiter });
        Entry::Waiting(id)
    }

    /// Takes a run out of the queue that waits no more.
    pub(super) fn leave(&mut self, id: TicketId) -> Option<Waiter> {
        let at = self.queue.iter().position(|ticket| ticket.id == id)?;
        self.queue.remove(at).map(|ticket| ticket.waiter)
    }

    /// The run whose turn it is, if one may start.
    pub(super) fn admit(&mut self) -> Option<Admitted<Waiter>> {
        if self.in_flight.len() >= self.running_max {
            return None;
        }
        let at = self
            .queue
            .iter()
            .position(|ticket| !self.in_flight.contains(&ticket.client))?;
        let ticket = self.queue.remove(at)?;
        self.in_flight.insert(ticket.client.clone());
        Some(Admitted {
            client: ticket.client,
            waiter: ticket.waiter,
        })
    }

    /// Ends a client's run in flight.
    pub(super) fn finish(&mut self, client: &ClientId) {
        self.in_flight.remove(client);
    }

    /// Those who wait, in order: the first is next.
    pub(super) fn waiting(&mut self) -> impl Iterator<Item = &mut Waiter> {
        self.queue.iter_mut().map(|ticket| &mut ticket.waiter)
    }

    /// Sends everyone away who waits.
    pub(super) fn clear(&mut self) -> Vec<Waiter> {
        self.queue.drain(..).map(|ticket| ticket.waiter).collect()
    }

    /// How many wait.
    pub(super) fn queued(&self) -> u32 {
        u32::try_from(self.queue.len()).unwrap_or(u32::MAX)
    }

    /// How many are in flight.
    pub(super) fn running(&self) -> u32 {
        u32::try_from(self.in_flight.len()).unwrap_or(u32::MAX)
    }

    /// How many of those who wait could start at once, were there containers enough.
    pub(super) fn startable(&self) -> u32 {
        let room = self.running_max.saturating_sub(self.in_flight.len());
        let free = self
            .queue
            .iter()
            .filter(|ticket| !self.in_flight.contains(&ticket.client))
            .take(room);
        u32::try_from(free.count()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(name: &str) -> ClientId {
        ClientId::new(name)
    }

    /// Lets each of `names` in, with its name as the waiter.
    fn admission(running_max: u32, names: &[&'static str]) -> Admission<&'static str> {
        let mut admission = Admission::new(running_max, 4);
        for name in names {
            let entry = admission.enter(client(name), *name);
            assert!(matches!(entry, Entry::Waiting(_)), "{name}: {entry:?}");
        }
        admission
    }

    /// Who runs, one after the other, as long as anyone may.
    fn admitted(admission: &mut Admission<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| Some(admission.admit()?.waiter)).collect()
    }

    #[test]
    fn first_come_is_first_served_up_to_the_limit() {
        let mut admission = admission(2, &["a", "b", "c"]);
        assert_eq!(admitted(&mut admission), ["a", "b"]);
        admission.finish(&client("a"));
        assert_eq!(admitted(&mut admission), ["c"]);
        assert_eq!((admission.running(), admission.queued()), (2, 0));
    }

    #[test]
    fn a_client_runs_one_at_a_time_and_holds_up_nobody() {
        let mut admission = admission(3, &["a"]);
        assert_eq!(admitted(&mut admission), ["a"]);
        admission.enter(client("a"), "a again");
        admission.enter(client("b"), "b");
        assert_eq!(admission.startable(), 1);
        assert_eq!(admitted(&mut admission), ["b"]);
        admission.finish(&client("a"));
        assert_eq!(admitted(&mut admission), ["a again"]);
    }

    #[test]
    fn a_newer_run_takes_the_waiting_ones_place() {
        let mut admission = admission(1, &["a", "b", "c"]);
        let entry = admission.enter(client("b"), "b again");
        assert!(matches!(entry, Entry::WaitingInsteadOf(_, "b")));
        let mut order = Vec::new();
        while let Some(next) = admission.admit() {
            order.push(next.waiter);
            admission.finish(&next.client);
        }
        assert_eq!(order, ["a", "b again", "c"]);
    }

    #[test]
    fn a_replaced_ticket_can_no_longer_leave() {
        let mut admission = admission(1, &[]);
        let Entry::Waiting(old) = admission.enter(client("a"), "old") else {
            panic!("not let in");
        };
        admission.enter(client("a"), "new");
        assert_eq!(admission.leave(old), None);
        assert_eq!(admitted(&mut admission), ["new"]);
    }

    #[test]
    fn a_full_queue_refuses_strangers_and_not_a_newer_run_of_those_within() {
        let mut admission = admission(1, &["a", "b", "c", "d"]);
        assert_eq!(admission.enter(client("e"), "e"), Entry::Full);
        let entry = admission.enter(client("d"), "d again");
        assert!(matches!(entry, Entry::WaitingInsteadOf(_, "d")));
        assert_eq!(admission.queued(), 4);
    }

    #[test]
    fn whoever_leaves_moves_the_others_up() {
        let mut admission = admission(1, &["a"]);
        let Entry::Waiting(middle) = admission.enter(client("b"), "b") else {
            panic!("not let in");
        };
        admission.enter(client("c"), "c");
        assert_eq!(admission.leave(middle), Some("b"));
        assert_eq!(admission.leave(middle), None);
        let places: Vec<&str> = admission.waiting().map(|waiter| *waiter).collect();
        assert_eq!(places, ["a", "c"]);
    }

    #[test]
    fn one_greedy_client_gets_every_other_turn_at_most() {
        let mut admission: Admission<&'static str> = Admission::new(1, 10);
        admission.enter(client("greedy"), "greedy");
        for name in ["b", "c", "d"] {
            admission.enter(client(name), name);
        }
        let mut order = Vec::new();
        while let Some(next) = admission.admit() {
            order.push(next.waiter);
            if order.len() < 6 {
                admission.enter(client("greedy"), "greedy");
            }
            admission.finish(&next.client);
        }
        assert_eq!(order[..5], ["greedy", "b", "c", "d", "greedy"]);
    }
}
