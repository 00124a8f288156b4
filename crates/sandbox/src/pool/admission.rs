//! Who may run and who waits: a plain state machine without clocks or containers.
//!
//! Each client has at most one run in flight and one that waits; a newer one replaces the waiting
//! one. But a client's name is what a browser calls itself, and a script can invent many. So it is
//! network addresses that take turns, and not by the number of their runs but by the time that
//! these took (start-time fair queueing): the address that has used the least is next, and a run in
//! flight counts as much as its address's runs took on average. Where the queue is full, a run that
//! would be next sooner displaces the last in it. A class behind one address has the whole queue as
//! long as nobody else wants any of it.
//!
//! A run that has begun is not stopped for another. So two rules keep one slot from being taken for
//! long: while others wait, one address has at most all slots but one; and so have all slow
//! addresses together, many of whose runs go on to their limit, whether anyone waits or not.

use std::collections::VecDeque;
use std::time::Duration;

use crate::ClientId;

/// A run counts as at least this: its container has to be made and removed.
const RUN_MIN: Duration = Duration::from_millis(100);

/// What a run is assumed to take while nothing is known of its share.
const RUN_AT_FIRST: Duration = Duration::from_secs(1);

/// A share is slow if its runs take longer than this on average. It is also about as long as the
/// slot that is kept from the slow can be taken.
const SLOW: Duration = Duration::from_secs(3);

/// How many of a share's last runs the average covers.
const AVERAGED_MAX: u32 = 8;

/// How far a share can be ahead or behind, whatever it used or missed before.
const LEAD_MAX: Duration = Duration::from_secs(10);

/// How many idle slow shares are remembered: otherwise one that paused for a moment would have all
/// slots again.
const SLOW_REMEMBERED_MAX: usize = 64;

/// The runs in flight and those that wait, each of these with a `Waiter` to notify.
#[derive(Debug)]
pub(super) struct Admission<Waiter> {
    accounts: Vec<Account<Waiter>>,
    seen: Seen,
    running_max: usize,
    queue_max: usize,
    next: u64,
    /// What a share that comes now counts as having used. It grows by what each share would have
    /// got, had the time been divided evenly: if it were the least that anyone has used, newcomers
    /// without end would keep others out.
    start: Duration,
}

/// Whether there is anyone to keep a slot for: behind a reverse proxy all clients are one share.
#[derive(Debug)]
enum Seen {
    Nobody,
    /// The share of this client, and no other.
    One(ClientId),
    Several,
}

/// What is known of one share: a network address, or a client without one.
#[derive(Debug)]
struct Account<Waiter> {
    /// Any client of the share.
    of: ClientId,
    waiting: VecDeque<Ticket<Waiter>>,
    in_flight: Vec<ClientId>,
    /// The time that its runs took, on the scale of `Admission::start`.
    used: Duration,
    /// What its last runs took on average.
    average: Duration,
    /// How many runs the average covers.
    averaged: u32,
}

#[derive(Debug)]
struct Ticket<Waiter> {
    id: TicketId,
    /// The order of arrival; a newer run of the same client keeps it.
    arrival: u64,
    client: ClientId,
    waiter: Waiter,
}

/// Identifies a waiting run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TicketId(u64);

/// What became of a run that asked to enter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry<Waiter> {
    /// It waits.
    Waiting(TicketId),
    /// It waits instead of an older run of the same client.
    WaitingInsteadOf(TicketId, Waiter),
    /// It waits, and for want of room the last run in the queue no longer does.
    WaitingAtTheCostOf(TicketId, Waiter),
    /// The queue is full, and nobody in it is far behind the newcomer.
    Full,
}

/// A run that may start, and until [`Admission::finish`] counts as in flight.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Admitted<Waiter> {
    pub(super) client: ClientId,
    pub(super) waiter: Waiter,
}

/// Where a ticket is and when it is due: turns sort into their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    due: Duration,
    arrival: u64,
    account: usize,
    nth: usize,
}

impl<Waiter> Admission<Waiter> {
    pub(super) fn new(running_max: u32, queue_max: u32) -> Self {
        Self {
            accounts: Vec::new(),
            seen: Seen::Nobody,
            running_max: running_max as usize,
            queue_max: queue_max as usize,
            next: 0,
            start: Duration::ZERO,
        }
    }

