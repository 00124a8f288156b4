//! Debian packages: the way to everything that is missing on a machine of that family.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command::{self, HOUR, Stream};
use crate::screen::{Screen, Step};

/// Two installations at once would wait for each other's lock inside apt, with less to show.
static APT: Mutex<()> = Mutex::new(());

const POLICY: &str = "/usr/sbin/policy-rc.d";
const POLICY_TEXT: &str = "#!/bin/sh\n# Set by `cargo xtask` while it installs packages, and removed after: no service starts by itself.\nexit 101\n";

/// Installs `names`, or says which command installs them.
pub(crate) fn install(
    screen: &Screen,
    title: &'static str,
    names: &[&str],
    why: &str,
) -> Result<()> {
    require_access(names, why)?;
    let step = screen.begin(
        title,
        format_args!("{why}: apt-get install {}", names.join(" ")),
    );
    let _turn = APT.lock().unwrap_or_else(PoisonError::into_inner);
    let _policy = NoServices::begin();
    let mut attempt = apt(&step, names)?;
    if let Err(reason) = &attempt {
        // Nothing to install from is the usual cause: a fresh machine has no package lists.
        step.note(format_args!(
            "apt-get says: {reason}; reading the package lists anew"
        ));
        command::output(
            Command::new("apt-get").args(["update", "-q"]),
            Duration::from_secs(180),
        )?;
        attempt = apt(&step, names)?;
    }
    if let Err(reason) = attempt {
        bail!(
            "apt-get could not install {}: {reason}; run `apt-get install {}` to see all of it",
            names.join(", "),
            names.join(" ")
        );
    }
    step.done(format_args!("installed {}", names.join(" ")));
    Ok(())
}

/// Says early what the person has to do, before minutes of compiling are spent.
pub(crate) fn require_access(names: &[&str], why: &str) -> Result<()> {
    PackageAccess::detect().require(names, why)
}

/// How packages come onto this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PackageAccess {
    Root,
    /// There is an apt-get, and we are not root.
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

    fn require(self, names: &[&str], why: &str) -> Result<()> {
        match self {
            Self::Root => Ok(()),
            Self::NotRoot => bail!(
                "{why}, and only root may install it: run `sudo apt-get install -y --no-install-recommends {}` and start again",
                names.join(" ")
            ),
            Self::NoApt => bail!(
                "{why}, and this machine has no apt-get: install what Debian calls {} by your system's own means and start again",
                names.join(", ")
            ),
        }
    }
}

/// Whether apt knows a package of this name.
pub(crate) fn is_known(name: &str) -> bool {
    command::output(Command::new("apt-cache").args(["show", name]), HOUR)
        .is_ok_and(|text| !text.trim().is_empty())
}

pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn apt(step: &Step<'_>, names: &[&str]) -> Result<Result<(), String>> {
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

/// Keeps packages from starting services while it lives (a Redis, for one, that nobody asked for).
struct NoServices;

impl NoServices {
    fn begin() -> Option<Self> {
        let ours = fs::read_to_string(POLICY).is_ok_and(|text| text == POLICY_TEXT);
        if Path::new(POLICY).exists() && !ours {
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

    fn told(access: PackageAccess) -> String {
        let required = access.require(&["docker.io", "iptables"], "Docker is missing");
        required.unwrap_err().to_string()
    }

    #[test]
    fn root_is_told_nothing() {
        assert!(
            PackageAccess::Root
                .require(&["docker.io"], "missing")
                .is_ok()
        );
    }

    #[test]
    fn whoever_is_not_root_is_told_the_whole_command() {
        assert_eq!(
            told(PackageAccess::NotRoot),
            "Docker is missing, and only root may install it: run `sudo apt-get install -y \
             --no-install-recommends docker.io iptables` and start again"
        );
    }

    #[test]
    fn where_there_is_no_apt_the_packages_are_named() {
        let text = told(PackageAccess::NoApt);
        assert!(text.contains("docker.io, iptables"), "{text}");
        assert!(!text.contains("sudo"), "{text}");
    }
}
