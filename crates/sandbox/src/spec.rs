//! What every container of one make has in common, and the hash that tells one make from another.

use bollard::models::HostConfig;
use sha2::{Digest, Sha256};

use crate::limits::{Identity, container, host_config};
use crate::promise::Promise;

/// What every container of one make has in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    /// The runner image.
    pub(crate) image: String,
    /// Tells this make from any other: image, limits and all.
    pub(crate) hash: String,
    /// Where the identities of this server's containers begin.
    pub(crate) first_identity: u32,
    seccomp: String,
    runtime: Option<String>,
    omit: Option<Promise>,
}

impl Spec {
    /// The make of containers from an image, which `image_id` identifies beyond its name.
    pub(crate) fn new(
        image: String,
        image_id: &str,
        seccomp: String,
        runtime: Option<String>,
        omit: Option<Promise>,
    ) -> Self {
        let mut spec = Self {
            image,
            hash: String::new(),
            first_identity: rand::random(),
            seccomp,
            runtime,
            omit,
        };
        let identity = Identity::nth(0);
        let body = container(
            &spec.image,
            identity,
            std::collections::HashMap::new(),
            spec.limits(identity),
        );
        // Through a value, whose keys are sorted: a map's own order differs from run to run.
        let body = serde_json::to_value(body).unwrap_or_default();
        let digest = Sha256::digest(format!("{image_id}\n{body}"));
        spec.hash = short_hex(&digest);
        spec
    }

    /// The restrictions that a container of this make is promised to have.
    pub(crate) fn promised(&self, identity: Identity) -> HostConfig {
        host_config(identity, &self.seccomp, self.runtime.as_deref())
    }

    /// The restrictions that a container of this make is created with: those that are promised,
    /// except where a test leaves one out.
    pub(crate) fn limits(&self, identity: Identity) -> HostConfig {
        let mut limits = self.promised(identity);
        if let Some(promise) = self.omit {
            promise.omit_from(&mut limits);
        }
        limits
    }
}

/// The first 12 digits of a hash.
pub(crate) fn short_hex(digest: &[u8]) -> String {
    digest
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(image_id: &str, seccomp: &str, omit: Option<Promise>) -> String {
        let image = "codealong-runner:x".to_owned();
        Spec::new(image, image_id, seccomp.to_owned(), None, omit).hash
    }

    #[test]
    fn a_make_is_told_by_its_image_and_its_limits() {
        let hash_of_one = hash("sha256:1", "{}", None);
        assert_eq!(hash("sha256:1", "{}", None), hash_of_one);
        assert_ne!(hash("sha256:2", "{}", None), hash_of_one);
        assert_ne!(hash("sha256:1", "[]", None), hash_of_one);
        assert_ne!(hash("sha256:1", "{}", Some(Promise::Memory)), hash_of_one);
        assert_eq!(hash_of_one.len(), 12);
    }
}
