//! The images of judge and launcher: Python and our code, nothing of any learner's or course's.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::io::AsyncWrite;
use tracing::info;

use crate::engine::Engine;
use crate::limits::Role;
use crate::short_hash::short_hash;
use crate::{SandboxError, SandboxSettings};

/// The base image that a machine without a registry builds for itself.
const LOCAL_BASE: &str = "codealong-python-base:3.11";
/// The base image of the registry.
const PUBLIC_BASE: &str = "python:3.11-slim";

/// The file with a container's seccomp profile, in its image's directory.
const SECCOMP: &str = "seccomp.json";

/// An image's Dockerfile, in its directory.
const DOCKERFILE: &str = "Dockerfile";

/// What both images contain: the protocol that judge and launcher share.
const SHARED_FOLDER: &str = "protocol/";

/// The Dockerfile's argument that names the base.
const BASE_ARGUMENT: &str = "BASE";

/// The images of a lane's two containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Images {
    pub(crate) judge: Image,
    pub(crate) learner: Image,
}

/// An image as the engine has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    /// Its name with its tag.
    pub(crate) name: String,
    /// Its id, as in `sha256:…`.
    pub(crate) id: String,
    /// The text of its containers' seccomp profile.
    pub(crate) seccomp: String,
}

/// An image's directory in the images' directory, which is part of its name too.
fn folder_of(role: Role) -> &'static str {
    match role {
        Role::Judge => "judge",
        Role::Learner => "python",
    }
}

impl Images {
    /// Finds the images of the directories' present content, or builds them.
    pub(crate) async fn ensure(
        engine: &Engine,
        settings: &SandboxSettings,
    ) -> Result<Self, SandboxError> {
        let base = base(engine, settings.base_image.as_deref()).await?;
        Self::ensure_on(engine, settings, &base).await
    }

    async fn ensure_on(
        engine: &Engine,
        settings: &SandboxSettings,
        base: &(String, String),
    ) -> Result<Self, SandboxError> {
        let ensure = |role| Image::ensure(engine, settings, base, folder_of(role));
        Ok(Self {
            judge: ensure(Role::Judge).await?,
            learner: ensure(Role::Learner).await?,
        })
    }
}

/// Writes the images of a lane, their base, and `others` of the engine's into an archive as `docker load`
/// takes it, and returns their names. Builds those of a lane where the engine lacks them.
///
/// An engine that has loaded it needs no registry: the images' names are hashes of what is in them.
pub async fn save_images(
    settings: &SandboxSettings,
    others: &[String],
    archive: &mut (impl AsyncWrite + Unpin),
) -> Result<Vec<String>, SandboxError> {
    let engine = Engine::connect(&settings.docker_host, settings.call_timeout).await?;
    let base = base(&engine, settings.base_image.as_deref()).await?;
    let lane = Images::ensure_on(&engine, settings, &base).await?;
    let mut names = vec![base.0, lane.judge.name, lane.learner.name];
    names.extend_from_slice(others);
    engine.save(&names, archive).await?;
    Ok(names)
}

