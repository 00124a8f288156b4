//! What a thing was made of, remembered beside it, so that it is not made twice.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use sha2::{Digest, Sha256};

#[derive(Debug)]
pub(crate) struct Stamp {
    file: PathBuf,
    hash: String,
}

impl Stamp {
    pub(crate) fn new(file: PathBuf, made_of: &[u8]) -> Self {
        let mut hash = String::new();
        for byte in Sha256::digest(made_of) {
            write!(hash, "{byte:02x}").expect("a string takes all that is written");
        }
        Self { file, hash }
    }

    /// Whether the thing that lies there was made of the same.
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|hash| hash == self.hash)
    }

    /// To be called last, when the thing is whole.
    pub(crate) fn write(&self) -> Result<()> {
        fs::write(&self.file, &self.hash)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_current_until_what_it_was_made_of_changes() {
        let file = std::env::temp_dir().join(format!("codealong-stamp-{}", std::process::id()));
        let stamp = Stamp::new(file.clone(), b"one");
        assert!(!stamp.is_current());
        stamp.write().unwrap();
        assert!(stamp.is_current());
        assert!(!Stamp::new(file.clone(), b"two").is_current());
        fs::remove_file(file).unwrap();
    }
}
