//! How many files and connections this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// For the log, the courses' files, the engine's connections outside of lanes.
const RESERVED: usize = 128;

/// A lane's two containers have a connection of the engine each, and one each for its calls.
const PER_LANE: usize = 8;

/// More connections than this need more of a server than descriptors.
const CONNECTIONS_MAX: usize = 4096;

/// Raises the limit of open files as far as this process may, and returns it.
///
/// The usual 1,024 are there for programs that use `select`, which this one does not.
pub(crate) fn raise_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files stays as it is: {error}");
            limit.current
        }
    };
    // None is no limit.
    current.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    })
}

/// How many connections this process may have, so that the sandbox has the descriptors that it needs.
pub(crate) fn connections_max(open_files_max: usize, lanes_max: u32) -> usize {
    let lanes = usize::try_from(lanes_max).unwrap_or(usize::MAX);
    let held_back = lanes.saturating_mul(PER_LANE).saturating_add(RESERVED);
    // An answer may read a file of the site meanwhile.
    let each = 2;
    let max = open_files_max.saturating_sub(held_back) / each;
    max.clamp(16, CONNECTIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_has_its_descriptors_first() {
        assert_eq!(connections_max(1024, 9), (1024 - 128 - 72) / 2);
        assert_eq!(connections_max(64, 9), 16);
        assert_eq!(connections_max(usize::MAX, 9), 4096);
    }

    #[test]
    fn the_limit_is_as_high_as_it_may_be() {
        let raised = raise_limit();
        let now = getrlimit(Resource::Nofile);
        assert_eq!(now.current, now.maximum);
        assert!(raised >= 1024);
    }
}
