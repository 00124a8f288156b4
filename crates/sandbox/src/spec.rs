//! What every container of one make has in common, and the hash that tells one make from another.

use std::collections::HashMap;

use bollard::models::{ContainerCreateBody, HostConfig};
use sha2::{Digest, Sha256};

use crate::limits::{Identity, container, host_config};
use crate::omission::Omission;

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
    omit: Option<Omission>,
}

impl Spec {
    /// The make of containers from an image, which `image_id` identifies beyond its name.
    pub(crate) fn new(
        image: String,
        image_id: &str,
        seccomp: String,
        runtime: Option<String>,
        omit: Option<Omission>,
    ) -> Self {
        let mut spec = Self {
            image,
            hash: String::new(),
            first_identity: rand::random(),
            seccomp,
            runtime,
            omit,
        };
        let body = spec.container(Identity::nth(0), HashMap::new());
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

    /// A container of this make, whole: as it is promised to be, except where a test leaves
    /// something out.
    pub(crate) fn container(
        &self,
        identity: Identity,
        labels: HashMap<String, String>,
    ) -> ContainerCreateBody {
        let mut body = container(&self.image, identity, labels, self.promised(identity));
        if let Some(omission) = self.omit {
            omission.apply(&mut body);
        }
        body
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
    use crate::Promise;

    fn hash(image_id: &str, seccomp: &str, omit: Option<Omission>) -> String {
        let image = "codealong-runner:x".to_owned();
        Spec::new(image, image_id, seccomp.to_owned(), None, omit).hash
    }

    #[test]
    fn a_make_is_told_by_its_image_and_its_limits() {
        let hash_of_one = hash("sha256:1", "{}", None);
        assert_eq!(hash("sha256:1", "{}", None), hash_of_one);
        assert_ne!(hash("sha256:2", "{}", None), hash_of_one);
        assert_ne!(hash("sha256:1", "[]", None), hash_of_one);
        assert_ne!(
            hash("sha256:1", "{}", Some(Omission::Whole(Promise::Memory))),
            hash_of_one
        );
        assert_eq!(hash_of_one.len(), 12);
    }
}
