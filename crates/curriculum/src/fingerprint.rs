//! Whether course files changed since they were read.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;

use crate::folder::is_ignored;

/// The state of all files below a folder; two that are equal saw the same files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(u64);

/// A curriculum is courses, steps, mistakes: what lies deeper is reported by loading, not read.
const MAX_DEPTH: u8 = 4;

impl Fingerprint {
    /// The names, sizes and times of the files below `folder`. Costs a few dozen look-ups.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let mut hasher = DefaultHasher::new();
        add(&mut hasher, folder, MAX_DEPTH)?;
        Ok(Self(hasher.finish()))
    }
}

fn add(hasher: &mut DefaultHasher, folder: &Path, depth: u8) -> io::Result<()> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<Vec<_>>>()?;
    names.retain(|name| !is_ignored(&name.to_string_lossy()));
    names.sort();
    for name in names {
        let path = folder.join(&name);
        name.hash(hasher);
        // A file that went away meanwhile, or a link to nothing, is a state like any other.
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        metadata.len().hash(hasher);
        metadata.modified().ok().hash(hasher);
        if metadata.is_dir() && depth > 0 {
            add(hasher, &path, depth - 1)?;
        }
    }
    // The end of a folder: a file moved from its end to behind it is a change.
    0_u8.hash(hasher);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_a_new_file_and_a_removal_are_seen_and_a_leftover_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let step = folder.path().join("redis/ping");
        fs::create_dir_all(&step).unwrap();
        let fingerprint = || Fingerprint::of(folder.path()).unwrap();

        let empty = fingerprint();
        assert_eq!(empty, fingerprint());
        fs::write(step.join("tests.py"), "one").unwrap();
        let one = fingerprint();
        assert_ne!(empty, one);
        fs::write(step.join("tests.py"), "three").unwrap();
        let changed = fingerprint();
        assert_ne!(one, changed);
        fs::remove_file(step.join("tests.py")).unwrap();
        assert_ne!(changed, fingerprint());
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        assert!(Fingerprint::of(Path::new("/nonexistent/curriculum")).is_err());
    }
}
