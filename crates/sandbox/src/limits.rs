//! Every restriction on the two containers of a lane, with its reason.

use std::collections::HashMap;
use std::path::Path;

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
/// What fits into `/dev/shm`, and how many files.
pub(crate) const SHARED_MEMORY: Tmpfs = Tmpfs {
    bytes: 1024 * 1024,
    inodes: 512,
};
/// What fits into the one folder that the judge can write to: the sockets that its redis-servers listen on,
/// and 4 MiB of files that one is given, which it rewrites.
pub(crate) const ORACLE: Tmpfs = Tmpfs {
    bytes: 12 * 1024 * 1024,
    inodes: 64,
};
/// Open files of one process.
pub(crate) const OPEN_FILES: i64 = 128;
/// The size of one file.
pub(crate) const FILE_BYTES: i64 = 16 * 1024 * 1024;
/// The most that one TCP socket buffers of what is sent. Version 1 of control groups charges this
/// memory to nobody.
pub(crate) const SEND_BUFFER_BYTES: u64 = 65_536;
/// The same of what was received.
pub(crate) const RECEIVE_BUFFER_BYTES: u64 = 32_768;

/// What a UDP socket or a pair of unix sockets may hold, by the host's own setting (`net.core`): with as
/// many of each as the judge allows, and 256 TCP connections, that is less than 80 MiB.
pub(crate) const OTHER_BUFFER_BYTES: u64 = 256 * 1024;

/// The options of a tmpfs that can contain nothing.
const NOTHING: &str = "ro,nosuid,nodev,noexec,size=4096,nr_inodes=1,mode=0555";

/// A writable tmpfs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tmpfs {
    pub(crate) bytes: u64,
    /// Files and directories together.
    pub(crate) inodes: u64,
}

/// One of the two containers of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the tests, and owns the network namespace.
    Judge,
    /// Runs the learner's program, and joins that namespace.
    Learner,
}

impl Role {
    /// Both roles.
    pub const ALL: [Self; 2] = [Self::Judge, Self::Learner];

    /// The role's name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Judge => "judge's container",
            Self::Learner => "learner's container",
        }
    }
}

/// Which network namespace a container is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network<'name> {
    /// A namespace of its own.
    Own,
    /// The namespace of the container with this name.
    Of(&'name str),
}

/// The user of a container's processes: a number that no account and no other living container has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The id of user and group.
    pub(crate) id: u32,
}

impl Identity {
    const FIRST: u32 = 20_000;
    const COUNT: u32 = 40_000;

    /// The `number`th identity. They repeat after 40,000 containers, and stay below 65,536, which
    /// is all that an engine with remapped users has.
    pub(crate) fn nth(number: u32) -> Self {
        Self {
            id: Self::FIRST + number % Self::COUNT,
        }
    }
}

/// Every restriction on a container. `seccomp` is the profile's text.
pub(crate) fn host_config(
    role: Role,
    network: Network<'_>,
    identity: Identity,
    seccomp: &str,
    runtime: Option<&str>,
    ipv6: bool,
) -> HostConfig {
    HostConfig {
        // No interface but loopback: nothing to reach and nobody to be reached by, except the other
        // container of the lane.
        network_mode: Some(match network {
            Network::Own => "none".to_owned(),
            Network::Of(container) => format!("container:{container}"),
        }),
        // The namespace's settings, which apply to both containers of the lane.
        sysctls: match network {
            Network::Own => Some(network_settings(ipv6)),
            Network::Of(_) => None,
        },
        // A read-only image: nothing of ours or of Python can be changed.
        readonly_rootfs: Some(true),
        // No capability, for no process, whatever it executes.
        cap_drop: Some(vec!["ALL".to_owned()]),
        // Memory of all processes together.
        memory: Some(MEMORY_BYTES),
        // Memory and swap together: the same number, so no swap.
        memory_swap: Some(MEMORY_BYTES),
        // Half a processor. The period is the kernel's default: a shorter one is slower.
        nano_cpus: Some(NANO_CPUS),
        // On a busy host the judge has a larger share than the programs that it judges: it has to notice
        // in time that one takes too much. Without a number it is 1024 (in version 2 of control groups
        // the ratio is smaller).
        cpu_shares: match role {
            Role::Judge => Some(4096),
            Role::Learner => None,
        },
        // Processes and threads, against fork bombs.
        pids_limit: Some(PROCESSES),
        // A set-user-id file gains nothing, and calls that a judged program does not need fail.
        security_opt: Some(vec![
            "no-new-privileges:true".to_owned(),
            format!("seccomp={seccomp}"),
        ]),
        // The only writable directories, in memory, each with a size and a number of files.
        tmpfs: Some(places(role, identity)),
        // A private IPC namespace without the engine's own `/dev/shm`, which allows any number of
        // files; ours is among the tmpfs above.
        ipc_mode: Some("none".to_owned()),
        // The host's tree of control groups stays hidden.
        cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
        // Ours is PID 1: Docker's init would be a stranger with the same user id.
        init: Some(false),
        // The output is for us alone; a log on the host's disk could fill it.
        log_config: Some(HostConfigLogConfig {
            typ: Some("none".to_owned()),
            config: None,
        }),
        // A container that ends is removed, even when no server is left to do it.
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
        // The engine's default runtime, or a stronger one that the owner chose.
        runtime: runtime.map(ToOwned::to_owned),
        ..HostConfig::default()
    }
}

