//! What this workspace is built with: who depends on whom, and what may come from outside.
//!
//! The rules on packages are some of those of cargo-deny and cargo-machete. To compile cargo-deny
//! takes minutes, and CI runs on a bare machine.

mod ban;
mod licence;
mod package;
mod registry;
mod unused;
mod walls;

use anyhow::{Result, bail};

use self::package::PackageInfo;
use crate::screen::Screen;
use crate::workspace;

pub(crate) fn check(screen: &Screen) -> Result<()> {
    let step = screen.begin("dependency rules", "reading cargo metadata");
    let metadata = workspace::dependency_graph()?;
    let packages = PackageInfo::read(&metadata);
    let mut violations = walls::violations(&metadata)?;
    violations.extend(licence::violations(&packages));
    violations.extend(registry::packages_come_from_crates_io(&packages));
    violations.extend(ban::no_package_is_banned(&packages));
    violations.extend(unused::violations(&metadata)?);
    if !violations.is_empty() {
        bail!(
            "dependency rules are violated:\n  - {}",
            violations.join("\n  - ")
        );
    }
    let members = metadata.workspace_members.len();
    step.done(format_args!(
        "kept by {members} crates and {} packages from outside",
        packages.len() - members
    ));
    Ok(())
}
