//! The files that an image is built from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::base::{Base, JUDGE_BASE};
use crate::SandboxError;
use crate::short_hash::short_hash;

/// What judge and launcher share.
const SHARED_FOLDER: &str = "protocol/";

/// The files that make one of the images, sorted by path.
#[derive(Debug)]
pub(super) struct Context {
    folder: PathBuf,
    files: Vec<(String, Vec<u8>)>,
}

impl Context {
    pub(super) fn read(folder: &Path, image: &str) -> Result<Self, SandboxError> {
        let mut files = Vec::new();
        read_folder(folder, "", &mut files)?;
        let own_folder = format!("{image}/");
        // The judge's base has nothing of ours in it: no change of ours asks for another one.
        let has_shared = image != JUDGE_BASE;
        files.retain(|(path, _)| {
            path.starts_with(&own_folder) || (has_shared && path.starts_with(SHARED_FOLDER))
        });
        files.sort();
        Ok(Self {
            folder: folder.to_owned(),
            files,
        })
    }

    /// Paths and contents, sorted by path.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let files = self.files.iter();
        files.map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    /// A hash of all that determines the image.
    pub(super) fn hash(&self, base: &Base) -> String {
        let mut hasher = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        add(base.name.as_bytes());
        add(base.id.as_bytes());
        for (path, content) in &self.files {
            add(path.as_bytes());
            add(content);
        }
        short_hash(hasher)
    }

    /// A file's text. A missing profile is an error: the container would get the engine's own,
    /// which allows much more and looks the same from inside.
    pub(super) fn text(&self, name: &str) -> Result<String, SandboxError> {
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
    pub(super) fn tar(&self) -> Result<Vec<u8>, SandboxError> {
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
        let base = Base {
            name: "base".to_owned(),
            id: "id".to_owned(),
        };
        let context = Context::read(folder.path(), "judge").unwrap();
        context.hash(&base)
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
