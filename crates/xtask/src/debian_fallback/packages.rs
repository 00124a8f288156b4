//! Debian packages for programs that are missing.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command::{self, HOUR, Stream};
use crate::screen::{Screen, SetupStep};

/// Packages that are installed together.
#[derive(Debug)]
pub(crate) struct PackageSet<'name> {
    names: &'name [&'name str],
    /// What is missing without them; begins every message about them.
    reason: &'static str,
}

pub(crate) const DOCKER: PackageSet<'_> = PackageSet {
    names: &["docker.io", "iptables"],
    reason: "Docker is missing",
};
pub(crate) const DOCKER_CLIENT: PackageSet<'_> = PackageSet {
    names: &["docker-cli"],
    reason: "Docker's client is missing",
};
pub(crate) const MMDEBSTRAP: PackageSet<'_> = PackageSet {
    names: &["mmdebstrap"],
    reason: "mmdebstrap is missing",
};
pub(crate) const WASM_COMPILER: PackageSet<'_> = PackageSet {
    names: &["rustc-web", "cargo-web", "rust-web-src"],
    reason: "the compiler has no wasm32 target",
};
pub(crate) const ARM64_COMPILER: PackageSet<'_> = PackageSet {
    names: &["rustc-web", "cargo-web", "rust-web-src"],
    reason: "the compiler has no target for arm64",
};
pub(crate) const ARM64_LINKER: PackageSet<'_> = PackageSet {
    names: &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
    reason: "no linker for arm64 is installed",
};
pub(crate) const CLIPPY: PackageSet<'_> = PackageSet {
    names: &["rust-web-clippy"],
    reason: "clippy is missing",
};
pub(crate) const NODE: PackageSet<'_> = PackageSet {
    names: &["nodejs", "npm"],
    reason: "Node is missing",
};
pub(crate) const CHROMIUM: PackageSet<'_> = PackageSet {
    names: &["chromium"],
    reason: "Chromium is missing",
};
pub(crate) const PYTHON: PackageSet<'_> = PackageSet {
    names: &["python3"],
    reason: "Python 3.11 or newer is missing",
};
pub(crate) const PIP: PackageSet<'_> = PackageSet {
    names: &["python3-pip"],
    reason: "Python's pip is missing",
};
pub(crate) const REDIS: PackageSet<'_> = PackageSet {
    names: &["redis-server", "redis-tools"],
    reason: "redis-server is missing",
};

pub(crate) const NGINX: PackageSet<'_> = PackageSet {
    names: &["nginx-light"],
    reason: "nginx is missing",
};
pub(crate) const CADDY: PackageSet<'_> = PackageSet {
    names: &["caddy"],
    reason: "Caddy is missing",
};
pub(crate) const HAPROXY: PackageSet<'_> = PackageSet {
    names: &["haproxy"],
    reason: "HAProxy is missing",
};
pub(crate) const IPROUTE: PackageSet<'_> = PackageSet {
    names: &["iproute2"],
    reason: "the command ip is missing",
};

pub(crate) const COMPOSE: PackageSet<'_> = PackageSet {
    names: &["docker-compose"],
    reason: "docker-compose is missing",
};

