//! What sessions may use of the machine in all, by network address.

use std::time::{Duration, Instant};

use crate::ClientId;

/// What making a session's lane takes of a processor.
const OPENING: Duration = Duration::from_millis(500);

/// An address that has used so much gets no more sessions for a while: a class that tries things out
/// stays far below, seven programs in endless loops are over it at once.
const SPENT_MAX: Duration = Duration::from_secs(90);

/// Of so many seconds one is forgiven: in the long run an address has that part of a processor.
const FORGIVEN_ONE_IN: u32 = 8;

/// The processor time of sessions, by the share of their client.
#[derive(Debug, Default)]
pub(super) struct SessionBudget {
    accounts: Vec<Account>,
}

#[derive(Debug)]
struct Account {
    /// Any client of the share.
    of: ClientId,
    spent: Duration,
    /// When that was so.
    at: Instant,
}

impl SessionBudget {
    /// Charges a client that wants a session; false where its share has used too much already.
    pub(super) fn open(&mut self, client: &ClientId, now: Instant) -> bool {
        self.forgive(now);
        let spent = self
            .account(client)
            .map_or(Duration::ZERO, |account| account.spent);
        if spent >= SPENT_MAX {
            return false;
        }
        self.charge(client, OPENING, now);
        true
    }

    /// Charges what a session has used.
    pub(super) fn charge(&mut self, client: &ClientId, used: Duration, now: Instant) {
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
        let share = client.share();
        self.accounts
            .iter_mut()
            .find(|account| account.of.share() == share)
    }

    fn forgive(&mut self, now: Instant) {
        self.accounts.retain_mut(|account| {
            let forgiven = now.saturating_duration_since(account.at) / FORGIVEN_ONE_IN;
            account.spent = account.spent.saturating_sub(forgiven);
            account.at = account.at.max(now);
            account.spent > Duration::ZERO
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_burns_the_processor_waits_and_others_do_not() {
        let client = |name: &str, address: &str| ClientId::new(name).at(address.parse().unwrap());
        let (mut budget, begin) = (SessionBudget::default(), Instant::now());
        let burner = client("one", "192.0.2.1");
        for _ in 0..3 {
            assert!(budget.open(&burner, begin));
            budget.charge(&burner, Duration::from_secs(30), begin);
        }
        assert!(!budget.open(&client("another name", "192.0.2.1"), begin));
        assert!(budget.open(&client("one", "192.0.2.2"), begin));
        let soon = begin + Duration::from_secs(60);
        assert!(budget.open(&burner, soon), "some of it is forgiven");
        let later = soon + Duration::from_secs(3600);
        budget.forgive(later);
        assert!(budget.accounts.is_empty());
    }

    #[test]
    fn sessions_without_end_are_rationed() {
        let (mut budget, now) = (SessionBudget::default(), Instant::now());
        let client = ClientId::new("one");
        let given = (0..1000).filter(|_| budget.open(&client, now)).count();
        assert_eq!(given, 180);
    }
}
