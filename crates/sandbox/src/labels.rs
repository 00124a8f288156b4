//! What a container's labels say: whose it is, from which start of the server, of which make, and
//! how long it may live.
//!
//! No label holds a time of day: clocks are set, and those of two servers differ. A server that
//! has itself watched another's container for longer than that may live knows that it is left over.

use std::collections::HashMap;
use std::time::Duration;

/// The owner's name, as in the settings. Every container of ours has this label.
pub(crate) const OWNER: &str = "codealong.owner";
const BOOT: &str = "codealong.boot";
const SPEC: &str = "codealong.spec";
/// In seconds, from its creation to its removal.
const LIFE: &str = "codealong.life";

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
        HashMap::from([
            (OWNER.to_owned(), self.owner.clone()),
            (BOOT.to_owned(), self.id.clone()),
            (SPEC.to_owned(), spec.to_owned()),
            (LIFE.to_owned(), life.as_secs().to_string()),
        ])
    }

    /// What this life may do with a container that has these labels and that it has watched for
    /// so long.
    pub(crate) fn claim(
        &self,
        labels: &HashMap<String, String>,
        predecessors: Predecessors,
        watched_for: Duration,
    ) -> Claim {
        let is = |key, value: &String| labels.get(key) == Some(value);
        let life = labels.get(LIFE).and_then(|text| text.parse::<u64>().ok());
        let is_expired = life.is_some_and(|life| watched_for > Duration::from_secs(life));
        if is(OWNER, &self.owner) && is(BOOT, &self.id) {
            Claim::Ours
        } else if is_expired || (is(OWNER, &self.owner) && predecessors == Predecessors::Stale) {
            Claim::Stale
        } else {
            Claim::Foreign
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const BOTH: [Predecessors; 2] = [Predecessors::Stale, Predecessors::StaleWhenExpired];

    #[test]
    fn another_owners_container_is_left_alone_for_as_long_as_it_may_live() {
        let (mine, other) = (Boot::new("mine"), Boot::new("other"));
        let labels = other.labels("spec", HOUR);
        for predecessors in BOTH {
            let claim = |watched_for| mine.claim(&labels, predecessors, watched_for);
            assert_eq!(claim(Duration::ZERO), Claim::Foreign);
            assert_eq!(claim(HOUR), Claim::Foreign);
            assert_eq!(claim(2 * HOUR), Claim::Stale);
        }
    }

    #[test]
    fn an_earlier_lifes_container_is_stale_when_the_next_begins() {
        let (earlier, now) = (Boot::new("mine"), Boot::new("mine"));
        let labels = earlier.labels("spec", HOUR);
        let claim = |predecessors| now.claim(&labels, predecessors, Duration::ZERO);
        assert_eq!(claim(Predecessors::Stale), Claim::Stale);
        assert_eq!(claim(Predecessors::StaleWhenExpired), Claim::Foreign);
    }

    #[test]
    fn labels_that_cannot_be_read_are_foreign() {
        let mine = Boot::new("mine");
        let mut labels = Boot::new("other").labels("spec", HOUR);
        labels.insert(LIFE.to_owned(), "long".to_owned());
        for labels in [labels, HashMap::new()] {
            let claim = mine.claim(&labels, Predecessors::Stale, 1000 * HOUR);
            assert_eq!(claim, Claim::Foreign);
        }
    }

    #[test]
    fn our_own_container_is_ours_whatever_the_time() {
        let mine = Boot::new("mine");
        let labels = mine.labels("spec", Duration::ZERO);
        for predecessors in BOTH {
            let claim = mine.claim(&labels, predecessors, HOUR);
            assert_eq!(claim, Claim::Ours);
        }
    }

    /// T-19: a clock that is set does nothing, because nobody looks at it. Neither labels, nor the
    /// server's deadlines, nor the harness's know the time of day.
    #[test]
    fn nobody_asks_what_time_it_is() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        // In pieces, or this file would be found.
        let askers = [
            ["System", "Time"],
            ["UNIX_", "EPOCH"],
            ["time.", "time"],
            ["datetime", ".now"],
        ]
        .map(|pieces| pieces.concat());
        let mut folders = vec![here.join("src"), here.join("../../runner-image/harness")];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path
                    .extension()
                    .is_some_and(|end| end == "rs" || end == "py")
                {
                    files += 1;
                    let text = std::fs::read_to_string(&path).unwrap();
                    for asker in &askers {
                        assert!(!text.contains(asker), "{asker} in {}", path.display());
                    }
                }
            }
        }
        assert!(files > 50, "{files} files are not all");
        let labels = Boot::new("mine").labels("spec", HOUR);
        assert_eq!(labels[LIFE], "3600");
    }
}
