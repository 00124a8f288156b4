//! The judge's base image, where no image registry can be reached: Python and Redis of Debian's packages,
//! and the Python package `redis` from PyPI.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{pip, python_image, root_filesystem};
use crate::command::{self, HOUR};
use crate::content_hash::ContentHash;
use crate::docker_client::docker;
use crate::screen::Screen;
use crate::workspace;

/// Below `runner-image`: the files that say what the base holds.
const FOLDER: &str = "judge-base";

/// In that folder, how it is built of what lies ready.
const DOCKERFILE: &str = "debian.Dockerfile";

const DEBIAN_TAG: &str = "codealong-judge-debian:3.11-redis";

/// Debian's redis-server is redis-check-rdb by another name, which the package `redis-tools` has.
const PROGRAMS: [(&str, &str); 2] = [
    ("redis-server", "/usr/bin/redis-check-rdb"),
    ("redis-cli", "/usr/bin/redis-cli"),
];

/// The name that the `sandbox` crate looks for (`image/base.rs`): a hash of the Dockerfile and the
/// requirements.
pub(crate) fn tag() -> Result<String> {
    tag_of(&workspace::root().join("runner-image").join(FOLDER))
}

fn tag_of(folder: &Path) -> Result<String> {
    let dockerfile = folder.join(DOCKERFILE);
    let mut content = if dockerfile.exists() {
        fs::read(dockerfile)?
    } else {
        Vec::new()
    };
    for path in requirements(folder)? {
        content.extend(fs::read(path)?);
    }
    let mut hash = ContentHash::of(&content).short();
    hash.truncate(12);
    Ok(format!("codealong-{FOLDER}:debian-{hash}"))
}

/// The files that pip reads, by name.
fn requirements(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

pub(crate) fn build(screen: &Screen, title: &'static str) -> Result<()> {
    let folder = workspace::root().join("runner-image").join(FOLDER);
    let packages = [python_image::PACKAGES, &["redis-tools"]].concat();
    root_filesystem::import(screen, title, &packages, DEBIAN_TAG)?;
    let python = command::find("python3").unwrap_or_else(|| PathBuf::from("/usr/bin/python3"));
    pip::ensure(screen, title, &python)?;
    let tag = tag()?;
    let step = screen.begin(title, format_args!("building {tag}"));
    let context = workspace::xtask_folder()?.join("judge-base");
    if context.exists() {
        fs::remove_dir_all(&context)?;
    }
    let redis = context.join("opt/redis");
    fs::create_dir_all(redis.join("bin"))?;
    for (name, program) in PROGRAMS {
        symlink(program, redis.join("bin").join(name))?;
    }
    for file in requirements(&folder)? {
        step.update(format_args!("pip install --requirement {}", file.display()));
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let version = name.rsplit('-').next().unwrap_or_default();
        install(&python, &file, &redis.join("python").join(version))?;
    }
    let mut docker = docker(&["build", "--quiet", "--network", "none", "--tag", &tag]);
    docker
        .args(["--build-arg", &format!("BASE={DEBIAN_TAG}"), "--file"])
        .arg(folder.join(DOCKERFILE))
        .arg(&context);
    command::output(&mut docker, HOUR).context("the judge's base image could not be built")?;
    fs::remove_dir_all(&context)?;
    step.done(format_args!(
        "{tag} built from Debian's packages and PyPI's"
    ));
    Ok(())
}

/// The image compiles them itself: this Python may be another one.
fn install(python: &Path, requirements: &Path, target: &Path) -> Result<()> {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps"])
        .args(["--require-hashes", "--only-binary=:all:", "--no-compile"])
        .arg("--target")
        .arg(target)
        .arg("--requirement")
        .arg(requirements);
    command::output(&mut pip, HOUR).context("PyPI's package redis could not be installed")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `image/base.rs` of the sandbox has the same test: both make the same name of the same files.
    #[test]
    fn a_base_of_debians_packages_is_named_after_what_makes_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("redis-py-8.txt"), "redis==8.1.0").unwrap();
        fs::write(folder.path().join("Dockerfile"), "FROM one").unwrap();
        let tag = tag_of(folder.path()).unwrap();
        assert_eq!(tag, "codealong-judge-base:debian-448c4fd2f1f0");
        fs::write(folder.path().join(DOCKERFILE), "FROM scratch").unwrap();
        let tag = tag_of(folder.path()).unwrap();
        assert_eq!(tag, "codealong-judge-base:debian-433063cab379");
    }

    #[test]
    fn each_version_has_a_folder_of_its_own() {
        let folder = workspace::root().join("runner-image").join(FOLDER);
        let files = requirements(&folder).unwrap();
        let names: Vec<_> = files.iter().filter_map(|file| file.file_name()).collect();
        assert_eq!(names, ["redis-py-5.txt", "redis-py-8.txt"]);
    }
}
