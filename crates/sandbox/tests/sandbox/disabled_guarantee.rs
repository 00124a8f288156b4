//! A limit left out between the pool and the engine, to see that the self-test notices.

use bollard::models::{ContainerCreateBody, HostConfig, HostConfigCgroupnsModeEnum};

use sandbox::{Guarantee, Role};

/// A limit to leave out of the containers of one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DisabledGuarantee {
    pub(crate) role: Role,
    pub(crate) omitted: Omitted,
}

/// What is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Omitted {
    /// All that enforces a guarantee.
    Whole(Guarantee),
    /// Only the size of a tmpfs.
    Size(Guarantee),
    /// Only its number of files.
    Files(Guarantee),
}

impl DisabledGuarantee {
    /// The guarantee that is broken then.
    pub(crate) fn guarantee(self) -> Guarantee {
        let (Omitted::Whole(guarantee) | Omitted::Size(guarantee) | Omitted::Files(guarantee)) =
            self.omitted;
        guarantee
    }

    /// Removes the limit from a request for a container, if it is for one of that role.
    pub(crate) fn apply(self, body: &mut ContainerCreateBody) {
        let role = format!("{:?}", self.role).to_lowercase();
        let labels = body.labels.as_ref();
        if labels.and_then(|labels| labels.get("codealong.role")) != Some(&role) {
            return;
        }
        let ContainerCreateBody {
            user, host_config, ..
        } = body;
        let config = host_config.get_or_insert_default();
        match self.omitted {
            // The image has a user of its own.
            Omitted::Whole(Guarantee::User) => *user = None,
            Omitted::Whole(guarantee) => leave_out(guarantee, config),
            Omitted::Size(guarantee) => retain(config, guarantee, |option| !is_size(option)),
            Omitted::Files(guarantee) => retain(config, guarantee, |option| !is_files(option)),
        }
    }
}

/// Removes what enforces a guarantee. `FirstProcess` becomes Docker's own init.
fn leave_out(guarantee: Guarantee, config: &mut HostConfig) {
    let is_neither = |option: &str| !is_size(option) && !is_files(option);
    match guarantee {
        // The host's, since an engine need not have a bridge.
        Guarantee::Network => {
            config.network_mode = Some("host".to_owned());
            // These would be the host's.
            config.sysctls = None;
        }
        Guarantee::ReadOnlyRoot => config.readonly_rootfs = Some(false),
        // Without it every process gets the engine's default capabilities, a dozen.
        Guarantee::Capabilities => config.cap_drop = None,
        Guarantee::Memory => {
            config.memory = None;
            config.memory_swap = None;
        }
        Guarantee::Swap => config.memory_swap = Some(256 << 20),
        Guarantee::Cpu => config.nano_cpus = None,
        Guarantee::Processes => config.pids_limit = None,
        Guarantee::NoNewPrivileges => {
            retain_options(config, |option| !option.starts_with("no-new"))
        }
        Guarantee::Seccomp => {
            retain_options(config, |option| !option.starts_with("seccomp"));
            if let Some(options) = &mut config.security_opt {
                options.push("seccomp=unconfined".to_owned());
            }
        }
        Guarantee::Code | Guarantee::Tmp | Guarantee::SharedMemory | Guarantee::Oracle => {
            retain(config, guarantee, is_neither);
        }
        Guarantee::Writable => {
            if let Some(tmpfs) = &mut config.tmpfs {
                tmpfs.insert("/srv".to_owned(), "mode=1777".to_owned());
            }
        }
        Guarantee::OpenFiles => retain_ulimits(config, "nofile"),
        Guarantee::CoreDumps => {
            // Without the line the engine's own limit applies, which may be as low.
            for ulimit in config.ulimits.iter_mut().flatten() {
                if ulimit.name.as_deref() == Some("core") {
                    (ulimit.soft, ulimit.hard) = (Some(1 << 20), Some(1 << 20));
                }
            }
        }
        Guarantee::FileSize => retain_ulimits(config, "fsize"),
        Guarantee::FirstProcess => config.init = Some(true),
        Guarantee::Terminals => {
            if let Some(tmpfs) = &mut config.tmpfs {
                tmpfs.remove("/dev/pts");
            }
        }
        Guarantee::SocketBuffers => {
            retain_sysctls(config, |name| !name.ends_with("mem"));
        }
        Guarantee::TimeWait => retain_sysctls(config, |name| !name.ends_with("tw_buckets")),
        Guarantee::AutoRemove => config.auto_remove = Some(false),
        Guarantee::NoLog => config.log_config = None,
        Guarantee::Ipc => config.ipc_mode = Some("shareable".to_owned()),
        Guarantee::CgroupNamespace => {
            config.cgroupns_mode = Some(HostConfigCgroupnsModeEnum::HOST);
        }
        Guarantee::OutOfMemoryFirst => config.oom_score_adj = None,
        // Not the engine's: the container's user, and what our processes do by themselves.
        Guarantee::User | Guarantee::NotDumpable => {}
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

/// Keeps some of the options of a tmpfs.
fn retain(config: &mut HostConfig, place: Guarantee, keep: impl Fn(&str) -> bool) {
    let path = match place {
        Guarantee::Code => "/code",
        Guarantee::Tmp => "/tmp",
        Guarantee::SharedMemory => "/dev/shm",
        Guarantee::Oracle => "/run/oracle",
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