/// Whether the kernel has IPv6: without it, a container with a setting for it fails to start.
pub(crate) fn kernel_has_ipv6() -> bool {
    Path::new("/proc/sys/net/ipv6").exists()
}

/// The settings of a lane's network namespace.
fn network_settings(ipv6: bool) -> HashMap<String, String> {
    let setting = |name: &str, value: String| (format!("net.ipv4.{name}"), value);
    let mut settings = HashMap::from([
        // What sockets buffer is kernel memory: a little for each.
        setting(
            "tcp_rmem",
            format!("4096 {RECEIVE_BUFFER_BYTES} {RECEIVE_BUFFER_BYTES}"),
        ),
        setting(
            "tcp_wmem",
            format!("4096 {RECEIVE_BUFFER_BYTES} {SEND_BUFFER_BYTES}"),
        ),
        // Nothing learnt from one connection is kept for the next learner's.
        setting("tcp_no_metrics_save", "1".to_owned()),
        // No port is kept after its connection has ended: a program's next start binds it at once,
        // with or without SO_REUSEADDR.
        setting("tcp_max_tw_buckets", "0".to_owned()),
    ]);
    if ipv6 {
        // `localhost` is `::1` too: asyncio binds both, and older engines give loopback only one.
        let name = "net.ipv6.conf.all.disable_ipv6";
        settings.insert(name.to_owned(), "0".to_owned());
    }
    settings
}

/// The tmpfs mounts of a container: a judge has room for a socket, and for nothing else.
fn places(role: Role, identity: Identity) -> HashMap<String, String> {
    let nothing = |path: &str| (path.to_owned(), NOTHING.to_owned());
    let mut places = HashMap::from([
        // Message queues can be created as files here; this one takes none.
        nothing("/dev/mqueue"),
        // Pseudo-terminals are the host's; none can be opened without this directory's own.
        nothing("/dev/pts"),
    ]);
    match role {
        Role::Judge => places.extend([
            nothing("/dev/shm"),
            // A socket that has a name in the judge's own files can't be reached from another container.
            ("/run/oracle".to_owned(), tmpfs_options(ORACLE, identity)),
        ]),
        Role::Learner => places.extend(
            [
                ("/code", CODE),
                ("/tmp", TMP),
                // POSIX shared memory and semaphores, which Python's multiprocessing needs.
                ("/dev/shm", SHARED_MEMORY),
            ]
            .map(|(path, tmpfs)| (path.to_owned(), tmpfs_options(tmpfs, identity))),
        ),
    }
    places
}

/// The whole request for a container: what it runs and under which restrictions.
pub(crate) fn container(
    role: Role,
    network: Network<'_>,
    image: &str,
    identity: Identity,
    labels: HashMap<String, String>,
    host_config: HostConfig,
) -> ContainerCreateBody {
    // The server talks to the judge alone. Losing our end of the connection closes the judge's
    // standard input, on which it ends, and with it the launcher: no lane can outlive the server
    // that started it.
    let is_spoken_to = role == Role::Judge;
    ContainerCreateBody {
        image: Some(image.to_owned()),
        // Numbers, so that no account of the image matters.
        user: Some(format!("{}:{}", identity.id, identity.id)),
        // A container that joins a network takes over its hostname.
        hostname: (network == Network::Own).then(|| "sandbox".to_owned()),
        open_stdin: Some(is_spoken_to),
        stdin_once: Some(is_spoken_to),
        attach_stdin: Some(is_spoken_to),
        attach_stdout: Some(is_spoken_to),
        attach_stderr: Some(is_spoken_to),
        tty: Some(false),
        // A health check would be one more process, started at any time.
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
