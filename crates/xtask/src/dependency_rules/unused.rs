//! Each dependency of a crate is named in its code.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, Package, PackageId};

/// Dependencies that are there for their features alone, each as the crate, the dependency, and
/// with its reason in a comment. There is none today.
const FOR_FEATURES_ALONE: &[(&str, &str)] = &[];

#[derive(Debug)]
struct MemberCode {
    name: String,
    dependencies: Vec<UsableCrate>,
    /// All its `.rs` files, tests, examples and build script included.
    text: String,
}

#[derive(Debug)]
struct UsableCrate {
    package: String,
    /// As code names it: the library's name, or what the manifest renames it to.
    name: String,
}

pub(super) fn violations(metadata: &Metadata) -> Result<Vec<String>> {
    let members = metadata.workspace_packages().into_iter();
    let members = members.map(|member| MemberCode::read(metadata, member));
    let members = members.collect::<Result<Vec<_>>>()?;
    Ok(dependencies_are_used(&members, FOR_FEATURES_ALONE))
}

fn dependencies_are_used(
    members: &[MemberCode],
    for_features_alone: &[(&str, &str)],
) -> Vec<String> {
    let mut violations = Vec::new();
    for member in members {
        for dependency in &member.dependencies {
            let UsableCrate { package, name } = dependency;
            let is_exception =
                for_features_alone.contains(&(member.name.as_str(), package.as_str()));
            match (names(&member.text, name), is_exception) {
                (true, false) | (false, true) => {}
                (false, false) => violations.push(format!(
                    "{} depends on {package}, and none of its files names `{name}`",
                    member.name
                )),
                (true, true) => violations.push(format!(
                    "{} needs no exception for {package}: its code names `{name}`",
                    member.name
                )),
            }
        }
    }
    violations
}

/// Whether code names a crate: at the beginning of a path, or in a `use` of the crate itself.
fn names(text: &str, name: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let before = match before.strip_suffix("::") {
            // In `std::bytes::…` it is a module.
            Some(parent) if parent.ends_with(|last| is_word(last) || last == '>') => return false,
            Some(start) => start,
            None => before,
        };
        if before.ends_with(is_word) || after.starts_with(is_word) {
            return false;
        }
        let word_before = before.split_whitespace().next_back();
        after.trim_start().starts_with("::") || matches!(word_before, Some("use" | "crate"))
    })
}

impl MemberCode {
    fn read(metadata: &Metadata, member: &Package) -> Result<Self> {
        let graph = metadata.resolve.as_ref();
        let graph = graph.context("`cargo metadata` did not resolve the dependencies")?;
        let node = graph.nodes.iter().find(|node| node.id == member.id);
        let node = node.with_context(|| format!("{} is not in the graph", member.name))?;
        let dependencies = node.deps.iter().map(|dependency| UsableCrate {
            package: package_name(metadata, &dependency.pkg),
            name: dependency.name.clone(),
        });
        let mut text = String::new();
        let manifest = member.manifest_path.as_std_path();
        read_code(
            manifest.parent().expect("a manifest is in a folder"),
            &mut text,
        )?;
        Ok(Self {
            name: member.name.to_string(),
            dependencies: dependencies.collect(),
            text,
        })
    }
}

fn package_name(metadata: &Metadata, id: &PackageId) -> String {
    metadata[id].name.to_string()
}

fn read_code(folder: &Path, text: &mut String) -> Result<()> {
    let unreadable = || format!("{} could not be read", folder.display());
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path.is_dir() {
            read_code(&path, text)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *text += &fs::read_to_string(&path).with_context(unreadable)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, for_features_alone: &[(&str, &str)]) -> Vec<String> {
        let member = MemberCode {
            name: "server".to_owned(),
            dependencies: vec![UsableCrate {
                package: "tokio-util".to_owned(),
                name: "tokio_util".to_owned(),
            }],
            text: text.to_owned(),
        };
        dependencies_are_used(&[member], for_features_alone)
    }

    #[test]
    fn a_dependency_that_no_file_names_is_unused() {
        assert!(check("use tokio_util::task::TaskTracker;", &[]).is_empty());
        assert_eq!(
            check("use tokio::task::spawn;", &[]),
            ["server depends on tokio-util, and none of its files names `tokio_util`"]
        );
    }

    #[test]
    fn an_exception_holds_as_long_as_it_is_needed() {
        let exception = [("server", "tokio-util")];
        assert!(check("", &exception).is_empty());
        assert_eq!(check("", &[("bench", "tokio-util")]).len(), 1);
        assert_eq!(
            check("tokio_util::codec::Framed", &exception),
            ["server needs no exception for tokio-util: its code names `tokio_util`"]
        );
    }

    #[test]
    fn a_crate_is_named_by_paths_and_imports() {
        for text in [
            "use bytes::Bytes;",
            "use ::bytes::Bytes;",
            "fn of(text: &bytes::Bytes)",
            "#[bytes::main]",
            "use bytes;",
            "pub use bytes as raw;",
            "extern crate bytes;",
        ] {
            assert!(names(text, "bytes"), "{text}");
        }
        for text in [
            "let bytes = text.bytes();",
            "use std::bytes::Bytes;",
            "raw_bytes::all()",
            "bytes_of::<u8>()",
            "// Too many bytes",
        ] {
            assert!(!names(text, "bytes"), "{text}");
        }
    }
}
