//! A hash that is short enough for a name.

use sha2::{Digest, Sha256};

/// The first 12 hexadecimal digits of what was hashed.
pub(crate) fn short_hash(hasher: Sha256) -> String {
    hasher
        .finalize()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
