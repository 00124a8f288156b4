//! The Python modules of a course's own that its tests import, in the folder `support`.

use std::collections::BTreeMap;
use std::path::Path;

use protocol::StepId;

use crate::folder::Folder;
use crate::suggestion::did_you_mean;
use crate::toml_table::Spanned;

/// The folder beside `course.toml`, and the package that tests import from.
const FOLDER: &str = "support";

/// All modules together, since each run's job carries them.
const MAX_TOTAL_BYTES: usize = 256 * 1024;

const MAX_NAME_CHARACTERS: usize = 40;

/// What stands for itself in Python, so that no `import` can name it. Those with capitals are no module
/// names anyway.
const KEYWORDS: [&str; 32] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Reads the modules that `course.toml` lists in its `support`.
#[derive(Debug)]
pub(crate) struct SupportReader<'a> {
    /// The course's folder.
    pub(crate) folder: &'a Folder<'a>,
    /// `course.toml`.
    pub(crate) file: &'a Path,
    /// All steps of the course.
    pub(crate) steps: &'a [StepId],
}

impl SupportReader<'_> {
    /// The source of each module by its name, as in `model` for `model.py`. Without those that have
    /// a problem, which is reported.
    pub(crate) fn read(&self, files: &[Spanned<String>]) -> BTreeMap<String, String> {
        if self.steps.iter().any(|step| step.as_str() == FOLDER) {
            if let Some(first) = files.first() {
                self.report(
                    first.line,
                    "a step is called `support`, as is the folder of these modules: \
                     give the step another name",
                );
            }
            return BTreeMap::new();
        }
        let folder = self
            .folder
            .contains(FOLDER)
            .then(|| self.folder.folder(FOLDER))
            .flatten();
        let mut lines_by_file = BTreeMap::new();
        let mut modules = BTreeMap::new();
        for Spanned { value: file, line } in files {
            if let Some(first) = lines_by_file.insert(file, line) {
                self.report(
                    *line,
                    format!("the module `{file}` is already named on line {first}: name it once"),
                );
                continue;
            }
            let name = module_name(file);
            let found = folder.as_ref().filter(|folder| folder.contains(file));
            match (name, found) {
                (Ok(name), Some(folder)) => {
                    modules.extend(folder.text(file).map(|source| (name.to_owned(), source)));
                }
                (Ok(_), None) => {
                    let unused = folder.as_ref().map(Folder::unused).unwrap_or_default();
                    let suggestion = did_you_mean(file, unused.iter().map(String::as_str));
                    self.report(
                        *line,
                        format!("there is no file `{file}` in the folder support{suggestion}"),
                    );
                }
                (Err(message), found) => {
                    self.report(*line, message);
                    // It is listed, so that it isn't is no problem besides.
                    found.and_then(|folder| folder.text(file));
                }
            }
        }
        if let Some(folder) = folder {
            folder.report_unused(
                "course.toml does not list this in its `support`: add it there, or remove it",
            );
        }
        let total_bytes: usize = modules.values().map(String::len).sum();
        if let Some(first) = files.first()
            && total_bytes > MAX_TOTAL_BYTES
        {
            self.report(
                first.line,
                format!(
                    "the modules have {total_bytes} bytes together; {MAX_TOTAL_BYTES} is the most: \
                     make them shorter"
                ),
            );
        }
        modules
    }

    fn report(&self, line: u32, message: impl Into<String>) {
        self.folder.diagnostics().report(self.file, line, message);
    }
}

/// The name by which tests import a file, or what is wrong with the file's.
fn module_name(file: &str) -> Result<&str, String> {
    let name = file.strip_suffix(".py").unwrap_or_default();
    let is_plain = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().count() <= MAX_NAME_CHARACTERS
        && name
            .chars()
            .all(|one| matches!(one, 'a'..='z' | '0'..='9' | '_'));
    if !is_plain {
        return Err(format!(
            "{file:?} is not the file of a module: its name has 1 to {MAX_NAME_CHARACTERS} of a-z, 0-9 \
             and _, a letter first, and then `.py`"
        ));
    }
    if KEYWORDS.contains(&name) {
        return Err(format!(
            "`{name}` is a word of Python's own, and can't be imported: give `{file}` another name"
        ));
    }
    Ok(name)
}
