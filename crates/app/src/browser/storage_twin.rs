//! localStorage in memory, for tests: one for each thread, and so for each test.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::StorageFault;

#[derive(Default)]
struct Twin {
    records: BTreeMap<String, String>,
    /// The quota in bytes of keys and texts; none where it is unlimited.
    room: Option<usize>,
    is_forbidden: bool,
}

thread_local! {
    static TWIN: RefCell<Twin> = RefCell::default();
}

fn with<T>(use_it: impl FnOnce(&mut Twin) -> T) -> Result<T, StorageFault> {
    TWIN.with_borrow_mut(|twin| match twin.is_forbidden {
        true => Err(StorageFault::Forbidden),
        false => Ok(use_it(twin)),
    })
}

pub(crate) fn read(key: &str) -> Result<Option<String>, StorageFault> {
    with(|twin| twin.records.get(key).cloned())
}

pub(crate) fn write(key: &str, text: &str) -> Result<(), StorageFault> {
    with(|twin| {
        let of_others = twin.records.iter().filter(|(other, _)| *other != key);
        let taken: usize = of_others.map(|(key, text)| key.len() + text.len()).sum();
        if twin
            .room
            .is_some_and(|room| taken + key.len() + text.len() > room)
        {
            return Err(StorageFault::Full);
        }
        twin.records.insert(key.to_owned(), text.to_owned());
        Ok(())
    })?
}

pub(crate) fn remove(key: &str) {
    // What can't be removed stays, as in a browser.
    let _ = with(|twin| twin.records.remove(key));
}

pub(crate) fn keys() -> Result<Vec<String>, StorageFault> {
    with(|twin| twin.records.keys().cloned().collect())
}

/// Leaves no more room than is taken.
pub(crate) fn fill() {
    TWIN.with_borrow_mut(|twin| {
        let taken = twin.records.iter();
        twin.room = Some(taken.map(|(key, text)| key.len() + text.len()).sum());
    });
}

/// Lifts the quota.
pub(crate) fn make_room() {
    TWIN.with_borrow_mut(|twin| twin.room = None);
}

/// Forbids the page all storage, or allows it again.
pub(crate) fn forbid(is_forbidden: bool) {
    TWIN.with_borrow_mut(|twin| twin.is_forbidden = is_forbidden);
}
