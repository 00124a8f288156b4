//! localStorage in memory, for tests: one for each thread, and so for each test.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::StorageFault;

#[derive(Default)]
struct FakeStorage {
    records: BTreeMap<String, String>,
    /// The quota in bytes of keys and texts; none where it is unlimited.
    room: Option<usize>,
    is_forbidden: bool,
}

thread_local! {
    static STORAGE: RefCell<FakeStorage> = RefCell::default();
}

fn with<T>(call: impl FnOnce(&mut FakeStorage) -> T) -> Result<T, StorageFault> {
    STORAGE.with_borrow_mut(|storage| match storage.is_forbidden {
        true => Err(StorageFault::Forbidden),
        false => Ok(call(storage)),
    })
}

pub(crate) fn read(key: &str) -> Result<Option<String>, StorageFault> {
    with(|storage| storage.records.get(key).cloned())
}

pub(crate) fn write(key: &str, text: &str) -> Result<(), StorageFault> {
    with(|storage| {
        let of_others = storage.records.iter().filter(|(other, _)| *other != key);
        let taken: usize = of_others.map(|(key, text)| key.len() + text.len()).sum();
        if storage
            .room
            .is_some_and(|room| taken + key.len() + text.len() > room)
        {
            return Err(StorageFault::Full);
        }
        storage.records.insert(key.to_owned(), text.to_owned());
        Ok(())
    })?
}

pub(crate) fn remove(key: &str) {
    // What can't be removed stays, as in a browser.
    let _ = with(|storage| storage.records.remove(key));
}

pub(crate) fn keys() -> Result<Vec<String>, StorageFault> {
    with(|storage| storage.records.keys().cloned().collect())
}

/// Leaves no more room than is taken.
pub(crate) fn fill() {
    STORAGE.with_borrow_mut(|storage| {
        let taken = storage.records.iter();
        storage.room = Some(taken.map(|(key, text)| key.len() + text.len()).sum());
    });
}

/// Lifts the quota.
pub(crate) fn make_room() {
    STORAGE.with_borrow_mut(|storage| storage.room = None);
}

/// Forbids the page all storage, or allows it again.
pub(crate) fn forbid(is_forbidden: bool) {
    STORAGE.with_borrow_mut(|storage| storage.is_forbidden = is_forbidden);
}
