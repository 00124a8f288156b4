//! Every restriction on a container, in one function, one line each.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HealthConfig, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig,
    ResourcesUlimits,
};

/// Memory for all processes of a container together; there is no swap.
pub(crate) const MEMORY_BYTES: i64 = 128 * 1024 * 1024;
/// Half a processor.
pub(crate) const NANO_CPUS: i64 = 500_000_000;
/// Processes and threads.
pub(crate) const PROCESSES: i64 = 50;
/// What fits into `/code`, and how many files.
pub(crate) const CODE: Tmpfs = Tmpfs {
    bytes: 8 * 1024 * 1024,
    inodes: 512,
};
/// What fits into `/tmp`, and how many files.
pub(crate) const TMP: Tmpfs = Tmpfs {
    bytes: 16 * 1024 * 1024,
    inodes: 1024,
};
/// What fits into `/dev/shm`.
pub(crate) const SHARED_MEMORY_BYTES: i64 = 1024 * 1024;
/// Open files of one process.
pub(crate) const OPEN_FILES: i64 = 256;
/// The size of one file.
pub(crate) const FILE_BYTES: i64 = 16 * 1024 * 1024;

/// The options of a place in memory that holds nothing.
const NOTHING: &str = "ro,nosuid,nodev,noexec,size=4096,nr_inodes=1,mode=0555";

/// A writable place in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tmpfs {
    /// Its size.
    pub(crate) bytes: u64,
    /// How many files and folders it holds.
    pub(crate) inodes: u64,
}

/// Who a container's processes are: numbers that no account has and no other living container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    /// User and group.
    pub(crate) id: u32,
}

impl Identity {
    const FIRST: u32 = 20_000;
    const COUNT: u32 = 40_000;

    /// The `number`th identity. They come round again after 40,000 containers, and stay below
    /// 65,536, which is all that an engine with remapped users has.
    pub(crate) fn nth(number: u32) -> Self {
        Self {
            id: Self::FIRST + number % Self::COUNT,
        }
    }
}

/// Every restriction on a container. `seccomp` is the profile's text.
pub(crate) fn host_config(identity: Identity, seccomp: &str, runtime: Option<&str>) -> HostConfig {
    HostConfig {
        // No interface but loopback: nothing to reach and nobody to be reached by.
        network_mode: Some("none".to_owned()),
        // The image can't be changed, so that nothing of the harness or of Python can.
        readonly_rootfs: Some(true),
        // No capability, for no process, whatever it executes.
        cap_drop: Some(vec!["ALL".to_owned()]),
        // Memory of all processes together.
        memory: Some(MEMORY_BYTES),
        // Memory and swap together: the same number, so no swap.
        memory_swap: Some(MEMORY_BYTES),
        // Half a processor. The period is the kernel's own: a shorter one is slower.
        nano_cpus: Some(NANO_CPUS),
        // Processes and threads, against fork bombs.
        pids_limit: Some(PROCESSES),
        // A set-user-id file gains nothing, and calls that a judged program has no use for fail.
        security_opt: Some(vec![
            "no-new-privileges:true".to_owned(),
            format!("seccomp={seccomp}"),
        ]),
        // The only writable places, in memory, each with a size and a number of files.
        tmpfs: Some(HashMap::from([
            ("/code".to_owned(), tmpfs_options(CODE, identity)),
            ("/tmp".to_owned(), tmpfs_options(TMP, identity)),
            // Message queues can be made as files here; nothing can be in this one.
            ("/dev/mqueue".to_owned(), NOTHING.to_owned()),
        ])),
        // POSIX shared memory and semaphores, which Python's multiprocessing needs.
        shm_size: Some(SHARED_MEMORY_BYTES),
        // Shared memory and message queues of its own.
        ipc_mode: Some("private".to_owned()),
        // The host's tree of control groups is not to be seen.
        cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
        // The harness is PID 1: an init of Docker's would be a stranger with the same user id.
        init: Some(false),
        // What the harness says is for us alone; a log on the host's disk could fill it.
        log_config: Some(HostConfigLogConfig {
            typ: Some("none".to_owned()),
            config: None,
        }),
        // A container that ends takes itself away, even when nobody is left to do it.
        auto_remove: Some(true),
        // Where the whole host runs out of memory, learners' programs go first.
        oom_score_adj: Some(500),
        // No limit on processes here: it would count a user's processes on the whole host.
        ulimits: Some(vec![
            ulimit("nofile", OPEN_FILES),
            ulimit("core", 0),
            ulimit("fsize", FILE_BYTES),
        ]),
        // Nothing of the host inside: no binds, mounts, devices or published ports, ever.
        binds: None,
        mounts: None,
        devices: None,
        port_bindings: None,
        privileged: Some(false),
        // The engine's own runtime, or a stronger one that the owner chose.
        runtime: runtime.map(ToOwned::to_owned),
        ..HostConfig::default()
    }
}

/// A container, whole: what it runs and under which restrictions.
pub(crate) fn container(
    image: &str,
    identity: Identity,
    labels: HashMap<String, String>,
    host_config: HostConfig,
) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(image.to_owned()),
        // Numbers, so that no account of the image matters.
        user: Some(format!("{}:{}", identity.id, identity.id)),
        hostname: Some("sandbox".to_owned()),
        // Both: losing our end of the connection closes the harness's standard input, on which it
        // ends. A container can't outlive the server that started it.
        open_stdin: Some(true),
        stdin_once: Some(true),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(false),
        // A health check would be a process that comes and goes as it likes.
        healthcheck: Some(HealthConfig {
            test: Some(vec!["NONE".to_owned()]),
            ..HealthConfig::default()
        }),
        labels: Some(labels),
        host_config: Some(host_config),
        ..ContainerCreateBody::default()
    }
}

fn tmpfs_options(tmpfs: Tmpfs, identity: Identity) -> String {
    let Tmpfs { bytes, inodes } = tmpfs;
    let Identity { id } = identity;
    format!("rw,nosuid,nodev,noexec,size={bytes},nr_inodes={inodes},mode=0700,uid={id},gid={id}")
}

fn ulimit(name: &str, value: i64) -> ResourcesUlimits {
    ResourcesUlimits {
        name: Some(name.to_owned()),
        soft: Some(value),
        hard: Some(value),
    }
}

#[cfg(test)]
mod tests;