    /// Lets a run into the queue.
    pub(super) fn enter(&mut self, client: ClientId, waiter: Waiter) -> Entry<Waiter> {
        self.next += 1;
        let id = TicketId(self.next);
        let is_full = self.count(|account| account.waiting.len()) >= self.queue_max;
        let at = self.open_account(&client);
        let account = &mut self.accounts[at];
        let older = (account.waiting.iter_mut()).find(|ticket| ticket.client == client);
        if let Some(ticket) = older {
            ticket.id = id;
            let replaced = std::mem::replace(&mut ticket.waiter, waiter);
            return Entry::WaitingInsteadOf(id, replaced);
        }
        let due = account.due(account.waiting.len());
        let displaced = if is_full { self.displace(due) } else { None };
        if is_full && displaced.is_none() {
            self.forget();
            return Entry::Full;
        }
        self.accounts[at].waiting.push_back(Ticket {
            id,
            arrival: self.next,
            client,
            waiter,
        });
        self.forget();
        match displaced {
            None => Entry::Waiting(id),
            Some(waiter) => Entry::WaitingAtTheCostOf(id, waiter),
        }
    }

    /// The account of a client that comes. A share is not owed what it did not use while it was
    /// away.
    fn open_account(&mut self, client: &ClientId) -> usize {
        match &self.seen {
            Seen::Nobody => self.seen = Seen::One(client.clone()),
            Seen::One(first) if first.share() != client.share() => self.seen = Seen::Several,
            Seen::One(_) | Seen::Several => {}
        }
        let start = self.start;
        if let Some(at) = self.position(client) {
            let account = &mut self.accounts[at];
            if account.is_idle() {
                account.used = account.used.max(start);
            }
            return at;
        }
        self.accounts.push(Account {
            of: client.clone(),
            waiting: VecDeque::new(),
            in_flight: Vec::new(),
            used: start,
            average: RUN_AT_FIRST,
            averaged: 0,
        });
        self.accounts.len() - 1
    }

    /// Removes the last run from the queue, if it is due a run or more after `due`.
    fn displace(&mut self, due: Duration) -> Option<Waiter> {
        let last = self.turns().pop()?;
        if last.due < due + RUN_MIN {
            return None;
        }
        let ticket = self.accounts[last.account].waiting.remove(last.nth)?;
        Some(ticket.waiter)
    }

    /// Removes a run that no longer waits.
    pub(super) fn leave(&mut self, id: TicketId) -> Option<Waiter> {
        let ticket = self.accounts.iter_mut().find_map(|account| {
            let nth = (account.waiting.iter()).position(|ticket| ticket.id == id)?;
            account.waiting.remove(nth)
        })?;
        self.forget();
        Some(ticket.waiter)
    }

    /// The run whose turn it is, if one may start.
    pub(super) fn admit(&mut self) -> Option<Admitted<Waiter>> {
        if self.in_flight() >= self.running_max {
            return None;
        }
        let all_but_one = self.running_max.saturating_sub(1).max(1);
        let of_slow = |account: &Account<Waiter>| match account.is_slow() {
            true => account.in_flight.len(),
            false => 0,
        };
        let keeps_a_slot = matches!(self.seen, Seen::Several);
        let no_more_slow = keeps_a_slot && self.count(of_slow) >= all_but_one;
        let mut turns = self.turns();
        turns.retain(|turn| {
            let account = &self.accounts[turn.account];
            let client = &account.waiting[turn.nth].client;
            let is_held_up = no_more_slow && account.is_slow();
            !is_held_up && !account.in_flight.contains(client)
        });
        let is_modest = |turn: &&Turn| self.accounts[turn.account].in_flight.len() < all_but_one;
        let turn = turns.iter().find(is_modest).or(turns.first())?;
        let account = &mut self.accounts[turn.account];
        let ticket = account.waiting.remove(turn.nth)?;
        account.in_flight.push(ticket.client.clone());
        Some(Admitted {
            client: ticket.client,
            waiter: ticket.waiter,
        })
    }

