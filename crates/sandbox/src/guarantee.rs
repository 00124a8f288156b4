//! What a lane's containers are guaranteed to forbid: each guarantee has a name, a limit that
//! enforces it, and a measurement that proves it.

use bollard::models::HostConfig;

use crate::limits::{
    CODE, FILE_BYTES, Identity, MEMORY_BYTES, NANO_CPUS, OPEN_FILES, ORACLE, OTHER_BUFFER_BYTES,
    PROCESSES, RECEIVE_BUFFER_BYTES, Role, SEND_BUFFER_BYTES, SHARED_MEMORY, TMP, Tmpfs,
};
use crate::measured::{Measured, MeasuredTmpfs};

/// One guarantee of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guarantee {
    /// No network but the lane's own loopback.
    Network,
    /// The image can't be written to.
    ReadOnlyRoot,
    /// Not root, and no account of the host's.
    User,
    /// No capabilities.
    Capabilities,
    /// 128 MiB of memory.
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
    /// The same for `/tmp`.
    Tmp,
    /// The same for `/dev/shm`.
    SharedMemory,
    /// The same for `/run/oracle`, of the judge's container.
    Oracle,
    /// Nothing else can be written to.
    Writable,
    /// 128 open files a process.
    OpenFiles,
    /// No core dumps.
    CoreDumps,
    /// 16 MiB a file.
    FileSize,
    /// Judge and launcher are PID 1 of their containers.
    FirstProcess,
    /// Their memory is closed to every other process.
    NotDumpable,
    /// No pseudo-terminals, of which the host has a limited number.
    Terminals,
    /// A socket buffers little, and a program can't ask for more.
    SocketBuffers,
    /// No port is kept after its connection has ended.
    TimeWait,
    /// A container that ends is removed by the engine.
    AutoRemove,
    /// The engine keeps no log.
    NoLog,
    /// No shared memory or message queues with anyone.
    Ipc,
    /// Control groups of its own.
    CgroupNamespace,
    /// First to be killed when the host runs out of memory.
    OutOfMemoryFirst,
}

impl Guarantee {
    /// Every guarantee.
    pub const ALL: [Self; 28] = [
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
        Self::Oracle,
        Self::Writable,
        Self::OpenFiles,
        Self::CoreDumps,
        Self::FileSize,
        Self::FirstProcess,
        Self::NotDumpable,
        Self::Terminals,
        Self::SocketBuffers,
        Self::TimeWait,
        Self::AutoRemove,
        Self::NoLog,
        Self::Ipc,
        Self::CgroupNamespace,
        Self::OutOfMemoryFirst,
    ];

