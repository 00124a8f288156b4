//! Who may run and who waits: a plain state machine that knows neither clocks nor containers.
//!
//! Each client has at most one run in flight and one that waits; a newer one takes the waiting
//! one's place. But a client's name is what a browser calls itself, and a script can think of
//! many. So turns go round by network address: between two runs from one address, everyone who
//! waits has had one. And where the queue is full, whoever comes from an address with few that
//! wait takes the place of the last one from the address with the most: a class behind one address
//! has the whole queue as long as nobody else wants any of it.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::ClientId;
use crate::job::Share;

/// The runs in flight and those that wait, each with a `Waiter` to be told.
#[derive(Debug)]
pub(super) struct Admission<Waiter> {
    queue: VecDeque<Ticket<Waiter>>,
    in_flight: HashSet<ClientId>,
    running_max: usize,
    queue_max: usize,
    next_id: u64,
    /// The round of the run that was admitted last. Who comes now is in the next one: in the same
    /// one, newcomers without end would keep others out.
    round: u64,
}

#[derive(Debug)]
struct Ticket<Waiter> {
    id: TicketId,
    client: ClientId,
    waiter: Waiter,
    /// In each round every address has one turn; the queue is sorted by it.
    round: u64,
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
    /// It waits, and for want of room a run from the address with the most does so no more.
    WaitingAtTheCostOf(TicketId, Waiter),
    /// The queue is full, and nobody has much more of it.
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
            round: 0,
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
        let mut displaced = None;
        if self.queue.len() >= self.queue_max {
            displaced = self.displace_for(&client);
            if displaced.is_none() {
                return Entry::Full;
            }
        }
        let neighbours =
            (self.queue.iter()).filter(|ticket| ticket.client.share() == client.share());
        let last = neighbours.map(|ticket| ticket.round).max();
        let round = last.unwrap_or(0).max(self.round) + 1;
        let at = self.queue.partition_point(|ticket| ticket.round <= round);
        let ticket = Ticket {
            id,
            client,
            waiter,
            round,
        };
        self.queue.insert(at, ticket);
        match displaced {
            None => Entry::Waiting(id),
            Some(waiter) => Entry::WaitingAtTheCostOf(id, waiter),
        }
    }

    /// Takes the last run out of the queue that is from the address with the most, if that leaves
    /// the address as many as this client's has with the new one.
    fn displace_for(&mut self, client: &ClientId) -> Option<Waiter> {
        let mut counts: HashMap<Share<'_>, usize> = HashMap::new();
        for ticket in &self.queue {
            *counts.entry(ticket.client.share()).or_default() += 1;
        }
        let count = |client: &ClientId| counts.get(&client.share()).copied().unwrap_or(0);
        let of_tickets = self.queue.iter().map(|ticket| count(&ticket.client));
        let (at, most) = of_tickets.enumerate().max_by_key(|(_, count)| *count)?;
        if most < count(client) + 2 {
            return None;
        }
        self.queue.remove(at).map(|ticket| ticket.waiter)
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
        // A client whose own run holds it up may be of an earlier round.
        self.round = self.round.max(ticket.round);
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
}

#[cfg(test)]
mod tests;
