//! A program in a course: a file that could as well be a learner's.

use lesson::Source;

use crate::folder::Folder;

/// Reads a program that must be there; nothing but its problem where it isn't, or can't be run.
pub(crate) fn read(folder: &Folder<'_>, name: &str) -> Option<Source> {
    let text = folder.text(name)?;
    Source::parse(text)
        .map_err(|error| {
            folder
                .found()
                .in_file(&folder.path_of(name), error.to_string());
        })
        .ok()
}
