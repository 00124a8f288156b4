//! A package of the dependency graph, with what the rules ask about it.

use cargo_metadata::{Metadata, Package};

#[derive(Debug)]
pub(super) struct PackageInfo {
    pub(super) name: String,
    pub(super) version: String,
    /// The SPDX expression in its manifest.
    pub(super) licence: Option<String>,
    pub(super) origin: Origin,
}

/// Where a package comes from. Cargo names crates.io even where a source replacement, such as a
/// mirror or a vendored folder, stands in for it.
#[derive(Debug)]
pub(super) enum Origin {
    Workspace,
    CratesIo,
    /// Another registry, a repository, or a folder outside of the workspace.
    Elsewhere(String),
}

impl PackageInfo {
    /// All packages of the graph, the workspace's own included.
    pub(super) fn read(metadata: &Metadata) -> Vec<Self> {
        let read = |package: &Package| Self {
            name: package.name.to_string(),
            version: package.version.to_string(),
            licence: package.license.clone(),
            origin: match &package.source {
                _ if metadata.workspace_members.contains(&package.id) => Origin::Workspace,
                Some(source) if source.is_crates_io() => Origin::CratesIo,
                Some(source) => Origin::Elsewhere(source.to_string()),
                None => Origin::Elsewhere(package.manifest_path.to_string()),
            },
        };
        metadata.packages.iter().map(read).collect()
    }

    #[cfg(test)]
    pub(super) fn from_crates_io(name: &str, licence: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: "1.2.3".to_owned(),
            licence: Some(licence.to_owned()),
            origin: Origin::CratesIo,
        }
    }
}
