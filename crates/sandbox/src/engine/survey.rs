//! What an engine and its host offer, before anything is asked of them.

use bollard::models::{SystemInfo, SystemInfoCgroupVersionEnum};

use super::Engine;
use crate::image::{find_base, has_lane_images};
use crate::versions::is_old;
use crate::{SandboxError, SandboxSettings};

/// What an engine says of itself and of its host (`GET /version`, `GET /info`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineSurvey {
    /// The engine's version, as in `20.10.24`.
    pub engine: String,
    /// `runc`'s version, where the engine uses it.
    pub runc: Option<String>,
    /// Whether that is older than the last fix that is known here.
    pub is_runc_old: bool,
    /// The version of control groups, 1 or 2.
    pub cgroup_version: Option<u8>,
    /// Limits that the host's kernel does not keep, as in `memory`.
    pub missing_limits: Vec<&'static str>,
    /// Whether system calls can be filtered.
    pub has_seccomp: bool,
    /// The kernel's version.
    pub kernel: String,
    /// The processor's architecture as the kernel calls it, as in `x86_64`.
    pub architecture: String,
    /// How many processors the host has.
    pub processors: u32,
    /// The host's memory.
    pub memory_bytes: u64,
    /// The container runtimes by their names.
    pub runtimes: Vec<String>,
    /// The base image, by its name.
    pub base_image: String,
    /// Whether the engine has it, so that none is pulled.
    pub has_base_image: bool,
    /// Whether it has the images of a lane, so that none is built.
    pub has_lane_images: bool,
}

impl EngineSurvey {
    /// Asks the engine of these settings.
    ///
    /// The errors are those of an engine that is away or does not answer in time, and of an images'
    /// folder that can't be read.
    pub async fn of(settings: &SandboxSettings) -> Result<Self, SandboxError> {
        let engine = Engine::connect(&settings.docker_host, settings.call_timeout).await?;
        let versions = engine.versions().await?;
        let info = engine.info().await?;
        let (base_image, id) = find_base(&engine, settings.base_image.as_deref()).await?;
        let has_lane_images = match &id {
            Some(id) => has_lane_images(&engine, settings, (&base_image, id)).await?,
            None => false,
        };
        Ok(Self {
            has_lane_images,
            is_runc_old: versions.runc.as_deref().is_some_and(is_old),
            engine: versions.engine,
            runc: versions.runc,
            cgroup_version: match info.cgroup_version {
                Some(SystemInfoCgroupVersionEnum::_1) => Some(1),
                Some(SystemInfoCgroupVersionEnum::_2) => Some(2),
                _ => None,
            },
            missing_limits: missing_limits(&info),
            has_seccomp: info
                .security_options
                .iter()
                .flatten()
                .any(|option| option.starts_with("name=seccomp")),
            kernel: info.kernel_version.unwrap_or_default(),
            architecture: info.architecture.unwrap_or_default(),
            processors: info
                .ncpu
                .and_then(|count| count.try_into().ok())
                .unwrap_or(0),
            memory_bytes: info
                .mem_total
                .and_then(|bytes| bytes.try_into().ok())
                .unwrap_or(0),
            runtimes: info.runtimes.unwrap_or_default().into_keys().collect(),
            base_image,
            has_base_image: id.is_some(),
        })
    }
}

/// An engine that does not say counts as one that keeps a limit: the self-test measures it.
fn missing_limits(info: &SystemInfo) -> Vec<&'static str> {
    [
        ("memory", info.memory_limit),
        ("swap", info.swap_limit),
        ("processor time", info.cpu_cfs_quota),
        ("processes", info.pids_limit),
    ]
    .into_iter()
    .filter_map(|(limit, is_kept)| (is_kept == Some(false)).then_some(limit))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_missing_where_the_engine_says_so() {
        let info = SystemInfo {
            memory_limit: Some(true),
            swap_limit: Some(false),
            pids_limit: Some(false),
            ..SystemInfo::default()
        };
        assert_eq!(missing_limits(&info), ["swap", "processes"]);
    }
}