/// The name depends on the compiler's version of LLVM.
pub(super) fn wasm_linker<'name>(names: &'name [&'name str]) -> PackageSet<'name> {
    PackageSet {
        names,
        reason: "no linker for wasm32 is installed",
    }
}

/// apt would make two installations at once wait for each other too, but without saying so.
static APT: Mutex<()> = Mutex::new(());

const POLICY: &str = "/usr/sbin/policy-rc.d";
const POLICY_TEXT: &str = "#!/bin/sh\n# Set by `cargo xtask` while it installs packages, and removed after: no service starts by itself.\nexit 101\n";

/// Installs the packages, or fails with the command that does.
pub(crate) fn install(
    screen: &Screen,
    title: &'static str,
    packages: &PackageSet<'_>,
) -> Result<()> {
    require_access(packages)?;
    let PackageSet { names, reason } = packages;
    let step = screen.begin(
        title,
        format_args!("{reason}: apt-get install {}", names.join(" ")),
    );
    let _lock = APT.lock().unwrap_or_else(PoisonError::into_inner);
    let _policy = NoServices::begin();
    let mut attempt = apt_get_install(&step, names)?;
    if let Err(failure) = &attempt {
        // The usual cause: a new machine has no package lists.
        step.note(format_args!(
            "apt-get failed ({failure}); updating the package lists"
        ));
        command::output(
            Command::new("apt-get").args(["update", "-q"]),
            Duration::from_secs(180),
        )?;
        attempt = apt_get_install(&step, names)?;
    }
    if let Err(failure) = attempt {
        bail!(
            "apt-get could not install {}: {failure}; run `apt-get install {}` for the full output",
            names.join(", "),
            names.join(" ")
        );
    }
    step.done(format_args!("installed {}", names.join(" ")));
    Ok(())
}

/// Fails early, before minutes of compiling, if `install` can't work here.
pub(crate) fn require_access(packages: &PackageSet<'_>) -> Result<()> {
    PackageAccess::detect().require(packages)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PackageAccess {
    Root,
    NotRoot,
    NoApt,
}

impl PackageAccess {
    fn detect() -> Self {
        match (command::find("apt-get").is_some(), is_root()) {
            (true, true) => Self::Root,
            (true, false) => Self::NotRoot,
            (false, _) => Self::NoApt,
        }
    }

    fn require(self, packages: &PackageSet<'_>) -> Result<()> {
        let PackageSet { names, reason } = packages;
        match self {
            Self::Root => Ok(()),
            Self::NotRoot => bail!(
                "{reason}, and only root may install it: run `sudo apt-get install -y --no-install-recommends {}` and start again",
                names.join(" ")
            ),
            Self::NoApt => bail!(
                "{reason}, and this machine has no apt-get: install what Debian calls {} with your own package manager and start again",
                names.join(", ")
            ),
        }
    }
}

pub(super) fn exists(name: &str) -> bool {
    command::output(Command::new("apt-cache").args(["show", name]), HOUR)
        .is_ok_and(|text| !text.trim().is_empty())
}

pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn apt_get_install(step: &SetupStep<'_>, names: &[&str]) -> Result<Result<(), String>> {
    let mut command = Command::new("apt-get");
    command
        .args(["install", "-y", "-q", "--no-install-recommends"])
        .args(["-o", "DPkg::Lock::Timeout=120"])
        .args(names)
        .env("DEBIAN_FRONTEND", "noninteractive");
    let finished =
        command::run_streaming(&mut command, Duration::from_secs(900), |stream, line| {
            if stream == Stream::Out && !line.trim().is_empty() {
                step.update(line);
            }
        })?;
    Ok(if finished.succeeded() {
        Ok(())
    } else {
        Err(finished.failure_reason())
    })
}

/// While it exists, installed packages start no services, such as a Redis on its default port.
struct NoServices;

impl NoServices {
    fn begin() -> Option<Self> {
        let set_by_xtask = fs::read_to_string(POLICY).is_ok_and(|text| text == POLICY_TEXT);
        if Path::new(POLICY).exists() && !set_by_xtask {
            return None;
        }
        fs::write(POLICY, POLICY_TEXT).ok()?;
        fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755)).ok()?;
        Some(Self)
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        let _ = fs::remove_file(POLICY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(access: PackageAccess) -> String {
        access.require(&DOCKER).unwrap_err().to_string()
    }

    #[test]
    fn root_can_install() {
        assert!(PackageAccess::Root.require(&DOCKER).is_ok());
    }

    #[test]
    fn without_root_the_message_has_the_whole_command() {
        assert_eq!(
            message(PackageAccess::NotRoot),
            "Docker is missing, and only root may install it: run `sudo apt-get install -y \
             --no-install-recommends docker.io iptables` and start again"
        );
    }

    #[test]
    fn without_apt_the_message_names_the_packages() {
        let text = message(PackageAccess::NoApt);
        assert!(text.contains("docker.io, iptables"), "{text}");
        assert!(!text.contains("sudo"), "{text}");
    }
}
