//! A folder on disk that knows which of its entries the course uses.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::line_index::LineIndex;
use crate::problem::Diagnostics;
use crate::suggestion::did_you_mean;

/// A folder that remembers which entries were asked for; [`Folder::report_unused`] reports the
/// rest.
#[derive(Debug)]
pub(crate) struct Folder<'a> {
    diagnostics: &'a Diagnostics,
    path: PathBuf,
    /// The canonical path of the loaded folder; symbolic links may not lead out of it.
    root: PathBuf,
    entries: BTreeMap<String, EntryKind>,
    used: RefCell<BTreeSet<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    File,
    Folder,
    /// A special file, an unreadable one, or a link out of the root; reported already.
    Invalid,
}

const MAX_TEXT_BYTES: u64 = 128 * 1024;
/// Images are embedded in the page, so a longer one would make it slow.
const MAX_IMAGE_BYTES: u64 = 256 * 1024;

/// Whether a file was left behind by an editor, Python or the system.
pub(crate) fn is_ignored(name: &str) -> bool {
    name.starts_with(['.', '#'])
        || name.ends_with('~')
        || name.ends_with(".pyc")
        || name.ends_with(".swp")
        || name == "__pycache__"
}

impl<'a> Folder<'a> {
    /// Opens the folder to load: everything it uses must lie below it.
    pub(crate) fn open_root(diagnostics: &'a Diagnostics, path: &Path) -> Option<Self> {
        match fs::canonicalize(path) {
            Ok(root) => Self::open(diagnostics, path.to_owned(), root),
            Err(error) => {
                diagnostics.report_file(path, format!("the folder can't be opened: {error}"));
                None
            }
        }
    }

    fn open(diagnostics: &'a Diagnostics, path: PathBuf, root: PathBuf) -> Option<Self> {
        let mut folder = Self {
            diagnostics,
            path,
            root,
            entries: BTreeMap::new(),
            used: RefCell::default(),
        };
        match folder.read_entries() {
            Ok(()) => Some(folder),
            Err(error) => {
                diagnostics
                    .report_file(&folder.path, format!("the folder can't be opened: {error}"));
                None
            }
        }
    }

    fn read_entries(&mut self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let path = entry.path();
            let Ok(name) = entry.file_name().into_string() else {
                self.diagnostics
                    .report_file(&path, "the file's name is not UTF-8: rename it");
                continue;
            };
            if !is_ignored(&name) {
                let kind = self.kind(&path).unwrap_or_else(|error| {
                    self.diagnostics
                        .report_file(&path, format!("this can't be read: {error}"));
                    EntryKind::Invalid
                });
                self.entries.insert(name, kind);
            }
        }
        Ok(())
    }

    /// Follows symbolic links within the root only: a course from a stranger must not show other
    /// files of the machine.
    fn kind(&self, path: &Path) -> io::Result<EntryKind> {
        if fs::symlink_metadata(path)?.is_symlink()
            && !fs::canonicalize(path)?.starts_with(&self.root)
        {
            self.diagnostics.report_file(
                path,
                "the symbolic link leads out of the course: put the file itself here",
            );
            return Ok(EntryKind::Invalid);
        }
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            Ok(EntryKind::Folder)
        } else if metadata.is_file() {
            Ok(EntryKind::File)
        } else {
            self.diagnostics
                .report_file(path, "this is neither a file nor a folder: remove it");
            Ok(EntryKind::Invalid)
        }
    }

    /// Where the problems of this folder's files go.
    pub(crate) fn diagnostics(&self) -> &'a Diagnostics {
        self.diagnostics
    }

    /// The path of the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of an entry, whether it exists or not.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder's own name, also for paths like `.`; empty for `/`.
    pub(crate) fn name(&self) -> String {
        let resolved = fs::canonicalize(&self.path).unwrap_or_default();
        let name = self.path.file_name().or(resolved.file_name());
        name.map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    /// Whether there is an entry with this name, of any kind.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The names of the folders in it.
    pub(crate) fn folder_names(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .filter(|(_, kind)| **kind == EntryKind::Folder)
            .map(|(name, _)| name.as_str())
    }

    /// Opens a folder in it, if there is one.
    pub(crate) fn folder(&self, name: &str) -> Option<Folder<'a>> {
        self.used.borrow_mut().insert(name.to_owned());
        match self.entries.get(name)? {
            EntryKind::Folder => {
                Self::open(self.diagnostics, self.path_of(name), self.root.clone())
            }
            EntryKind::File => {
                self.diagnostics
                    .report_file(&self.path_of(name), "this must be a folder, not a file");
                None
            }
            EntryKind::Invalid => None,
        }
    }

    /// Reads a required text file, without its byte order mark.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let path = self.path_of(name);
        if !self.contains(name) {
            let unused = self.unused();
            self.diagnostics.report_file(
                &path,
                format!(
                    "the file is missing{}",
                    did_you_mean(name, unused.iter().map(String::as_str))
                ),
            );
            return None;
        }
        let bytes = self.bytes(name, MAX_TEXT_BYTES)?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let line_index = LineIndex::new(&String::from_utf8_lossy(error.as_bytes()));
                self.diagnostics.report(
                    &path,
                    line_index.line(valid),
                    "this line is not UTF-8 text",
                );
                return None;
            }
        };
        if let Some(offset) = text.find('\0') {
            self.diagnostics.report(
                &path,
                LineIndex::new(&text).line(offset),
                "this line contains a NUL character: remove it",
            );
            return None;
        }
        if text.trim().is_empty() {
            self.diagnostics
                .report_file(&path, "the file is empty: write it or remove it");
            return None;
        }
        // Some editors write a byte order mark, which neither Python nor TOML expects.
        Some(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        })
    }

    /// Reads an image, if there is one.
    pub(crate) fn image(&self, name: &str) -> Option<Vec<u8>> {
        self.bytes(name, MAX_IMAGE_BYTES)
    }

    fn bytes(&self, name: &str, max_bytes: u64) -> Option<Vec<u8>> {
        self.used.borrow_mut().insert(name.to_owned());
        let path = self.path_of(name);
        match self.entries.get(name)? {
            EntryKind::Invalid => return None,
            EntryKind::Folder => {
                self.diagnostics
                    .report_file(&path, "this must be a file, not a folder");
                return None;
            }
            EntryKind::File => {}
        }
        let mut bytes = Vec::new();
        let read =
            File::open(&path).and_then(|file| file.take(max_bytes + 1).read_to_end(&mut bytes));
        match read {
            Ok(length) if length as u64 > max_bytes => {
                self.diagnostics.report_file(
                    &path,
                    format!(
                        "the file is longer than {} KiB: make it shorter",
                        max_bytes / 1024
                    ),
                );
                None
            }
            Ok(_) => Some(bytes),
            Err(error) => {
                self.diagnostics
                    .report_file(&path, format!("the file can't be read: {error}"));
                None
            }
        }
    }

    /// The names of the entries that were not asked for.
    pub(crate) fn unused(&self) -> Vec<String> {
        let used = self.used.borrow();
        self.entries
            .iter()
            .filter(|(name, kind)| **kind != EntryKind::Invalid && !used.contains(*name))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Reports every entry that was not asked for; the message says what to do about it.
    pub(crate) fn report_unused(&self, message: &str) {
        for name in self.unused() {
            self.diagnostics.report_file(&self.path_of(&name), message);
        }
    }
}
