//! Python programs in a course: solutions, starters, mistakes.

use protocol::{Program, RunnableProgram};

use crate::folder::Folder;

/// Reads a required program; reports a missing one, and one that no learner could submit.
pub(crate) fn read(folder: &Folder<'_>, name: &str) -> Option<RunnableProgram> {
    let text = folder.text(name)?;
    RunnableProgram::parse(Program::of_one_file(text))
        .map_err(|error| {
            folder
                .diagnostics()
                .report_file(&folder.path_of(name), error.to_string());
        })
        .ok()
}
