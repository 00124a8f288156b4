//! How many connections there may be at a time, so that no address has much more than half of them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use sandbox::network_of;

/// The most connections at a time; of an address half, rounded up.
///
/// A whole class can sit behind one address, so its part is large; the other half is for everybody
/// else, whatever one address does.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionLimit {
    max: usize,
    counts: Arc<Mutex<ConnectionCounts>>,
}

#[derive(Debug, Default)]
struct ConnectionCounts {
    all: usize,
    by_network: HashMap<IpAddr, usize>,
}

/// A connection that is counted until this is dropped.
#[derive(Debug)]
pub(crate) struct ConnectionPermit {
    /// None for one that counts for no address.
    network: Option<IpAddr>,
    counts: Arc<Mutex<ConnectionCounts>>,
}

impl ConnectionLimit {
    pub(crate) fn new(max: usize) -> Self {
        let counts = Arc::default();
        Self { max, counts }
    }

    /// Counts a connection of this address; none where there is no room for it. `None` is a client that
    /// may have all, such as a proxy for many.
    pub(crate) fn take(&self, address: Option<IpAddr>) -> Option<ConnectionPermit> {
        let network = address.map(network_of);
        let mut counts = lock(&self.counts);
        if counts.all >= self.max {
            return None;
        }
        if let Some(network) = network {
            let of_network = counts.by_network.entry(network).or_default();
            if *of_network >= self.max.div_ceil(2) {
                return None;
            }
            *of_network += 1;
        }
        counts.all += 1;
        let counts = Arc::clone(&self.counts);
        Some(ConnectionPermit { network, counts })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts);
        counts.all -= 1;
        let Some(network) = self.network else { return };
        if let Some(of_network) = counts.by_network.get_mut(&network) {
            *of_network -= 1;
            if *of_network == 0 {
                counts.by_network.remove(&network);
            }
        }
    }
}

fn lock(counts: &Mutex<ConnectionCounts>) -> std::sync::MutexGuard<'_, ConnectionCounts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn one_address_takes_half_and_another_the_rest() {
        let limit = ConnectionLimit::new(4);
        let (crowd, other) = (address("192.0.2.1"), address("192.0.2.2"));
        let mut of_crowd = vec![limit.take(crowd).unwrap(), limit.take(crowd).unwrap()];
        assert!(limit.take(crowd).is_none());
        let of_other = [limit.take(other).unwrap(), limit.take(other).unwrap()];
        assert!(limit.take(address("192.0.2.3")).is_none());
        of_crowd.pop();
        assert!(limit.take(address("192.0.2.3")).is_some());
        drop((of_crowd, of_other));
        assert!(lock(&limit.counts).by_network.is_empty());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let limit = ConnectionLimit::new(2);
        let _permit = limit.take(address("2001:db8::1")).unwrap();
        assert!(limit.take(address("2001:db8::2")).is_none());
        assert!(limit.take(address("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn who_counts_for_no_address_may_take_all() {
        let limit = ConnectionLimit::new(2);
        let _permits = [limit.take(None).unwrap(), limit.take(None).unwrap()];
        assert!(limit.take(None).is_none());
    }
}
