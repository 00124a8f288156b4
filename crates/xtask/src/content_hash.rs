//! The hash of a content, as text.

use std::fmt;

use sha2::{Digest, Sha256};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContentHash([u8; 32]);

impl ContentHash {
    pub(crate) fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    /// As long as a file's name needs it: two contents of one file never share these 64 bits.
    pub(crate) fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(16);
        text
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_tells_contents_apart() {
        let one = ContentHash::of(b"one");
        assert_eq!(one, ContentHash::of(b"one"));
        assert_ne!(one.short(), ContentHash::of(b"two").short());
        assert!(one.to_string().starts_with(&one.short()));
    }
}
