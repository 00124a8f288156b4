//! Clients that come and go, without a clock: the next event comes from a heap, and the time with
//! it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use super::*;

/// How long a run waits before it is refused.
pub(super) const WAIT_MAX: Duration = Duration::from_secs(10);

/// When a client asks for runs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Habit {
    /// The next run as soon as the last has begun, or 100 ms after it was refused.
    NeverPauses { takes: Duration },
    /// The first run after 1 to 2 s, the next 1 to 5 s after each answer.
    Pauses { takes: Duration },
}

/// What became of the runs of clients that pause.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) ran: u32,
    pub(super) refused: u32,
    /// The longest wait of all, and of those who came after the first minute.
    pub(super) longest_wait: Duration,
    pub(super) longest_wait_later: Duration,
    /// How long the others' runs took, all together.
    pub(super) others_ran_for: Duration,
}

#[derive(Debug)]
pub(super) struct Simulation {
    admission: Admission<usize>,
    clients: Vec<Simulated>,
    /// In the order of time, then of creation.
    events: BinaryHeap<Reverse<(Duration, u64, Event)>>,
    now: Duration,
    made: u64,
    seen: Seen,
}

#[derive(Debug)]
struct Simulated {
    id: ClientId,
    habit: Habit,
    waits: Option<(TicketId, Duration)>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Comes(usize),
    GivesUp(usize, u64),
    Ends(usize, Duration),
}

impl Simulation {
    pub(super) fn new(running_max: u32, queue_max: u32) -> Self {
        Self {
            admission: Admission::new(running_max, queue_max),
            clients: Vec::new(),
            events: BinaryHeap::new(),
            now: Duration::ZERO,
            made: 0,
            seen: Seen::default(),
        }
    }

    pub(super) fn add(&mut self, id: ClientId, habit: Habit) {
        let client = self.clients.len();
        self.clients.push(Simulated {
            id,
            habit,
            waits: None,
        });
        match habit {
            Habit::NeverPauses { .. } => self.after(Duration::ZERO, Event::Comes(client)),
            Habit::Pauses { .. } => self.after_a_pause(1000..2000, client),
        }
    }

    /// Simulates this much time.
    pub(super) fn run(mut self, time: Duration) -> Seen {
        while let Some(Reverse((now, _, event))) = self.events.pop()
            && now < time
        {
            self.now = now;
            match event {
                Event::Comes(client) => self.comes(client),
                Event::GivesUp(client, ticket) => {
                    if let Some((id, _)) = self.clients[client].waits
                        && id == TicketId(ticket)
                    {
                        assert_eq!(self.admission.leave(id), Some(client));
                        self.is_refused(client);
                    }
                }
                Event::Ends(client, took) => {
                    let id = self.clients[client].id.clone();
                    self.admission.finish(&id, took);
                    if let Habit::Pauses { .. } = self.clients[client].habit {
                        self.after_a_pause(1000..5000, client);
                    }
                }
            }
            while let Some(Admitted { waiter, .. }) = self.admission.admit() {
                self.begins(waiter);
            }
        }
        self.seen
    }

    fn comes(&mut self, client: usize) {
        let id = self.clients[client].id.clone();
        let ticket = match self.admission.enter(id, client) {
            Entry::Waiting(ticket) => ticket,
            Entry::WaitingAtTheCostOf(ticket, displaced) => {
                self.is_refused(displaced);
                ticket
            }
            Entry::WaitingInsteadOf(..) => panic!("a client came while it waited"),
            Entry::Full => return self.is_refused(client),
        };
        self.clients[client].waits = Some((ticket, self.now));
        self.after(WAIT_MAX, Event::GivesUp(client, ticket.0));
    }

    fn begins(&mut self, client: usize) {
        let (_, since) = self.clients[client].waits.take().unwrap();
        let waited = self.now - since;
        match self.clients[client].habit {
            Habit::NeverPauses { takes } => {
                self.seen.others_ran_for += takes;
                self.after(takes, Event::Ends(client, takes));
                self.after(Duration::ZERO, Event::Comes(client));
            }
            Habit::Pauses { takes } => {
                self.seen.ran += 1;
                self.seen.longest_wait = self.seen.longest_wait.max(waited);
                if since > Duration::from_secs(60) {
                    self.seen.longest_wait_later = self.seen.longest_wait_later.max(waited);
                }
                self.after(takes, Event::Ends(client, takes));
            }
        }
    }

    fn is_refused(&mut self, client: usize) {
        self.clients[client].waits = None;
        match self.clients[client].habit {
            Habit::NeverPauses { .. } => {
                self.after(Duration::from_millis(100), Event::Comes(client));
            }
            Habit::Pauses { .. } => {
                self.seen.refused += 1;
                self.after_a_pause(1000..5000, client);
            }
        }
    }

    fn after(&mut self, time: Duration, event: Event) {
        self.made += 1;
        self.events
            .push(Reverse((self.now + time, self.made, event)));
    }

    /// Lets a client come after a pause that varies, and is the same in each simulation.
    fn after_a_pause(&mut self, ms: Range<u64>, client: usize) {
        let scattered = (self.made + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let pause = ms.start + scattered % (ms.end - ms.start);
        self.after(Duration::from_millis(pause), Event::Comes(client));
    }
}
