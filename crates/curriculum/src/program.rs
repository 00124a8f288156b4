//! Python programs in a course: solutions, starters, mistakes.

use protocol::Source;

use crate::folder::Folder;

/// Reads a required program; reports a missing one, and one that no learner could submit.
pub(crate) fn read(folder: &Folder<'_>, name: &str) -> Option<Source> {
    let text = folder.text(name)?;
    Source::parse(text)
        .map_err(|error| {
            folder
                .diagnostics()
                .report_file(&folder.path_of(name), error.to_string());
        })
        .ok()
}
