//! What a container is promised to forbid, each promise with a name, a limit that keeps it, and a
//! measurement that proves it.

use bollard::models::HostConfig;

use crate::limits::{
    CODE, FILE_BYTES, Identity, MEMORY_BYTES, NANO_CPUS, OPEN_FILES, PROCESSES,
    SHARED_MEMORY_BYTES, TMP, Tmpfs,
};
use crate::measured::{Measured, MeasuredTmpfs};

/// One promise of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Promise {
    /// No network but the container's own loopback.
    Network,
    /// The image can't be written to.
    ReadOnlyRoot,
    /// Not root, and nobody whom the host knows.
    User,
    /// No capabilities.
    Capabilities,
    /// 128 MB of memory.
    Memory,
    /// No swap.
    Swap,
    /// Half a processor.
    Cpu,
    /// 50 processes.
    Processes,
    /// No privileges to gain.
    NoNewPrivileges,
    /// Calls to the kernel are filtered.
    Seccomp,
    /// `/code` is small, in memory, and not for executables.
    Code,
    /// So is `/tmp`.
    Tmp,
    /// Shared memory is small.
    SharedMemory,
    /// Nothing else can be written to.
    Writable,
    /// 256 open files a process.
    OpenFiles,
    /// No core dumps.
    CoreDumps,
    /// 16 MiB a file.
    FileSize,
    /// The harness is the first process of the container.
    FirstProcess,
    /// The harness's memory is closed to every other process.
    NotDumpable,
    /// A container that ends is removed by the engine.
    AutoRemove,
    /// The engine keeps no log.
    NoLog,
    /// No shared memory or message queues with anyone.
    Ipc,
    /// Control groups of its own.
    CgroupNamespace,
    /// Goes first where the host runs out of memory.
    OutOfMemoryFirst,
}

