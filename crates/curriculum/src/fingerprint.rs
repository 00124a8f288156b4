//! Tells whether course files have changed since they were read.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;

use crate::folder::is_ignored;

/// A hash of the names, sizes and modification times of all files below a folder.
///
/// Equal fingerprints mean that nothing changed as far as metadata can tell: an edit that keeps
/// both the size and the modification time of a file goes unnoticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(u64);

/// The loader reads three levels of folders: courses, steps, mistakes. The limit also ends a cycle
/// of symbolic links.
const MAX_DEPTH: u8 = 4;

impl Fingerprint {
    /// Takes the fingerprint of `folder`. No file is opened, but each folder is listed and each
    /// entry costs a `stat`, so the time grows with the number of files.
    ///
    /// # Errors
    ///
    /// When a folder can't be listed.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let mut hasher = DefaultHasher::new();
        hash_folder(&mut hasher, folder, MAX_DEPTH)?;
        Ok(Self(hasher.finish()))
    }
}

fn hash_folder(hasher: &mut DefaultHasher, folder: &Path, depth: u8) -> io::Result<()> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<Vec<_>>>()?;
    names.retain(|name| !is_ignored(&name.to_string_lossy()));
    names.sort();
    for name in names {
        let path = folder.join(&name);
        name.hash(hasher);
        // A file deleted meanwhile and a dangling link are states like any other.
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        metadata.len().hash(hasher);
        metadata.modified().ok().hash(hasher);
        if metadata.is_dir() && depth > 0 {
            hash_folder(hasher, &path, depth - 1)?;
        }
    }
    // Marks the folder's end: a file moved out of it to just behind it is a change.
    0_u8.hash(hasher);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_a_changed_and_a_removed_file_are_noticed() {
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
