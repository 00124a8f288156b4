//! The folder that the server serves: the front end, the style sheet, the editor's worker, the assets.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::front_end::OUTPUT_NAME;
use crate::screen::Screen;
use crate::workspace;

/// The worker of the crate `monaco`, which the server offers as /pkg/monaco/editor.worker.js.
const WORKER_SOURCE: &str = "js/release/editor.worker.js";
const WORKER: &str = "monaco/editor.worker.js";

/// As `style-file` in `[[workspace.metadata.leptos]]`.
const STYLE: &str = "crates/app/style/main.css";

/// As `site-root` in `[[workspace.metadata.leptos]]`.
pub(crate) fn root() -> PathBuf {
    workspace::target().join("site")
}

/// Puts the folder together anew, so that nothing of yesterday stays in it.
pub(crate) fn assemble(screen: &Screen, bound: &Path) -> Result<()> {
    let step = screen.begin("site", "style, worker and assets");
    let fresh = workspace::own_folder()?.join("site");
    remove(&fresh)?;
    let package = fresh.join("pkg");
    copy_folder(bound, &package)?;
    let style = workspace::root().join(STYLE);
    fs::write(
        package.join(format!("{OUTPUT_NAME}.css")),
        if style.exists() {
            bundle(&style)?
        } else {
            String::new()
        },
    )?;
    copy_worker(&package)?;
    let assets = workspace::root().join("assets");
    if assets.exists() {
        copy_folder(&assets, &fresh)?;
    }
    let previous = workspace::own_folder()?.join("site-previous");
    remove(&previous)?;
    if root().exists() {
        fs::rename(root(), &previous)?;
    }
    fs::rename(&fresh, root()).context("the site can't be placed in target/site")?;
    remove(&previous)?;
    step.done("in target/site");
    Ok(())
}

/// What cargo-leptos does not know of, where it is missing.
///
/// It does not inline the imports of the style sheet either, so the parts are linked beside it.
pub(crate) fn complete_for_cargo_leptos() -> Result<()> {
    let package = root().join("pkg");
    copy_worker(&package)?;
    let style = workspace::root().join(STYLE);
    let parts = style.parent().expect("the style sheet lies in a folder");
    for entry in fs::read_dir(parts)? {
        let part = entry?.path();
        let link = package.join(part.file_name().expect("an entry has a name"));
        if !link.exists() {
            symlink(&part, &link).with_context(|| format!("{} can't be linked", part.display()))?;
        }
    }
    Ok(())
}

fn copy_worker(package: &Path) -> Result<()> {
    let target = package.join(WORKER);
    if target.exists() {
        return Ok(());
    }
    let source = workspace::package_folder("monaco")?.join(WORKER_SOURCE);
    fs::create_dir_all(target.parent().expect("the worker lies in a folder"))?;
    fs::copy(&source, &target)
        .with_context(|| format!("the editor's worker is not at {}", source.display()))?;
    Ok(())
}

/// The style sheet with each `@import "other.css";` line replaced by that file.
fn bundle(file: &Path) -> Result<String> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("the style sheet {} can't be read", file.display()))?;
    let folder = file.parent().expect("a file lies in a folder");
    let mut bundled = String::with_capacity(text.len());
    for line in text.lines() {
        match import_of(line) {
            Some(name) => bundled.push_str(&bundle(&folder.join(name))?),
            None => {
                bundled.push_str(line);
                bundled.push('\n');
            }
        }
    }
    Ok(bundled)
}

fn import_of(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix("@import")?.trim();
    let name = rest
        .strip_suffix(';')?
        .trim()
        .trim_start_matches("url(")
        .trim_end_matches(')')
        .trim_matches(['"', '\'']);
    name.ends_with(".css").then_some(name)
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("the folder {} can't be removed", folder.display()))?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)
                .with_context(|| format!("{} can't be copied", entry.path().display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_recognised_in_its_usual_spellings() {
        assert_eq!(import_of("@import \"theme.css\";"), Some("theme.css"));
        assert_eq!(
            import_of("  @import url('panels/a.css');"),
            Some("panels/a.css")
        );
        assert_eq!(import_of(".import { color: red; }"), None);
    }
}