impl Promise {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::Network,
        Self::ReadOnlyRoot,
        Self::User,
        Self::Capabilities,
        Self::Memory,
        Self::Swap,
        Self::Cpu,
        Self::Processes,
        Self::NoNewPrivileges,
        Self::Seccomp,
        Self::Code,
        Self::Tmp,
        Self::SharedMemory,
        Self::Writable,
        Self::OpenFiles,
        Self::CoreDumps,
        Self::FileSize,
        Self::FirstProcess,
        Self::NotDumpable,
        Self::AutoRemove,
        Self::NoLog,
        Self::Ipc,
        Self::CgroupNamespace,
        Self::OutOfMemoryFirst,
    ];

    /// What the promise is about, as it stands in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => "no network",
            Self::ReadOnlyRoot => "read-only root",
            Self::User => "unprivileged user",
            Self::Capabilities => "no capabilities",
            Self::Memory => "memory limit",
            Self::Swap => "no swap",
            Self::Cpu => "processor limit",
            Self::Processes => "process limit",
            Self::NoNewPrivileges => "no new privileges",
            Self::Seccomp => "seccomp filter",
            Self::Code => "limits of /code",
            Self::Tmp => "limits of /tmp",
            Self::SharedMemory => "limit of shared memory",
            Self::Writable => "nothing else writable",
            Self::OpenFiles => "open-file limit",
            Self::CoreDumps => "no core dumps",
            Self::FileSize => "file-size limit",
            Self::FirstProcess => "harness is PID 1",
            Self::NotDumpable => "harness not dumpable",
            Self::AutoRemove => "automatic removal",
            Self::NoLog => "no log on the host",
            Self::Ipc => "private IPC",
            Self::CgroupNamespace => "private control groups",
            Self::OutOfMemoryFirst => "first to go when memory runs out",
        }
    }

    /// What the harness measured instead of the promise; none where it is kept, or where only the
    /// engine can tell.
    fn broken_inside(self, seen: &Measured, identity: Identity) -> Option<String> {
        let wrong = |kept: bool, seen: String| (!kept).then_some(seen);
        match self {
            Self::Network => wrong(seen.interfaces == ["lo"], format!("{:?}", seen.interfaces)),
            Self::ReadOnlyRoot => wrong(seen.read_only_root, "the root can be written".to_owned()),
            Self::User => {
                let own = |id: &u32| *id == identity.id;
                let kept = own(&seen.uid) && own(&seen.gid) && seen.groups.iter().all(own);
                let Measured { uid, gid, .. } = seen;
                wrong(kept, format!("{uid}:{gid}, groups {:?}", seen.groups))
            }
            Self::Capabilities => wrong(
                seen.capabilities == 0,
                format!("mask {:x}", seen.capabilities),
            ),
            Self::Memory => differs(seen.memory_bytes, MEMORY_BYTES),
            Self::Swap => differs(seen.memory_swap_bytes, MEMORY_BYTES),
            Self::Cpu => {
                let share = seen.cpu_quota_us.zip(seen.cpu_period_us);
                let kept = share
                    .is_some_and(|(quota, period)| quota * 1_000_000_000 == period * NANO_CPUS);
                wrong(kept, format!("quota and period {share:?}"))
            }
            Self::Processes => differs(seen.processes, PROCESSES),
            Self::NoNewPrivileges => wrong(seen.no_new_privileges, "they can be gained".to_owned()),
            Self::Seccomp => wrong(
                seen.seccomp_mode == 2,
                format!("mode {}", seen.seccomp_mode),
            ),
            Self::Code => broken_tmpfs(seen.tmpfs.get("/code"), CODE),
            Self::Tmp => broken_tmpfs(seen.tmpfs.get("/tmp"), TMP),
            Self::SharedMemory => wrong(
                seen.shared_memory_bytes <= SHARED_MEMORY_BYTES,
                format!("{} bytes", seen.shared_memory_bytes),
            ),
            Self::Writable => {
                let promised = ["/code", "/dev/shm", "/tmp"];
                let kept = seen
                    .writable
                    .iter()
                    .all(|path| promised.contains(&path.as_str()));
                wrong(kept, format!("{:?}", seen.writable))
            }
            Self::OpenFiles => differs(seen.ulimits.nofile, OPEN_FILES),
            Self::CoreDumps => differs(seen.ulimits.core, 0),
            Self::FileSize => differs(seen.ulimits.fsize, FILE_BYTES),
            Self::FirstProcess => wrong(seen.pid == 1, format!("PID {}", seen.pid)),
            Self::NotDumpable => wrong(!seen.dumpable, "it is dumpable".to_owned()),
            Self::AutoRemove
            | Self::NoLog
            | Self::Ipc
            | Self::CgroupNamespace
            | Self::OutOfMemoryFirst => None,
        }
    }

    /// What the engine says it set instead of the promise; none where it is kept, or where the
    /// harness measures it.
    fn broken_outside(self, seen: &HostConfig, asked: &HostConfig) -> Option<String> {
        macro_rules! same {
            ($field:ident) => {
                (seen.$field != asked.$field).then(|| format!("{:?}", seen.$field))
            };
        }
        match self {
            // From inside, a user without rights can't tell this from a matter of permissions.
            Self::ReadOnlyRoot => same!(readonly_rootfs),
            Self::AutoRemove => same!(auto_remove),
            Self::NoLog => {
                let kind = |config: &HostConfig| config.log_config.as_ref()?.typ.clone();
                (kind(seen) != kind(asked)).then(|| format!("{:?}", kind(seen)))
            }
            Self::Ipc => same!(ipc_mode),
            Self::CgroupNamespace => same!(cgroupns_mode),
            Self::OutOfMemoryFirst => same!(oom_score_adj),
            // The mode alone, which the harness sees, does not tell our profile from another.
            Self::Seccomp => (seen.security_opt != asked.security_opt)
                .then(|| "another profile than ours".to_owned()),
            _ => None,
        }
    }
}

/// Each promise that what a container measured of itself does not keep, with what was measured.
pub(crate) fn missing_inside(seen: &Measured, identity: Identity) -> Vec<String> {
    missing(|promise| promise.broken_inside(seen, identity))
}

/// Each promise that what the engine set does not keep, with what it set.
pub(crate) fn missing_outside(seen: &HostConfig, asked: &HostConfig) -> Vec<String> {
    missing(|promise| promise.broken_outside(seen, asked))
}

fn missing(broken: impl Fn(Promise) -> Option<String>) -> Vec<String> {
    Promise::ALL
        .into_iter()
        .filter_map(|promise| Some(format!("{}: {}", promise.name(), broken(promise)?)))
        .collect()
}

fn differs(seen: Option<i64>, promised: i64) -> Option<String> {
    (seen != Some(promised)).then(|| match seen {
        Some(seen) => format!("{seen} instead of {promised}"),
        None => format!("no limit instead of {promised}"),
    })
}

fn broken_tmpfs(seen: Option<&MeasuredTmpfs>, promised: Tmpfs) -> Option<String> {
    let Some(seen) = seen else {
        return Some("it is not in memory".to_owned());
    };
    let flags = ["nosuid", "nodev", "noexec"];
    let has = |flag: &&str| seen.options.iter().any(|option| option == flag);
    let kept = seen.bytes.is_some_and(|bytes| bytes <= promised.bytes)
        && seen.inodes.is_some_and(|inodes| inodes <= promised.inodes)
        && flags.iter().all(has);
    (!kept).then(|| format!("{seen:?}"))
}
