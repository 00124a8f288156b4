//! What a container's labels say: whose it is, from which start of the server, of which make, and
//! until when anyone may leave it alone.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The owner's name, as in the settings. Every container of ours has this label.
pub(crate) const OWNER: &str = "codealong.owner";
const BOOT: &str = "codealong.boot";
const SPEC: &str = "codealong.spec";
const EXPIRES: &str = "codealong.expires";

/// One life of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Boot {
    /// Whose containers these are.
    pub(crate) owner: String,
    /// A number that no other start of the server has.
    pub(crate) id: String,
}

/// What a sweep does with a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Ours, of this life: to be removed unless somebody here holds it.
    Ours,
    /// Of an earlier life of ours, or past its time: to be removed.
    Stale,
    /// Somebody else's, or not to be understood: not to be touched.
    Foreign,
}

/// Which containers of earlier lives of the same owner are stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Predecessors {
    /// All: an owner has one life at a time, and this one just began.
    Stale,
    /// Those past their time: two servers that were given one name by mistake take away each
    /// other's containers once, when they start, and not for ever.
    StaleWhenExpired,
}

impl Boot {
    /// A new life of this owner.
    pub(crate) fn new(owner: &str) -> Self {
        Self {
            owner: owner.to_owned(),
            id: format!("{:08x}", rand::random::<u32>()),
        }
    }

    /// The name of this life's `number`th container.
    pub(crate) fn container_name(&self, number: u32) -> String {
        format!("codealong-{}-{number}", self.id)
    }

    /// The labels of a container that lives no longer than `life`.
    pub(crate) fn labels(&self, spec: &str, life: Duration) -> HashMap<String, String> {
        let expires = since_epoch(SystemTime::now()) + life.as_secs();
        HashMap::from([
            (OWNER.to_owned(), self.owner.clone()),
            (BOOT.to_owned(), self.id.clone()),
            (SPEC.to_owned(), spec.to_owned()),
            (EXPIRES.to_owned(), expires.to_string()),
        ])
    }

    /// What this life may do with a container that has these labels.
    pub(crate) fn claim(
        &self,
        labels: &HashMap<String, String>,
        predecessors: Predecessors,
        now: SystemTime,
    ) -> Claim {
        let is = |key, value: &String| labels.get(key) == Some(value);
        let expires = labels
            .get(EXPIRES)
            .and_then(|text| text.parse::<u64>().ok());
        let is_expired = expires.is_some_and(|expires| expires < since_epoch(now));
        if is(OWNER, &self.owner) && is(BOOT, &self.id) {
            Claim::Ours
        } else if is_expired || (is(OWNER, &self.owner) && predecessors == Predecessors::Stale) {
            Claim::Stale
        } else {
            Claim::Foreign
        }
    }
}

fn since_epoch(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn another_owners_container_is_left_alone_until_it_expires() {
        let (mine, other) = (Boot::new("mine"), Boot::new("other"));
        let labels = other.labels("spec", HOUR);
        let now = SystemTime::now();
        for predecessors in [Predecessors::Stale, Predecessors::StaleWhenExpired] {
            assert_eq!(mine.claim(&labels, predecessors, now), Claim::Foreign);
            let later = now + 2 * HOUR;
            assert_eq!(mine.claim(&labels, predecessors, later), Claim::Stale);
        }
    }

    #[test]
    fn an_earlier_lifes_container_is_stale_when_the_next_begins() {
        let (earlier, now) = (Boot::new("mine"), Boot::new("mine"));
        let labels = earlier.labels("spec", HOUR);
        let claim = |predecessors| now.claim(&labels, predecessors, SystemTime::now());
        assert_eq!(claim(Predecessors::Stale), Claim::Stale);
        assert_eq!(claim(Predecessors::StaleWhenExpired), Claim::Foreign);
    }

    #[test]
    fn labels_that_cannot_be_read_are_foreign() {
        let mine = Boot::new("mine");
        let mut labels = Boot::new("other").labels("spec", HOUR);
        labels.insert(EXPIRES.to_owned(), "soon".to_owned());
        let claim = mine.claim(&labels, Predecessors::Stale, SystemTime::now());
        assert_eq!(claim, Claim::Foreign);
        let nothing = mine.claim(&HashMap::new(), Predecessors::Stale, SystemTime::now());
        assert_eq!(nothing, Claim::Foreign);
    }

    #[test]
    fn our_own_container_is_ours_whatever_the_time() {
        let mine = Boot::new("mine");
        let labels = mine.labels("spec", Duration::ZERO);
        let later = SystemTime::now() + HOUR;
        let claim = mine.claim(&labels, Predecessors::Stale, later);
        assert_eq!(claim, Claim::Ours);
    }
}
