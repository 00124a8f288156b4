//! The hash of a build's input, kept beside its output, so that nothing is built twice.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::content_hash::ContentHash;

#[derive(Debug)]
pub(crate) struct BuildStamp {
    file: PathBuf,
    hash: String,
}

impl BuildStamp {
    pub(crate) fn new(file: PathBuf, input: &[u8]) -> Self {
        let hash = ContentHash::of(input).to_string();
        Self { file, hash }
    }

    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|hash| hash == self.hash)
    }

    /// Comes first: an output that is left unfinished has no stamp.
    pub(crate) fn remove(&self) -> Result<()> {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Comes last, when the output is complete.
    pub(crate) fn write(&self) -> Result<()> {
        fs::write(&self.file, &self.hash)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_current_until_its_input_changes() {
        let file = std::env::temp_dir().join(format!("codealong-stamp-{}", std::process::id()));
        let stamp = BuildStamp::new(file.clone(), b"one");
        assert!(!stamp.is_current());
        stamp.write().unwrap();
        assert!(stamp.is_current());
        assert!(!BuildStamp::new(file.clone(), b"two").is_current());
        stamp.remove().unwrap();
        assert!(!stamp.is_current());
        stamp.remove().unwrap();
    }
}
