//! The server's image: the program, the libraries that it is linked with, and what it serves.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::arm64;
use crate::command::{self, HOUR};
use crate::docker_client::docker;
use crate::screen::Screen;
use crate::server::{self, Profile};
use crate::site;
use crate::workspace;

/// Below the root, where the server runs and finds the rest.
const HOME: &str = "srv/codealong";

/// What the server reads first, and where it finds the pages by it.
const OPTIONS: &str = "Leptos.toml";
const SITE_ROOT: &str = "site-root = \"target/site\"";
const SITE: &str = "site";

const DOCKERFILE: &str = "deploy/Dockerfile";

/// The line that a machine without a registry can't follow, and what takes its place.
const FROM_BUILD: &str = "COPY --from=build /staged/ /";
const FROM_CONTEXT: &str = "COPY . /";

/// What the image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Platform {
    /// Machines like this one
    Here,
    /// 64-bit ARM; built with Debian's cross compiler, and not run
    Arm64,
}

/// Puts all that the image holds into a folder, which may be there and empty.
pub(crate) fn stage(
    screen: &Screen,
    platform: Platform,
    profile: Profile,
    root: &Path,
) -> Result<()> {
    let step = screen.begin("image", "staging what it holds");
    if root.exists() && fs::read_dir(root)?.next().is_some() {
        bail!("{} is not empty", root.display());
    }
    let home = root.join(HOME);
    fs::create_dir_all(&home)?;
    let program = root.join("usr/bin/codealong");
    copy(&platform.binary(profile), &program)?;
    platform.strip(&program)?;
    for (library, place) in platform.libraries(&program)? {
        copy(&library, &root.join(place.strip_prefix("/")?))?;
    }
    let options = fs::read_to_string(workspace::root().join(OPTIONS))?;
    fs::write(home.join(OPTIONS), of_staged_site(&options)?)?;
    for (from, to) in [
        (site::root(), SITE),
        (workspace::root().join("curriculum"), "curriculum"),
        (workspace::root().join("runner-image"), "runner-image"),
    ] {
        site::copy_folder(&from, &home.join(to))?;
    }
    remove_caches(&home)?;
    let etc = root.join("etc");
    fs::create_dir_all(&etc)?;
    fs::write(
        etc.join("passwd"),
        format!("codealong:x:10000:10000::/{HOME}:/nonexistent\n"),
    )?;
    fs::write(etc.join("group"), "codealong:x:10000:\n")?;
    open_to_all(root)?;
    step.done(format_args!("in {}", root.display()));
    Ok(())
}

/// The options of a server whose pages are beside them.
fn of_staged_site(options: &str) -> Result<String> {
    if !options.contains(SITE_ROOT) {
        bail!("{OPTIONS} does not say {SITE_ROOT}");
    }
    Ok(options.replace(SITE_ROOT, &format!("site-root = \"{SITE}\"")))
}

/// Builds the image from what this machine has built, with the engine's own builder.
pub(crate) fn build(
    screen: &Screen,
    platform: Platform,
    profile: Profile,
    tag: &str,
) -> Result<()> {
    let root = workspace::xtask_folder()?.join("image");
    remove(&root)?;
    stage(screen, platform, profile, &root)?;
    let step = screen.begin("image", format_args!("docker build --tag {tag}"));
    let dockerfile = workspace::xtask_folder()?.join("image.Dockerfile");
    let text = fs::read_to_string(workspace::root().join(DOCKERFILE))?;
    fs::write(&dockerfile, last_stage(&text)?)?;
    let mut docker = docker(&["build", "--quiet", "--tag", tag]);
    if platform == Platform::Arm64 {
        docker.args(["--platform", "linux/arm64"]);
    }
    docker.arg("--file").arg(&dockerfile).arg(&root);
    let built = command::output(&mut docker, HOUR).context("the image can't be built");
    remove(&root)?;
    built?;
    step.done(format_args!("{tag} is built"));
    Ok(())
}

/// The Dockerfile's last stage, on the build's context in the place of the stage before.
fn last_stage(dockerfile: &str) -> Result<String> {
    let (_, stage) = dockerfile
        .rsplit_once("\nFROM ")
        .with_context(|| format!("{DOCKERFILE} has one stage"))?;
    if !stage.contains(FROM_BUILD) {
        bail!("{DOCKERFILE} does not say {FROM_BUILD:?}");
    }
    Ok(format!("FROM {}", stage.replace(FROM_BUILD, FROM_CONTEXT)))
}

