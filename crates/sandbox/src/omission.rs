//! Limits that a test leaves out, to see that the self-test notices.

use bollard::models::{ContainerCreateBody, HostConfig, HostConfigCgroupnsModeEnum};

use crate::limits::{MEMORY_BYTES, Role};
use crate::promise::Promise;

/// A limit to leave out of the containers of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Omission {
    /// Which containers.
    pub role: Role,
    /// What is left out.
    pub omitted: Omitted,
}

/// What is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Omitted {
    /// All that keeps a promise.
    Whole(Promise),
    /// The size alone of a place in memory.
    Size(Promise),
    /// Its number of files alone.
    Files(Promise),
}

impl Omission {
    /// The promise that is not kept then.
    pub fn promise(self) -> Promise {
        let (Omitted::Whole(promise) | Omitted::Size(promise) | Omitted::Files(promise)) =
            self.omitted;
        promise
    }

    /// Takes the limit away from a request for a container.
    pub(crate) fn apply(self, body: &mut ContainerCreateBody) {
        let ContainerCreateBody {
            user, host_config, ..
        } = body;
        let config = host_config.get_or_insert_default();
        match self.omitted {
            // The image has a user of its own.
            Omitted::Whole(Promise::User) => *user = None,
            Omitted::Whole(promise) => leave_out(promise, config),
            Omitted::Size(promise) => retain(config, promise, |option| !is_size(option)),
            Omitted::Files(promise) => retain(config, promise, |option| !is_files(option)),
        }
    }
}

/// Takes away what keeps a promise. `FirstProcess` becomes Docker's own init.
fn leave_out(promise: Promise, config: &mut HostConfig) {
    let is_neither = |option: &str| !is_size(option) && !is_files(option);
    match promise {
        // The host's, since an engine need not have a bridge.
        Promise::Network => {
            config.network_mode = Some("host".to_owned());
            // They would be the host's.
            config.sysctls = None;
        }
        Promise::ReadOnlyRoot => config.readonly_rootfs = Some(false),
        // Every process gets the defaults of the engine, which name a dozen.
        Promise::Capabilities => config.cap_drop = None,
        Promise::Memory => {
            config.memory = None;
            config.memory_swap = None;
        }
        Promise::Swap => config.memory_swap = Some(2 * MEMORY_BYTES),
        Promise::Cpu => config.nano_cpus = None,
        Promise::Processes => config.pids_limit = None,
        Promise::NoNewPrivileges => retain_options(config, |option| !option.starts_with("no-new")),
        Promise::Seccomp => {
            retain_options(config, |option| !option.starts_with("seccomp"));
            if let Some(options) = &mut config.security_opt {
                options.push("seccomp=unconfined".to_owned());
            }
        }
        Promise::Code | Promise::Tmp | Promise::SharedMemory => {
            retain(config, promise, is_neither);
        }
        Promise::Writable => {
            if let Some(tmpfs) = &mut config.tmpfs {
                tmpfs.insert("/srv".to_owned(), "mode=1777".to_owned());
            }
        }
        Promise::OpenFiles => retain_ulimits(config, "nofile"),
        Promise::CoreDumps => {
            // Without the line it is the engine's own limit, which may be as low.
            for ulimit in config.ulimits.iter_mut().flatten() {
                if ulimit.name.as_deref() == Some("core") {
                    (ulimit.soft, ulimit.hard) = (Some(1 << 20), Some(1 << 20));
                }
            }
        }
        Promise::FileSize => retain_ulimits(config, "fsize"),
        Promise::FirstProcess => config.init = Some(true),
        Promise::Terminals => {
            if let Some(tmpfs) = &mut config.tmpfs {
                tmpfs.remove("/dev/pts");
            }
        }
        Promise::SocketBuffers => {
            retain_sysctls(config, |name| !name.ends_with("mem"));
        }
        Promise::TimeWait => retain_sysctls(config, |name| !name.ends_with("tw_buckets")),
        Promise::AutoRemove => config.auto_remove = Some(false),
        Promise::NoLog => config.log_config = None,
        Promise::Ipc => config.ipc_mode = Some("shareable".to_owned()),
        Promise::CgroupNamespace => {
            config.cgroupns_mode = Some(HostConfigCgroupnsModeEnum::HOST);
        }
        Promise::OutOfMemoryFirst => config.oom_score_adj = None,
        // Not the engine's doing: the container's user, and what ours do by themselves.
        Promise::User | Promise::NotDumpable => {}
    }
}

fn retain_options(config: &mut HostConfig, keep: impl Fn(&String) -> bool) {
    if let Some(options) = &mut config.security_opt {
        options.retain(keep);
    }
}

fn retain_sysctls(config: &mut HostConfig, keep: impl Fn(&str) -> bool) {
    if let Some(sysctls) = &mut config.sysctls {
        sysctls.retain(|name, _| keep(name));
    }
}

fn retain_ulimits(config: &mut HostConfig, without: &str) {
    if let Some(ulimits) = &mut config.ulimits {
        ulimits.retain(|ulimit| ulimit.name.as_deref() != Some(without));
    }
}

/// Keeps some of the options of a place in memory.
fn retain(config: &mut HostConfig, place: Promise, keep: impl Fn(&str) -> bool) {
    let path = match place {
        Promise::Code => "/code",
        Promise::Tmp => "/tmp",
        Promise::SharedMemory => "/dev/shm",
        _ => return,
    };
    if let Some(options) = config.tmpfs.as_mut().and_then(|tmpfs| tmpfs.get_mut(path)) {
        let kept: Vec<&str> = options.split(',').filter(|option| keep(option)).collect();
        *options = kept.join(",");
    }
}

fn is_size(option: &str) -> bool {
    option.starts_with("size=")
}

fn is_files(option: &str) -> bool {
    option.starts_with("nr_inodes=")
}
