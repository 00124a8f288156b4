//! A folder on disk that knows which of its entries belong to the course.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::lines::Lines;
use crate::problem::Found;
use crate::suggestion::did_you_mean;

/// A folder whose entries are taken out one by one; [`Folder::end`] reports those that are left.
#[derive(Debug)]
pub(crate) struct Folder<'a> {
    found: &'a Found,
    path: PathBuf,
    /// Where links may lead: below the folder that was loaded, all links resolved.
    root: PathBuf,
    entries: BTreeMap<String, Kind>,
    used: RefCell<BTreeSet<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    /// Reported already: neither, unreadable, or a link that leads away.
    Bad,
}

/// Text files longer than this are no course content.
const MAX_TEXT_BYTES: u64 = 128 * 1024;
/// Pictures longer than this would make a page heavy.
const MAX_PICTURE_BYTES: u64 = 256 * 1024;

/// Whether a file is the leftover of an editor, of Python or of the system, not content.
pub(crate) fn is_ignored(name: &str) -> bool {
    name.starts_with(['.', '#'])
        || name.ends_with('~')
        || name.ends_with(".pyc")
        || name.ends_with(".swp")
        || name == "__pycache__"
}

impl<'a> Folder<'a> {
    /// Opens the folder below which everything must lie.
    pub(crate) fn open_root(found: &'a Found, path: &Path) -> Option<Self> {
        match fs::canonicalize(path) {
            Ok(root) => Self::open(found, path.to_owned(), root),
            Err(error) => {
                found.in_file(path, format!("the folder can't be opened: {error}"));
                None
            }
        }
    }

    fn open(found: &'a Found, path: PathBuf, root: PathBuf) -> Option<Self> {
        let mut folder = Self {
            found,
            path,
            root,
            entries: BTreeMap::new(),
            used: RefCell::default(),
        };
        match folder.read_entries() {
            Ok(()) => Some(folder),
            Err(error) => {
                found.in_file(&folder.path, format!("the folder can't be opened: {error}"));
                None
            }
        }
    }

    fn read_entries(&mut self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let path = entry.path();
            let Ok(name) = entry.file_name().into_string() else {
                self.found
                    .in_file(&path, "the file's name is not UTF-8: rename it");
                continue;
            };
            if !is_ignored(&name) {
                let kind = self.kind(&path).unwrap_or_else(|error| {
                    self.found
                        .in_file(&path, format!("this can't be read: {error}"));
                    Kind::Bad
                });
                self.entries.insert(name, kind);
            }
        }
        Ok(())
    }

    /// Follows links, but not out of the root: a course from elsewhere must not show other files.
    fn kind(&self, path: &Path) -> io::Result<Kind> {
        if fs::symlink_metadata(path)?.is_symlink()
            && !fs::canonicalize(path)?.starts_with(&self.root)
        {
            self.found.in_file(
                path,
                "the link leads out of the course: put the file itself here",
            );
            return Ok(Kind::Bad);
        }
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            Ok(Kind::Folder)
        } else if metadata.is_file() {
            Ok(Kind::File)
        } else {
            self.found
                .in_file(path, "this is neither a file nor a folder: remove it");
            Ok(Kind::Bad)
        }
    }

    /// The problems that reading gathers.
    pub(crate) fn found(&self) -> &'a Found {
        self.found
    }

    /// The path of the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of an entry, whether it exists or not.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder's own name, where it has one.
    pub(crate) fn name(&self) -> String {
        let resolved = fs::canonicalize(&self.path).unwrap_or_default();
        let name = self.path.file_name().or(resolved.file_name());
        name.map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    /// Whether there is an entry of this name, of whatever kind.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The names of the folders in it.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .filter(|(_, kind)| **kind == Kind::Folder)
            .map(|(name, _)| name.as_str())
    }

    /// Opens a folder in it; nothing where there is none.
    pub(crate) fn folder(&self, name: &str) -> Option<Folder<'a>> {
        self.used.borrow_mut().insert(name.to_owned());
        match self.entries.get(name)? {
            Kind::Folder => Self::open(self.found, self.path_of(name), self.root.clone()),
            Kind::File => {
                self.found
                    .in_file(&self.path_of(name), "this must be a folder, not a file");
                None
            }
            Kind::Bad => None,
        }
    }

    /// Reads a text that must be there; nothing but its problem where it isn't.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        if !self.has(name) {
            let unused = self.unused();
            self.found.in_file(
                &self.path_of(name),
                format!(
                    "the file is missing{}",
                    did_you_mean(name, unused.iter().map(String::as_str))
                ),
            );
            return None;
        }
        self.optional_text(name)
    }

    /// Reads a text that may be absent.
    pub(crate) fn optional_text(&self, name: &str) -> Option<String> {
        let bytes = self.bytes(name, MAX_TEXT_BYTES)?;
        let path = self.path_of(name);
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let lines = Lines::of(&String::from_utf8_lossy(error.as_bytes()));
                self.found
                    .at(&path, lines.at(valid), "this line is not UTF-8 text");
                return None;
            }
        };
        if let Some(nul) = text.find('\0') {
            self.found.at(
                &path,
                Lines::of(&text).at(nul),
                "this line holds a NUL character: remove it",
            );
            return None;
        }
        if text.trim().is_empty() {
            self.found
                .in_file(&path, "the file is empty: write it or remove it");
            return None;
        }
        // Some editors put a byte order mark at the start, which neither Python nor TOML wants.
        Some(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        })
    }

    /// Reads a picture that is known to be there.
    pub(crate) fn picture(&self, name: &str) -> Option<Vec<u8>> {
        self.bytes(name, MAX_PICTURE_BYTES)
    }

    fn bytes(&self, name: &str, most: u64) -> Option<Vec<u8>> {
        self.used.borrow_mut().insert(name.to_owned());
        let path = self.path_of(name);
        match self.entries.get(name)? {
            Kind::Bad => return None,
            Kind::Folder => {
                self.found
                    .in_file(&path, "this must be a file, not a folder");
                return None;
            }
            Kind::File => {}
        }
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
        match read {
            Ok(length) if length as u64 > most => {
                self.found.in_file(
                    &path,
                    format!(
                        "the file is longer than {} KiB: make it shorter",
                        most / 1024
                    ),
                );
                None
            }
            Ok(_) => Some(bytes),
            Err(error) => {
                self.found
                    .in_file(&path, format!("the file can't be read: {error}"));
                None
            }
        }
    }

    /// The entries that nobody asked for.
    pub(crate) fn unused(&self) -> Vec<String> {
        let used = self.used.borrow();
        self.entries
            .iter()
            .filter(|(name, kind)| **kind != Kind::Bad && !used.contains(*name))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Reports every entry that nobody asked for, with what to do about it.
    pub(crate) fn end(&self, sentence: &str) {
        for name in self.unused() {
            self.found.in_file(&self.path_of(&name), sentence);
        }
    }
}
