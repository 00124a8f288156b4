//! Records in localStorage: read, written, and quarantined where they can't be read.

use std::collections::BTreeSet;

use browser_model::{
    LearnerSettings, Progress, ProgressError, RecordVersion, SETTINGS_KEY, StepRecord,
    original_key, quarantine_key, step_of_key, take_record,
};
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::browser::{StorageFault, storage};

/// The records, and which of them could not be stored or read.
#[derive(Clone, Copy)]
pub(crate) struct Records {
    fault: RwSignal<Option<StorageFault>>,
    quarantined: RwSignal<Vec<QuarantinedRecord>>,
    /// Keys whose last write failed: the page's signals are newer than what is stored.
    unsaved: StoredValue<BTreeSet<String>>,
    /// Keys of unreadable records that there was no room to quarantine: nothing may overwrite them.
    stuck: StoredValue<Vec<(String, ProgressError)>>,
}

/// A record that could not be read and was moved to another key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QuarantinedRecord {
    /// Its key in the quarantine.
    pub(crate) key: String,
    /// Why it could not be read.
    pub(crate) reason: ProgressError,
}

/// What a quarantined record holds, as the beginning of a sentence.
pub(crate) fn quarantined_name(key: &str) -> String {
    match original_key(key).and_then(step_of_key) {
        Some((_, step)) => format!("The progress of the step \u{201c}{step}\u{201d}"),
        None => "A record of the settings".to_owned(),
    }
}

impl Records {
    pub(super) fn new() -> Self {
        Self {
            fault: RwSignal::new(None),
            quarantined: RwSignal::new(Vec::new()),
            unsaved: StoredValue::new(BTreeSet::new()),
            stuck: StoredValue::new(Vec::new()),
        }
    }

    /// Why something could not be stored, if so.
    pub(super) fn fault(self) -> RwSignal<Option<StorageFault>> {
        self.fault
    }

    /// The records that could not be read since the page was opened.
    pub(super) fn quarantined(self) -> RwSignal<Vec<QuarantinedRecord>> {
        self.quarantined
    }

    /// Whether the last write of a record failed.
    pub(super) fn is_unsaved(self, key: &str) -> bool {
        self.unsaved.with_value(|unsaved| unsaved.contains(key))
    }

    /// The keys of all records whose last write failed.
    pub(super) fn unsaved(self) -> Vec<String> {
        self.unsaved
            .with_value(|unsaved| unsaved.iter().cloned().collect())
    }

    /// Reads a record; one that can't be read is quarantined and reported.
    pub(super) fn read<T: DeserializeOwned>(self, key: &str, newest: u32) -> Option<T> {
        self.stuck
            .update_value(|stuck| stuck.retain(|(other, _)| other != key));
        let text = storage::read(key).ok().flatten()?;
        match parse(&text, newest) {
            Ok(record) => Some(record),
            Err(reason) => {
                self.quarantine(key, &text, reason);
                None
            }
        }
    }

    /// Reads a record that another tab wrote. One that can't be read is left alone: that tab may
    /// have a newer version of the page.
    pub(super) fn read_of_other_tab<T: DeserializeOwned>(
        self,
        key: &str,
        newest: u32,
    ) -> Option<T> {
        let text = storage::read(key).ok().flatten()?;
        parse(&text, newest).ok()
    }

    /// Writes a record; false where storage does not take it.
    pub(super) fn write(self, key: &str, record: &impl Serialize) -> bool {
        let Ok(text) = serde_json::to_string(record) else {
            return false;
        };
        self.quarantine_what_is_stuck();
        let is_stuck = self
            .stuck
            .with_value(|stuck| stuck.iter().any(|(other, _)| other == key));
        let fault = if is_stuck {
            Some(StorageFault::Full)
        } else {
            storage::write(key, &text).err()
        };
        let is_written = fault.is_none();
        let is_any_unsaved = self.unsaved.try_update_value(|unsaved| {
            if is_written {
                unsaved.remove(key);
            } else {
                unsaved.insert(key.to_owned());
            }
            !unsaved.is_empty()
        });
        let fault = match (fault, is_any_unsaved) {
            (None, Some(true)) => self.fault.get_untracked(),
            (fault, _) => fault,
        };
        if self.fault.get_untracked() != fault {
            self.fault.set(fault);
        }
        is_written
    }

    /// Forgets failed writes and stuck records: storage was cleared.
    pub(super) fn forget(self) {
        self.stuck.set_value(Vec::new());
        self.unsaved.set_value(BTreeSet::new());
    }

    /// Restores quarantined records that can be read by now, such as a newer page's that an older
    /// one quarantined, unless there is a record under the key again.
    pub(super) fn restore_quarantined(self, keys: &[String]) {
        for quarantined_key in keys {
            let Some(key) =
                original_key(quarantined_key).filter(|key| !keys.iter().any(|k| k == key))
            else {
                continue;
            };
            let Ok(Some(text)) = storage::read(quarantined_key) else {
                continue;
            };
            let is_readable = if key == SETTINGS_KEY {
                parse::<LearnerSettings>(&text, LearnerSettings::VERSION).is_ok()
            } else {
                parse::<StepRecord>(&text, Progress::VERSION).is_ok()
            };
            if is_readable && storage::write(key, &text).is_ok() {
                storage::remove(quarantined_key);
            }
        }
    }

    /// The keys of all quarantined records, from earlier visits too.
    pub(crate) fn quarantined_keys(self) -> Vec<String> {
        let mut keys = storage::keys().unwrap_or_default();
        keys.retain(|key| original_key(key).is_some());
        keys.sort();
        keys
    }

    /// The text of a quarantined record.
    pub(crate) fn quarantined_text(self, key: &str) -> Option<String> {
        storage::read(key).ok().flatten()
    }

    /// Deletes a quarantined record.
    pub(crate) fn delete_quarantined(self, key: &str) {
        storage::remove(key);
        self.quarantined
            .update(|kept| kept.retain(|other| other.key != key));
    }

    /// Moves a record to another key. Where there is no room, it is stuck and stays: the next write
    /// tries again.
    fn quarantine(self, key: &str, text: &str, reason: ProgressError) {
        let quarantined_key = quarantine_key(key, &storage::keys().unwrap_or_default());
        match storage::write(&quarantined_key, text) {
            Ok(()) => {
                storage::remove(key);
                self.quarantined.update(|kept| {
                    kept.push(QuarantinedRecord {
                        key: quarantined_key,
                        reason,
                    })
                });
            }
            Err(fault) => {
                self.stuck
                    .update_value(|stuck| stuck.push((key.to_owned(), reason)));
                self.fault.set(Some(fault));
            }
        }
    }

    fn quarantine_what_is_stuck(self) {
        let stuck = self.stuck.try_update_value(std::mem::take);
        for (key, reason) in stuck.unwrap_or_default() {
            if let Ok(Some(text)) = storage::read(&key) {
                self.quarantine(&key, &text, reason);
            }
        }
    }
}

fn parse<T: DeserializeOwned>(text: &str, newest: u32) -> Result<T, ProgressError> {
    let version = serde_json::from_str::<RecordVersion>(text);
    take_record(newest, version, || serde_json::from_str(text))
}