/// The shared libraries that a program is linked with, and its loader, by `ldd`.
fn libraries(program: &Path) -> Result<Vec<PathBuf>> {
    let mut ldd = Command::new("ldd");
    ldd.arg(program);
    let listed = command::output(&mut ldd, HOUR).context("ldd comes with the C library")?;
    Ok(paths_of_ldd(&listed))
}

/// Of lines such as `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)` and `/lib64/ld.so (0x…)`. The
/// kernel's own library is no file.
fn paths_of_ldd(listed: &str) -> Vec<PathBuf> {
    let words = listed.lines().filter_map(|line| {
        let found = line.split_once("=>").map_or(line, |(_, found)| found);
        found.split_whitespace().next()
    });
    words
        .filter(|word| word.starts_with('/'))
        .map(PathBuf::from)
        .collect()
}

impl Platform {
    fn binary(self, profile: Profile) -> PathBuf {
        match self {
            Self::Here => server::binary(profile),
            Self::Arm64 => arm64::binary(profile),
        }
    }

    /// The files that a program needs, each with its place in the image.
    fn libraries(self, program: &Path) -> Result<Vec<(PathBuf, PathBuf)>> {
        match self {
            Self::Here => {
                let libraries = libraries(program)?.into_iter();
                Ok(libraries.map(|path| (path.clone(), path)).collect())
            }
            Self::Arm64 => {
                let libraries = arm64::libraries(program)?.into_iter();
                let placed = libraries.filter_map(|path| {
                    // The loader's own name, and where it looks last.
                    let place = Path::new("/lib").join(path.file_name()?);
                    Some((path, place))
                });
                Ok(placed.collect())
            }
        }
    }

    /// Names of functions and lines of code are most of a program. Without `strip` it stays large.
    fn strip(self, program: &Path) -> Result<()> {
        let strip = match self {
            Self::Here => "strip",
            Self::Arm64 => arm64::STRIP,
        };
        if command::find(strip).is_none() {
            return Ok(());
        }
        let mut strip = Command::new(strip);
        strip.arg(program);
        command::output(&mut strip, HOUR).context("the program can't be stripped")?;
        Ok(())
    }
}

/// What Python has left beside its sources.
fn remove_caches(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name == "__pycache__") {
            fs::remove_dir_all(&path)?;
        } else if path.is_dir() {
            remove_caches(&path)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).with_context(|| format!("{} can't be copied", from.display()))?;
    Ok(())
}

/// Everybody may read what is in the image, whatever this machine's umask took away.
fn open_to_all(path: &Path) -> Result<()> {
    let metadata = fs::metadata(path)?;
    let mode = metadata.permissions().mode();
    let may_execute = metadata.is_dir() || mode & 0o100 != 0;
    let opened = mode | if may_execute { 0o555 } else { 0o444 };
    fs::set_permissions(path, fs::Permissions::from_mode(opened))?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            open_to_all(&entry?.path())?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_are_the_files_that_ldd_names() {
        let listed = "\tlinux-vdso.so.1 (0x00007ffc)\n\
                      \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f00)\n\
                      \t/lib64/ld-linux-x86-64.so.2 (0x00007f01)\n";
        let expected = [
            "/lib/x86_64-linux-gnu/libc.so.6",
            "/lib64/ld-linux-x86-64.so.2",
        ];
        assert_eq!(paths_of_ldd(listed), expected.map(PathBuf::from));
    }

    #[test]
    fn a_staged_server_finds_its_pages_beside_it() {
        let options = fs::read_to_string(workspace::root().join(OPTIONS)).unwrap();
        let staged = of_staged_site(&options).unwrap();
        assert!(staged.contains("site-root = \"site\"\n"), "{staged}");
        assert_eq!(staged.lines().count(), options.lines().count());
    }

    #[test]
    fn all_may_read_what_one_may() {
        let folder = tempfile::tempdir().unwrap();
        let (inner, file) = (
            folder.path().join("inner"),
            folder.path().join("inner/program"),
        );
        fs::create_dir(&inner).unwrap();
        fs::write(&file, "").unwrap();
        for (path, mode) in [(&file, 0o700), (&inner, 0o700)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        open_to_all(folder.path()).unwrap();
        for path in [&file, &inner] {
            let mode = fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o755, "{}", path.display());
        }
    }

    #[test]
    fn the_last_stage_stands_alone() {
        let text = fs::read_to_string(workspace::root().join(DOCKERFILE)).unwrap();
        let stage = last_stage(&text).unwrap();
        assert!(stage.starts_with("FROM scratch\nCOPY . /\n"), "{stage}");
        assert!(!stage.contains("--from"), "{stage}");
    }
}
