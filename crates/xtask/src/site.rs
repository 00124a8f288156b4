//! The folder that the server serves: front end, style sheet, editor worker, assets.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use compression::CompressionLevel;

use crate::compressed_files;
use crate::content_hash::ContentHash;
use crate::editor_bundle::EditorBundle;
use crate::front_end::OUTPUT_NAME;
use crate::screen::Screen;
use crate::workspace;

/// Monaco and its worker, which the crate `monaco` brings along, and where they are in the package; and Monaco's
/// icons, which are inside it there.
const EDITOR_SOURCE: &str = "js/release";
const EDITOR: &str = "monaco";
const EDITOR_SCRIPT: &str = "editor.js";
const EDITOR_WORKER: &str = "editor.worker.js";
const EDITOR_ICONS: &str = "codicon.ttf";

/// Where wasm-bindgen puts what its crates bring along: Monaco once more, which the app does not
/// import there, because the page would not start without it.
const SNIPPETS: &str = "snippets";

/// As in `app::site_files`: the hashed name of each file, by its plain one.
const NAMES: &str = "names.json";

/// As `style-file` in `[[workspace.metadata.leptos]]`.
const STYLE: &str = "crates/app/style/main.css";

/// As `site-root` in `[[workspace.metadata.leptos]]`.
pub(crate) fn root() -> PathBuf {
    workspace::target().join("site")
}

pub(crate) fn is_built() -> bool {
    root().join(NAMES).is_file()
}

/// Builds the folder from scratch, so that no old file stays in it.
pub(crate) fn assemble(screen: &Screen, bindings: &Path, level: CompressionLevel) -> Result<()> {
    let step = screen.begin("site", "style, editor and assets");
    let staging = workspace::xtask_folder()?.join("site");
    remove(&staging)?;
    let package = staging.join("pkg");
    copy_folder(bindings, &package)?;
    remove_snippets(&package)?;
    let style = workspace::root().join(STYLE);
    fs::write(
        package.join(format!("{OUTPUT_NAME}.css")),
        if style.exists() {
            bundle(&style)?
        } else {
            String::new()
        },
    )?;
    copy_editor(&package)?;
    let assets = workspace::root().join("assets");
    if assets.exists() {
        copy_folder(&assets, &staging)?;
    }
    let named = name_by_content(&staging)?;
    step.update("compression");
    compressed_files::write_beside(&named, level)?;
    keep_named_by(&root(), &staging)?;
    let previous = workspace::xtask_folder()?.join("site-previous");
    remove(&previous)?;
    if root().exists() {
        fs::rename(root(), &previous)?;
    }
    fs::rename(&staging, root()).context("the site can't be moved to target/site")?;
    remove(&previous)?;
    step.done("in target/site");
    Ok(())
}

/// Fails where the app imports a snippet all the same.
fn remove_snippets(package: &Path) -> Result<()> {
    for file in files_below(package)? {
        let is_script = file.extension().is_some_and(|ending| ending == "js");
        let is_ours = file.parent() == Some(package);
        if is_script && is_ours && fs::read_to_string(&file)?.contains(&format!("./{SNIPPETS}/")) {
            bail!(
                "{} imports what a crate brings along as {SNIPPETS}, and the site has none: Monaco, for \
                 one, is called by `MonacoModule`",
                file.display()
            );
        }
    }
    remove(&package.join(SNIPPETS))
}

/// Gives each file of the package a name with a hash of its content, which a browser may keep for
/// ever, and writes the table of the names for the server. Returns the files.
///
/// Leptos's own `hash-files` leaves out the editor, and its server ends without a table of its own
/// beside the program.
fn name_by_content(site: &Path) -> Result<Vec<PathBuf>> {
    let mut names = BTreeMap::new();
    let mut named = Vec::new();
    for file in files_below(&site.join("pkg"))? {
        let hash = ContentHash::of(&fs::read(&file)?).short();
        let stem = file.file_stem().context("a file has a name")?;
        let extension = file
            .extension()
            .context("a file of the package has a kind")?;
        let name = format!("{}.{hash}.{}", stem.display(), extension.display());
        let target = file.with_file_name(name);
        fs::rename(&file, &target)?;
        names.insert(address(site, &file)?, address(site, &target)?);
        named.push(target);
    }
    fs::write(site.join(NAMES), serde_json::to_string_pretty(&names)?)?;
    Ok(named)
}

/// Keeps the hashed files that another build's table names: pages that were opened with it, and a
/// server that was started with it, go on asking for them.
fn keep_named_by(other: &Path, site: &Path) -> Result<()> {
    let Ok(table) = fs::read_to_string(other.join(NAMES)) else {
        return Ok(());
    };
    // A table that can't be read names no file.
    let names: BTreeMap<String, String> = serde_json::from_str(&table).unwrap_or_default();
    for address in names
        .values()
        .map(|address| address.trim_start_matches('/'))
    {
        for ending in ["", ".br", ".gz"] {
            let name = format!("{address}{ending}");
            let (from, to) = (other.join(&name), site.join(&name));
            if from.is_file() && !to.exists() {
                if let Some(folder) = to.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::copy(&from, &to)
                    .with_context(|| format!("{} can't be copied", from.display()))?;
            }
        }
    }
    Ok(())
}

