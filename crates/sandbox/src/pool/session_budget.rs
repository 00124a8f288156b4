//! What sessions may use of the processor in all, by client and by network address.

use std::time::{Duration, Instant};

use crate::ClientId;

/// What making a session's lane takes of a processor.
const OPENING: Duration = Duration::from_millis(500);

/// How much a client may use, and all at one address: a class sits behind one.
const CLIENT: Allowance = Allowance {
    max: Duration::from_secs(90),
    forgiven_one_in: 8,
};
const ADDRESS: Allowance = Allowance {
    max: Duration::from_secs(600),
    forgiven_one_in: 2,
};

/// Who has used more gets no session until enough is forgiven.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    max: Duration,
    /// Of so many seconds one is forgiven.
    forgiven_one_in: u32,
}

/// The processor time of sessions.
#[derive(Debug)]
pub(super) struct SessionBudget {
    clients: Accounts,
    addresses: Accounts,
}

#[derive(Debug)]
struct Accounts {
    allowance: Allowance,
    is_same: fn(&ClientId, &ClientId) -> bool,
    accounts: Vec<Account>,
}

#[derive(Debug)]
struct Account {
    /// The client, or any at its address.
    of: ClientId,
    spent: Duration,
    /// When that was so.
    at: Instant,
}

impl SessionBudget {
    pub(super) fn new() -> Self {
        let accounts = |allowance, is_same| Accounts {
            allowance,
            is_same,
            accounts: Vec::new(),
        };
        Self {
            clients: accounts(CLIENT, |one, other| one == other),
            addresses: accounts(ADDRESS, |one, other| one.share() == other.share()),
        }
    }

    /// Charges a client that wants a session; the error is how long it has to wait for one.
    pub(super) fn open(&mut self, client: &ClientId, now: Instant) -> Result<(), Duration> {
        let waits = [&mut self.clients, &mut self.addresses].map(|all| all.wait(client, now));
        match waits.into_iter().max() {
            Some(wait) if wait > Duration::ZERO => Err(wait),
            _ => {
                self.charge(client, OPENING, now);
                Ok(())
            }
        }
    }

    /// Charges what a session has used.
    pub(super) fn charge(&mut self, client: &ClientId, used: Duration, now: Instant) {
        self.clients.charge(client, used, now);
        self.addresses.charge(client, used, now);
    }
}

impl Accounts {
    /// How long until enough is forgiven.
    fn wait(&mut self, client: &ClientId, now: Instant) -> Duration {
        self.forgive(now);
        let Allowance {
            max,
            forgiven_one_in,
        } = self.allowance;
        let spent = self
            .account(client)
            .map_or(Duration::ZERO, |account| account.spent);
        spent.saturating_sub(max) * forgiven_one_in
    }

    fn charge(&mut self, client: &ClientId, used: Duration, now: Instant) {
        self.forgive(now);
        match self.account(client) {
            Some(account) => account.spent += used,
            None => self.accounts.push(Account {
                of: client.clone(),
                spent: used,
                at: now,
            }),
        }
    }

    fn account(&mut self, client: &ClientId) -> Option<&mut Account> {
        let is_same = self.is_same;
        self.accounts
            .iter_mut()
            .find(|account| is_same(&account.of, client))
    }

    fn forgive(&mut self, now: Instant) {
        let one_in = self.allowance.forgiven_one_in;
        self.accounts.retain_mut(|account| {
            let forgiven = now.saturating_duration_since(account.at) / one_in;
            account.spent = account.spent.saturating_sub(forgiven);
            account.at = account.at.max(now);
            account.spent > Duration::ZERO
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(name: &str, address: &str) -> ClientId {
        ClientId::new(name).at(address.parse().unwrap())
    }

    #[test]
    fn who_burns_the_processor_waits_and_others_do_not() {
        let (mut budget, begin) = (SessionBudget::new(), Instant::now());
        let burner = client("one", "192.0.2.1");
        for _ in 0..3 {
            assert_eq!(budget.open(&burner, begin), Ok(()));
            budget.charge(&burner, Duration::from_secs(30), begin);
        }
        let wait = budget.open(&burner, begin).unwrap_err();
        assert_eq!(wait, Duration::from_millis(1_500 * 8));
        assert_eq!(budget.open(&client("two", "192.0.2.1"), begin), Ok(()));
        let later = begin + wait;
        assert_eq!(budget.open(&burner, later), Ok(()), "enough is forgiven");
        budget.clients.forgive(begin + Duration::from_secs(3600));
        assert!(budget.clients.accounts.is_empty());
    }

    #[test]
    fn an_address_with_many_names_is_bounded_too() {
        let (mut budget, now) = (SessionBudget::new(), Instant::now());
        let name = |number: u32| client(&format!("client-{number}"), "192.0.2.1");
        let given = (0..10_000).filter(|number| budget.open(&name(*number), now).is_ok());
        assert_eq!(given.count(), 1201);
        assert_eq!(budget.open(&client("one", "192.0.2.2"), now), Ok(()));
    }
}
