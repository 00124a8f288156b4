//! What the containers of one spec have in common, and the hash that tells one spec from another.

use std::collections::HashMap;

use bollard::models::{ContainerCreateBody, HostConfig};
use sha2::{Digest, Sha256};

use crate::image::{Image, Images};
use crate::limits::{Identity, Network, Role, container, host_config, kernel_has_ipv6};
use crate::short_hash::short_hash;

/// What the containers of one spec have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    /// Tells this spec from any other: images, limits and all.
    pub(crate) hash: String,
    /// The first identity of this server's containers, at random.
    pub(crate) first_identity: u32,
    images: Images,
    runtime: Option<String>,
    ipv6: bool,
}

impl Spec {
    /// The spec of containers from these images.
    pub(crate) fn new(images: Images, runtime: Option<String>) -> Self {
        let mut spec = Self {
            hash: String::new(),
            first_identity: rand::random(),
            images,
            runtime,
            ipv6: kernel_has_ipv6(),
        };
        let mut hasher = Sha256::new();
        for (role, network) in [
            (Role::Judge, Network::Own),
            (Role::Learner, Network::Of("judge")),
        ] {
            let body = spec.container(role, network, Identity::nth(0), HashMap::new());
            // Through a value, whose keys are sorted: a map's own order varies by process.
            let body = serde_json::to_value(body).unwrap_or_default();
            hasher.update(format!("{}\n{body}\n", spec.image(role).id));
        }
        spec.hash = short_hash(hasher);
        spec
    }

    /// The image of a role's container.
    pub(crate) fn image(&self, role: Role) -> &Image {
        match role {
            Role::Judge => &self.images.judge,
            Role::Learner => &self.images.learner,
        }
    }

    /// The identity of this server's `number`th container.
    pub(crate) fn identity(&self, number: u32) -> Identity {
        Identity::nth(self.first_identity.wrapping_add(number))
    }

    /// The restrictions that a container of this spec is guaranteed to have.
    pub(crate) fn guaranteed(
        &self,
        role: Role,
        network: Network<'_>,
        identity: Identity,
    ) -> HostConfig {
        let seccomp = &self.image(role).seccomp;
        let runtime = self.runtime.as_deref();
        host_config(role, network, identity, seccomp, runtime, self.ipv6)
    }

    /// The whole request for a container of this spec.
    pub(crate) fn container(
        &self,
        role: Role,
        network: Network<'_>,
        identity: Identity,
        labels: HashMap<String, String>,
    ) -> ContainerCreateBody {
        let guaranteed = self.guaranteed(role, network, identity);
        let image = &self.image(role).name;
        container(role, network, image, identity, labels, guaranteed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(image_id: &str, seccomp: &str) -> String {
        let image = Image {
            name: "codealong-judge:x".to_owned(),
            id: image_id.to_owned(),
            seccomp: seccomp.to_owned(),
        };
        let images = Images {
            judge: image.clone(),
            learner: image,
        };
        Spec::new(images, None).hash
    }

    #[test]
    fn a_make_is_told_by_its_images_and_its_limits() {
        let hash_of_one = hash("sha256:1", "{}");
        assert_eq!(hash("sha256:1", "{}"), hash_of_one);
        assert_ne!(hash("sha256:2", "{}"), hash_of_one);
        assert_ne!(hash("sha256:1", "[]"), hash_of_one);
        assert_eq!(hash_of_one.len(), 12);
    }
}