    /// The guarantee's name in the log.
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
            Self::Oracle => "limits of /run/oracle",
            Self::Writable => "nothing else writable",
            Self::OpenFiles => "open-file limit",
            Self::CoreDumps => "no core dumps",
            Self::FileSize => "file-size limit",
            Self::FirstProcess => "ours is PID 1",
            Self::NotDumpable => "ours is not dumpable",
            Self::Terminals => "no terminals",
            Self::SocketBuffers => "small socket buffers",
            Self::TimeWait => "no ports kept",
            Self::AutoRemove => "automatic removal",
            Self::NoLog => "no log on the host",
            Self::Ipc => "private IPC",
            Self::CgroupNamespace => "private control groups",
            Self::OutOfMemoryFirst => "first to go when memory runs out",
        }
    }

    /// What was measured inside instead of the guarantee; none where it is kept, or where only the
    /// engine can tell.
    fn broken_inside(self, role: Role, seen: &Measured, identity: Identity) -> Option<String> {
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
            Self::Code | Self::Tmp | Self::SharedMemory if role == Role::Judge => None,
            Self::Oracle if role == Role::Learner => None,
            Self::Oracle => broken_tmpfs(seen.tmpfs.get("/run/oracle"), ORACLE),
            Self::Code => broken_tmpfs(seen.tmpfs.get("/code"), CODE),
            Self::Tmp => broken_tmpfs(seen.tmpfs.get("/tmp"), TMP),
            Self::SharedMemory => broken_tmpfs(seen.tmpfs.get("/dev/shm"), SHARED_MEMORY),
            Self::Writable => {
                let guaranteed: &[&str] = match role {
                    Role::Judge => &["/run/oracle"],
                    Role::Learner => &["/code", "/dev/shm", "/tmp"],
                };
                let kept = seen
                    .writable
                    .iter()
                    .all(|path| guaranteed.contains(&path.as_str()));
                wrong(kept, format!("{:?}", seen.writable))
            }
            Self::OpenFiles => differs(seen.ulimits.nofile, OPEN_FILES),
            Self::CoreDumps => differs(seen.ulimits.core, 0),
            Self::FileSize => differs(seen.ulimits.fsize, FILE_BYTES),
            Self::FirstProcess => wrong(seen.pid == 1, format!("PID {}", seen.pid)),
            Self::NotDumpable => wrong(!seen.dumpable, "it is dumpable".to_owned()),
            Self::Terminals => wrong(
                seen.terminals == 0,
                format!("{} can be opened", seen.terminals),
            ),
            Self::SocketBuffers => {
                let buffers = &seen.socket_buffers;
                let kept = buffers
                    .send_bytes
                    .is_some_and(|bytes| bytes <= SEND_BUFFER_BYTES)
                    && (buffers.receive_bytes).is_some_and(|bytes| bytes <= RECEIVE_BUFFER_BYTES)
                    && (role == Role::Judge
                        || (buffers.held_bytes <= SEND_BUFFER_BYTES + RECEIVE_BUFFER_BYTES
                            && buffers.datagram_bytes <= OTHER_BUFFER_BYTES
                            && buffers.unix_bytes <= OTHER_BUFFER_BYTES));
                wrong(kept, format!("{buffers:?}"))
            }
            Self::TimeWait => differs(seen.time_wait_max, 0),
            Self::AutoRemove
            | Self::NoLog
            | Self::Ipc
            | Self::CgroupNamespace
            | Self::OutOfMemoryFirst => None,
        }
    }

    /// What the engine says it set instead of the guarantee; none where it is kept, or where it
    /// is measured inside.
    fn broken_outside(self, seen: &HostConfig, asked: &HostConfig) -> Option<String> {
        macro_rules! same {
            ($field:ident) => {
                (seen.$field != asked.$field).then(|| format!("{:?}", seen.$field))
            };
        }
        match self {
            // From inside, an unprivileged user can't tell this from a lack of permission.
            Self::ReadOnlyRoot => same!(readonly_rootfs),
            Self::AutoRemove => same!(auto_remove),
            Self::NoLog => {
                let kind = |config: &HostConfig| config.log_config.as_ref()?.typ.clone();
                (kind(seen) != kind(asked)).then(|| format!("{:?}", kind(seen)))
            }
            Self::Ipc => same!(ipc_mode),
            Self::CgroupNamespace => same!(cgroupns_mode),
            Self::OutOfMemoryFirst => same!(oom_score_adj),
            // The mode, which is seen inside, does not tell our profile from another.
            Self::Seccomp => (seen.security_opt != asked.security_opt)
                .then(|| "another profile than ours".to_owned()),
            _ => None,
        }
    }
}

/// Each guarantee that a container's measurements break, with what was measured.
pub(crate) fn missing_inside(role: Role, seen: &Measured, identity: Identity) -> Vec<String> {
    missing(role, |guarantee| {
        guarantee.broken_inside(role, seen, identity)
    })
}

/// Each guarantee that the engine's settings break, with what it set.
pub(crate) fn missing_outside(role: Role, seen: &HostConfig, asked: &HostConfig) -> Vec<String> {
    missing(role, |guarantee| guarantee.broken_outside(seen, asked))
}

fn missing(role: Role, broken: impl Fn(Guarantee) -> Option<String>) -> Vec<String> {
    let text = |guarantee: Guarantee| {
        let found = broken(guarantee)?;
        Some(format!("{}, {}: {found}", role.name(), guarantee.name()))
    };
    Guarantee::ALL.into_iter().filter_map(text).collect()
}

fn differs(seen: Option<i64>, guaranteed: i64) -> Option<String> {
    (seen != Some(guaranteed)).then(|| match seen {
        Some(seen) => format!("{seen} instead of {guaranteed}"),
        None => format!("no limit instead of {guaranteed}"),
    })
}

fn broken_tmpfs(seen: Option<&MeasuredTmpfs>, guaranteed: Tmpfs) -> Option<String> {
    let Some(seen) = seen else {
        return Some("it is not in memory".to_owned());
    };
    let flags = ["nosuid", "nodev", "noexec"];
    let has = |flag: &&str| seen.options.iter().any(|option| option == flag);
    let kept = seen.bytes.is_some_and(|bytes| bytes <= guaranteed.bytes)
        && seen
            .inodes
            .is_some_and(|inodes| inodes <= guaranteed.inodes)
        && flags.iter().all(has);
    (!kept).then(|| format!("{seen:?}"))
}
