//! What a browser's storage holds: one record a step, so that two tabs don't overwrite each
//! other's drafts, and one for the settings.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::{Progress, ProgressError, StepProgress};
use protocol::{CourseId, StepId};

/// The settings' key.
pub const SETTINGS_KEY: &str = "codealong.settings";

const STEP_PREFIX: &str = "codealong.step.";
const QUARANTINE_PREFIX: &str = "codealong.quarantined.";
/// Browsers still have records under it.
const FORMER_QUARANTINE_PREFIX: &str = "codealong.kept-aside.";

/// One step's progress as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The version of the format: that of [`Progress`].
    pub version: u32,
    /// The step's progress.
    #[serde(flatten)]
    pub step: StepProgress,
}

/// The part of a record that every version has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct RecordVersion {
    /// The version of the record's format.
    pub version: u32,
}

impl From<StepProgress> for StepRecord {
    fn from(step: StepProgress) -> Self {
        Self {
            version: Progress::VERSION,
            step,
        }
    }
}

/// The key of a step's record.
pub fn step_key(course: &CourseId, step: &StepId) -> String {
    format!("{STEP_PREFIX}{course}.{step}")
}

/// The step whose record has this key; none for other keys.
pub fn step_of_key(key: &str) -> Option<(CourseId, StepId)> {
    let (course, step) = key.strip_prefix(STEP_PREFIX)?.split_once('.')?;
    Some((CourseId::parse(course).ok()?, StepId::parse(step).ok()?))
}

/// The key that quarantines a record that can't be read; `taken` are the keys in use.
pub fn quarantine_key(key: &str, taken: &[String]) -> String {
    let mut number = 1_u32;
    loop {
        let quarantined_key = format!("{QUARANTINE_PREFIX}{number}.{key}");
        if !taken.contains(&quarantined_key) {
            return quarantined_key;
        }
        number += 1;
    }
}

/// The key that a record had before it was quarantined under this one; none for other keys.
pub fn original_key(quarantined_key: &str) -> Option<&str> {
    let (number, original) = quarantined_key
        .strip_prefix(QUARANTINE_PREFIX)
        .or_else(|| quarantined_key.strip_prefix(FORMER_QUARANTINE_PREFIX))?
        .split_once('.')?;
    number.parse::<u32>().is_ok().then_some(original)
}

/// The decoded record, or the error of one that is unreadable or of a newer version.
///
/// The version is checked first and on its own: a newer record may have another format altogether.
/// The records themselves read the formats of older versions, as [`StepProgress`] reads version 1.
pub fn take_record<T, E: Display>(
    newest: u32,
    version: Result<RecordVersion, E>,
    record: impl FnOnce() -> Result<T, E>,
) -> Result<T, ProgressError> {
    let unreadable = |error: E| ProgressError::Unreadable {
        detail: error.to_string(),
    };
    match version.map_err(unreadable)?.version {
        0 => Err(ProgressError::Unreadable {
            detail: "there is no version 0".to_owned(),
        }),
        found if found > newest => Err(ProgressError::Newer {
            found,
            known: newest,
        }),
        _ => record().map_err(unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(text: &str) -> Result<StepProgress, ProgressError> {
        let version = serde_json::from_str(text);
        take_record(Progress::VERSION, version, || {
            serde_json::from_str::<StepRecord>(text)
        })
        .map(|record| record.step)
    }

    #[test]
    fn a_key_names_its_step_both_ways() {
        let (course, step) = (
            CourseId::parse("redis").unwrap(),
            StepId::parse("ping").unwrap(),
        );
        let key = step_key(&course, &step);
        assert_eq!(step_of_key(&key), Some((course, step)));
        for other in [
            SETTINGS_KEY,
            "codealong.step.redis",
            "x",
            "codealong.step.A.b",
        ] {
            assert_eq!(step_of_key(other), None);
        }
    }

    #[test]
    fn quarantining_twice_keeps_both_records() {
        let first = quarantine_key(SETTINGS_KEY, &[]);
        let second = quarantine_key(SETTINGS_KEY, std::slice::from_ref(&first));
        assert_ne!(first, second);
        assert_eq!(original_key(&first), Some(SETTINGS_KEY));
        assert_eq!(original_key(&second), Some(SETTINGS_KEY));
        assert_eq!(original_key(SETTINGS_KEY), None);
        assert_eq!(step_of_key(&first), None);
    }

    #[test]
    fn a_record_survives_being_written_and_read() {
        let step = StepProgress {
            draft: Some(protocol::Program::of_one_file("x = 1")),
            hints_opened: 2,
            ..StepProgress::default()
        };
        let text = serde_json::to_string(&StepRecord::from(step.clone())).unwrap();
        assert_eq!(take(&text), Ok(step));
    }

    #[test]
    fn rubbish_and_newer_records_are_told_apart() {
        for rubbish in [
            "",
            "nonsense",
            "[]",
            "{}",
            r#"{"version":0}"#,
            r#"{"version":1,"draft":7}"#,
        ] {
            let error = take(rubbish).unwrap_err();
            assert!(
                matches!(error, ProgressError::Unreadable { .. }),
                "{rubbish}"
            );
        }
        let newer = take(r#"{"version":3,"draft":{"text":"of another form"}}"#);
        assert_eq!(newer, Err(ProgressError::Newer { found: 3, known: 2 }));
    }
}