/// Where the server serves a file of the site.
fn address(site: &Path, file: &Path) -> Result<String> {
    Ok(format!("/{}", file.strip_prefix(site)?.display()))
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(files_below(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// Adds the editor, and the style sheets that `main.css` imports: cargo-leptos copies only
/// `main.css` and does not inline its imports.
pub(crate) fn add_files_missed_by_cargo_leptos() -> Result<()> {
    let package = root().join("pkg");
    copy_editor(&package)?;
    let style = workspace::root().join(STYLE);
    let style_sheets = style.parent().expect("the style sheet is in a folder");
    for entry in fs::read_dir(style_sheets)? {
        let file = entry?.path();
        let link = package.join(file.file_name().expect("an entry has a name"));
        if !link.exists() {
            symlink(&file, &link).with_context(|| format!("{} can't be linked", file.display()))?;
        }
    }
    Ok(())
}

fn copy_editor(package: &Path) -> Result<()> {
    let folder = package.join(EDITOR);
    let names = [EDITOR_SCRIPT, EDITOR_WORKER, EDITOR_ICONS];
    if names.iter().all(|name| folder.join(name).exists()) {
        return Ok(());
    }
    let source = workspace::package_folder("monaco")?.join(EDITOR_SOURCE);
    let read = |name: &str| {
        fs::read_to_string(source.join(name))
            .with_context(|| format!("the editor's {name} is not in {}", source.display()))
    };
    let EditorBundle { script, icons } = EditorBundle::of(&read(EDITOR_SCRIPT)?)?;
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(EDITOR_SCRIPT), script)?;
    fs::write(folder.join(EDITOR_WORKER), read(EDITOR_WORKER)?)?;
    fs::write(folder.join(EDITOR_ICONS), icons)?;
    Ok(())
}

/// The style sheet with each `@import "other.css";` line replaced by that file.
fn bundle(file: &Path) -> Result<String> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("the style sheet {} can't be read", file.display()))?;
    let folder = file.parent().expect("a file is in a folder");
    let mut bundled = String::with_capacity(text.len());
    for line in text.lines() {
        match imported_file(line) {
            Some(name) => bundled.push_str(&bundle(&folder.join(name))?),
            None => {
                bundled.push_str(line);
                bundled.push('\n');
            }
        }
    }
    Ok(bundled)
}

fn imported_file(line: &str) -> Option<&str> {
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

pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
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
    fn an_import_is_recognised_with_quotes_and_with_url() {
        assert_eq!(imported_file("@import \"theme.css\";"), Some("theme.css"));
        assert_eq!(
            imported_file("  @import url('panels/a.css');"),
            Some("panels/a.css")
        );
        assert_eq!(imported_file(".import { color: red; }"), None);
    }

    #[test]
    fn each_file_of_the_package_is_named_by_its_content() {
        let site = std::env::temp_dir().join(format!("codealong-site-{}", std::process::id()));
        fs::create_dir_all(site.join("pkg/monaco")).unwrap();
        fs::write(site.join("pkg/monaco/editor.worker.js"), "work").unwrap();
        fs::write(site.join("pkg/codealong.css"), "style").unwrap();
        fs::write(site.join("favicon.svg"), "<svg>").unwrap();
        let named = name_by_content(&site).unwrap();
        let names: BTreeMap<String, String> =
            serde_json::from_str(&fs::read_to_string(site.join(NAMES)).unwrap()).unwrap();
        let hash = ContentHash::of(b"work").short();
        assert_eq!(
            names["/pkg/monaco/editor.worker.js"],
            format!("/pkg/monaco/editor.worker.{hash}.js")
        );
        assert_eq!(names.len(), 2);
        assert!(named.len() == 2 && named.iter().all(|file| file.is_file()));
        assert!(site.join("favicon.svg").is_file());

        let next = site.join("next");
        fs::create_dir_all(next.join("pkg/monaco")).unwrap();
        fs::write(
            site.join(format!(
                "pkg/codealong.{}.css.br",
                ContentHash::of(b"style").short()
            )),
            "br",
        )
        .unwrap();
        fs::write(site.join("pkg/of_the_build_before.css"), "old").unwrap();
        keep_named_by(&site, &next).unwrap();
        let kept = files_below(&next).unwrap();
        assert_eq!(kept.len(), 3, "{kept:?}");
        assert!(
            next.join(names["/pkg/codealong.css"].trim_start_matches('/'))
                .is_file()
        );
        fs::remove_dir_all(site).unwrap();
    }
}