    /// Ends a client's run in flight, which took a slot for as long as `used`.
    pub(super) fn finish(&mut self, client: &ClientId, used: Duration) {
        let Some(at) = self.position(client) else {
            return;
        };
        let wanting = self.count(|account| usize::from(!account.is_idle()));
        let account = &mut self.accounts[at];
        let Some(nth) = account.in_flight.iter().position(|other| other == client) else {
            return;
        };
        account.in_flight.swap_remove(nth);
        let used = used.max(RUN_MIN);
        self.start += used / u32::try_from(wanting).unwrap_or(u32::MAX);
        let min = self.start.saturating_sub(LEAD_MAX);
        account.used = (account.used + used).clamp(min, self.start + LEAD_MAX);
        account.average_in(used);
        self.forget();
    }

    /// Those who wait, in order: the first is next.
    pub(super) fn waiting(&mut self) -> impl Iterator<Item = &mut Waiter> {
        let turns = self.turns();
        let mut tickets: Vec<_> = (self.accounts.iter_mut())
            .map(|account| account.waiting.iter_mut())
            .collect();
        // The turns of one account come in the order of its tickets.
        (turns.into_iter())
            .filter_map(move |turn| tickets[turn.account].next())
            .map(|ticket| &mut ticket.waiter)
    }

    /// Empties the queue.
    pub(super) fn clear(&mut self) -> Vec<Waiter> {
        let tickets = (self.accounts.iter_mut()).flat_map(|account| account.waiting.drain(..));
        let waiters = tickets.map(|ticket| ticket.waiter).collect();
        self.forget();
        waiters
    }

    /// How many may be in flight.
    pub(super) fn running_max(&self) -> u32 {
        u32::try_from(self.running_max).unwrap_or(u32::MAX)
    }

    /// How many wait.
    pub(super) fn queued(&self) -> u32 {
        u32::try_from(self.count(|account| account.waiting.len())).unwrap_or(u32::MAX)
    }

    /// How many are in flight.
    pub(super) fn running(&self) -> u32 {
        u32::try_from(self.in_flight()).unwrap_or(u32::MAX)
    }

    fn in_flight(&self) -> usize {
        self.count(|account| account.in_flight.len())
    }

    fn count(&self, of_one: impl Fn(&Account<Waiter>) -> usize) -> usize {
        self.accounts.iter().map(of_one).sum()
    }

    fn position(&self, client: &ClientId) -> Option<usize> {
        let share = client.share();
        (self.accounts.iter()).position(|account| account.of.share() == share)
    }

    /// Every waiting run, in order.
    fn turns(&self) -> Vec<Turn> {
        let accounts = self.accounts.iter().enumerate();
        let mut turns: Vec<Turn> = accounts
            .flat_map(|(at, account)| {
                let tickets = account.waiting.iter().enumerate();
                tickets.map(move |(nth, ticket)| Turn {
                    due: account.due(nth),
                    arrival: ticket.arrival,
                    account: at,
                    nth,
                })
            })
            .collect();
        turns.sort_unstable();
        turns
    }

    /// Forgets the idle shares that owe nothing; of the slow ones only the oldest, beyond
    /// `SLOW_REMEMBERED_MAX`.
    fn forget(&mut self) {
        let start = self.start;
        let is_done = |account: &Account<Waiter>| account.is_idle() && account.used <= start;
        let slow = self.count(|account| usize::from(is_done(account) && account.is_slow()));
        let mut too_many = slow.saturating_sub(SLOW_REMEMBERED_MAX);
        self.accounts.retain(|account| {
            if is_done(account) && account.is_slow() && too_many > 0 {
                too_many -= 1;
                return false;
            }
            !is_done(account) || account.is_slow()
        });
    }
}

impl<Waiter> Account<Waiter> {
    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.in_flight.is_empty()
    }

    fn is_slow(&self) -> bool {
        self.average > SLOW
    }

    /// What the share will have used when its `nth` ticket, from 0, is next, if its runs take as
    /// long as before.
    fn due(&self, nth: usize) -> Duration {
        let before = u32::try_from(self.in_flight.len() + nth).unwrap_or(u32::MAX);
        self.used + self.average * before
    }

    fn average_in(&mut self, used: Duration) {
        self.averaged = AVERAGED_MAX.min(self.averaged + 1);
        self.average = (self.average * (self.averaged - 1) + used) / self.averaged;
    }
}

#[cfg(test)]
mod tests;
