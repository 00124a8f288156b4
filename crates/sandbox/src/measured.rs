//! What judge and launcher measure of their own containers.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The limits as seen from inside.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Measured {
    pub(crate) memory_bytes: Option<i64>,
    pub(crate) memory_swap_bytes: Option<i64>,
    pub(crate) cpu_quota_us: Option<i64>,
    pub(crate) cpu_period_us: Option<i64>,
    pub(crate) processes: Option<i64>,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) groups: Vec<u32>,
    pub(crate) capabilities: u64,
    pub(crate) no_new_privileges: bool,
    pub(crate) seccomp_mode: u32,
    pub(crate) read_only_root: bool,
    pub(crate) interfaces: Vec<String>,
    pub(crate) tmpfs: BTreeMap<String, MeasuredTmpfs>,
    pub(crate) writable: Vec<String>,
    pub(crate) ulimits: MeasuredUlimits,
    pub(crate) pid: u32,
    pub(crate) dumpable: bool,
    pub(crate) terminals: u32,
    pub(crate) socket_buffers: MeasuredSocketBuffers,
    pub(crate) time_wait_max: Option<i64>,
}

/// A writable tmpfs, as it is mounted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct MeasuredTmpfs {
    pub(crate) bytes: Option<u64>,
    pub(crate) inodes: Option<u64>,
    /// As in `/proc/mounts`.
    pub(crate) options: Vec<String>,
}

/// Hard limits; none where there is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct MeasuredUlimits {
    pub(crate) nofile: Option<i64>,
    pub(crate) core: Option<i64>,
    pub(crate) fsize: Option<i64>,
}

/// What one socket may buffer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct MeasuredSocketBuffers {
    pub(crate) send_bytes: Option<u64>,
    pub(crate) receive_bytes: Option<u64>,
    /// What one unread connection took, though more was asked for.
    pub(crate) held_bytes: u64,
    /// The same of a UDP socket, and of a pair of unix sockets.
    pub(crate) datagram_bytes: u64,
    pub(crate) unix_bytes: u64,
}