/// Whether the engine has the images of a lane, on the base image with this name and id.
pub(crate) async fn has_lane_images(
    engine: &Engine,
    settings: &SandboxSettings,
    base: (&str, &str),
) -> Result<bool, SandboxError> {
    for role in [Role::Judge, Role::Learner] {
        let folder = folder_of(role);
        let context = Context::read(&settings.image_folder, folder)?;
        let name = image_name(folder, &context, base);
        if engine.image_id(&name).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn image_name(folder: &str, context: &Context, (base, base_id): (&str, &str)) -> String {
    format!("codealong-{folder}:{}", context.hash(base, base_id))
}

impl Image {
    async fn ensure(
        engine: &Engine,
        settings: &SandboxSettings,
        (base, base_id): &(String, String),
        folder: &str,
    ) -> Result<Self, SandboxError> {
        let context = Context::read(&settings.image_folder, folder)?;
        let name = image_name(folder, &context, (base, base_id));
        let id = match engine.image_id(&name).await? {
            Some(id) => id,
            None => build(engine, &name, base, folder, &context).await?,
        };
        Ok(Self {
            name,
            id,
            seccomp: context.text(&format!("{folder}/{SECCOMP}"))?,
        })
    }
}

async fn build(
    engine: &Engine,
    name: &str,
    base: &str,
    folder: &str,
    context: &Context,
) -> Result<String, SandboxError> {
    info!(image = name, base, "Building the image {name} on {base}");
    let begin = std::time::Instant::now();
    let arguments = HashMap::from([(BASE_ARGUMENT.to_owned(), base.to_owned())]);
    let dockerfile = format!("{folder}/{DOCKERFILE}");
    engine
        .build(name, &dockerfile, arguments, context.tar()?)
        .await?;
    let took_ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    info!(
        image = name,
        took_ms, "Built the image {name} in {took_ms} ms"
    );
    let id = engine.image_id(name).await?;
    id.ok_or_else(|| SandboxError::ImageBuild {
        detail: "the build ended without an image".to_owned(),
        output: String::new(),
    })
}

/// The base image's name and id. It is pulled where the engine does not have it.
async fn base(engine: &Engine, chosen: Option<&str>) -> Result<(String, String), SandboxError> {
    let wanted = match find_base(engine, chosen).await? {
        (found, Some(id)) => return Ok((found, id)),
        (wanted, None) => wanted,
    };
    info!(image = wanted, "Pulling the base image {wanted}");
    engine.pull(&wanted).await?;
    match engine.image_id(&wanted).await? {
        Some(id) => Ok((wanted, id)),
        None => Err(SandboxError::BaseImage {
            image: wanted,
            detail: "it was pulled and is not there".to_owned(),
        }),
    }
}

/// The base image's name, and its id where the engine has it.
pub(crate) async fn find_base(
    engine: &Engine,
    chosen: Option<&str>,
) -> Result<(String, Option<String>), SandboxError> {
    let candidates = chosen.map_or(vec![LOCAL_BASE, PUBLIC_BASE], |chosen| vec![chosen]);
    for candidate in &candidates {
        if let Some(id) = engine.image_id(candidate).await? {
            return Ok(((*candidate).to_owned(), Some(id)));
        }
    }
    let wanted = candidates.last().copied().unwrap_or(PUBLIC_BASE);
    Ok((wanted.to_owned(), None))
}

/// The files that make one of the images, sorted by path.
#[derive(Debug)]
struct Context {
    folder: PathBuf,
    files: Vec<(String, Vec<u8>)>,
}

impl Context {
    fn read(folder: &Path, image: &str) -> Result<Self, SandboxError> {
        let mut files = Vec::new();
        read_folder(folder, "", &mut files)?;
        let own_folder = format!("{image}/");
        files.retain(|(path, _)| path.starts_with(&own_folder) || path.starts_with(SHARED_FOLDER));
        files.sort();
        Ok(Self {
            folder: folder.to_owned(),
            files,
        })
    }

    /// A hash of all that determines the image.
    fn hash(&self, base: &str, base_id: &str) -> String {
        let mut hasher = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        add(base.as_bytes());
        add(base_id.as_bytes());
        for (path, content) in &self.files {
            add(path.as_bytes());
            add(content);
        }
        short_hash(hasher)
    }

    /// A file's text. A missing profile is an error: the container would get the engine's own,
    /// which allows much more and looks the same from inside.
    fn text(&self, name: &str) -> Result<String, SandboxError> {
        let unreadable = |source| SandboxError::ImageFolder {
            path: self.folder.join(name).display().to_string(),
            source,
        };
        let file = self.files.iter().find(|(path, _)| path == name);
        let (_, content) = file.ok_or_else(|| unreadable(io::ErrorKind::NotFound.into()))?;
        let text = String::from_utf8(content.clone());
        text.map_err(|error| unreadable(io::Error::new(io::ErrorKind::InvalidData, error)))
    }

    /// The directory as the engine wants it: paths and contents only, so that the same content is
    /// the same tar, and hits the engine's cache.
    fn tar(&self) -> Result<Vec<u8>, SandboxError> {
        let unwritable = |source| SandboxError::ImageFolder {
            path: self.folder.display().to_string(),
            source,
        };
        let mut archive = tar::Builder::new(Vec::new());
        for (path, content) in &self.files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            archive
                .append_data(&mut header, path, content.as_slice())
                .map_err(unwritable)?;
        }
        archive.into_inner().map_err(unwritable)
    }
}

/// Hidden files, compiled Python, tests and Markdown are not part of an image.
fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || name == "__pycache__" || name == "tests" || name.ends_with(".md")
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), SandboxError> {
    let unreadable = |path: &Path, source: io::Error| SandboxError::ImageFolder {
        path: path.display().to_string(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_left_out(&name) {
            continue;
        }
        let kind = entry
            .file_type()
            .map_err(|error| unreadable(&path, error))?;
        if kind.is_dir() {
            read_folder(&path, &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() {
            let content = fs::read(&path).map_err(|error| unreadable(&path, error))?;
            files.push((format!("{prefix}{name}"), content));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    fn hash(files: &[(&str, &str)]) -> String {
        let folder = folder(files);
        Context::read(folder.path(), "judge")
            .unwrap()
            .hash("base", "id")
    }

    const SMALL: [(&str, &str); 2] = [("judge/Dockerfile", "FROM x"), ("judge/main.py", "1")];

    #[test]
    fn the_tag_follows_the_content_and_nothing_else() {
        let one = hash(&SMALL);
        let noise = [
            ("judge/__pycache__/main.pyc", "noise"),
            ("python/main.py", "another image's"),
            ("tests/test_main.py", "noise"),
            (".hidden", "noise"),
            ("PROTOCOL.md", "noise"),
        ];
        assert_eq!(hash(&[&SMALL[..], &noise].concat()), one);
        for change in [("judge/other.py", "1"), ("protocol/frame.py", "1")] {
            assert_ne!(hash(&[&SMALL[..], &[change]].concat()), one, "{change:?}");
        }
        assert_ne!(hash(&[SMALL[0], ("judge/main.py", "2")]), one);
        assert_ne!(hash(&[("judge/Dockerfile", "FROM xjudge/main.py1")]), one);
    }

    #[test]
    fn the_tar_holds_the_files() {
        let folder = folder(&SMALL);
        let tar = Context::read(folder.path(), "judge").unwrap().tar();
        let tar = tar.unwrap();
        let mut archive = tar::Archive::new(tar.as_slice());
        let paths: Vec<String> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect();
        assert_eq!(paths, ["judge/Dockerfile", "judge/main.py"]);
    }

    #[test]
    fn a_profile_that_is_not_there_is_named() {
        let name = "judge/seccomp.json";
        let without = folder(&SMALL);
        let error = Context::read(without.path(), "judge").unwrap().text(name);
        let error = error.unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
        let with = folder(&[(name, "{}")]);
        let text = Context::read(with.path(), "judge").unwrap().text(name);
        assert_eq!(text.unwrap(), "{}");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = Context::read(Path::new("/no/such/folder"), "judge").unwrap_err();
        assert!(error.to_string().contains("/no/such/folder"), "{error}");
    }
}
