//! What a container is promised to forbid, each promise with a name.

/// One promise of the sandbox; the boot self-test measures each inside a real container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Promise {
    /// No network but the container's own loopback.
    Network,
}
