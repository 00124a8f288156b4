//! localStorage, and sessionStorage, which lives as long as the tab; no failure panics.

use gloo_storage::{LocalStorage, SessionStorage, Storage as _};
use web_sys::{Storage, window};

use super::super::StorageFault;

/// gloo's `raw` panics where storage is forbidden, so that is checked first.
fn local() -> Result<Storage, StorageFault> {
    match window().map(|window| window.local_storage()) {
        Some(Ok(Some(_))) => Ok(LocalStorage::raw()),
        _ => Err(StorageFault::Forbidden),
    }
}

/// The text under a key.
pub(crate) fn read(key: &str) -> Result<Option<String>, StorageFault> {
    local()?.get_item(key).map_err(|_| StorageFault::Forbidden)
}

/// Puts a text under a key.
pub(crate) fn write(key: &str, text: &str) -> Result<(), StorageFault> {
    local()?.set_item(key, text).map_err(|_| StorageFault::Full)
}

/// Removes a key.
pub(crate) fn remove(key: &str) {
    if let Ok(storage) = local() {
        // A record that can't be removed stays, and the next reader finds it again.
        let _ = storage.remove_item(key);
    }
}

/// All keys.
pub(crate) fn keys() -> Result<Vec<String>, StorageFault> {
    let storage = local()?;
    let length = storage.length().map_err(|_| StorageFault::Forbidden)?;
    Ok((0..length)
        .filter_map(|index| storage.key(index).ok().flatten())
        .collect())
}

/// What lives as long as the tab: each step's last report, and the program of a run under way.
pub(crate) mod session {
    use super::{SessionStorage, Storage, window};
    use gloo_storage::Storage as _;

    fn tab() -> Option<Storage> {
        match window()?.session_storage() {
            Ok(Some(_)) => Some(SessionStorage::raw()),
            _ => None,
        }
    }

    /// The text under a key.
    pub(crate) fn read(key: &str) -> Option<String> {
        tab()?.get_item(key).ok().flatten()
    }

    /// Puts a text under a key, if there is room.
    pub(crate) fn write(key: &str, text: &str) {
        if let Some(storage) = tab() {
            // What is lost here, another run brings back.
            let _ = storage.set_item(key, text);
        }
    }

    /// Removes a key.
    pub(crate) fn remove(key: &str) {
        if let Some(storage) = tab() {
            let _ = storage.remove_item(key);
        }
    }
}
