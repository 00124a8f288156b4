//! The browser tests' own tools: Node, Playwright, and a Chromium.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{self, HOUR};
use crate::packages;
use crate::screen::Screen;
use crate::stamp::Stamp;
use crate::workspace;

const TITLE: &str = "browser tests";

/// Which browser the tests run in.
#[derive(Debug, Clone)]
pub(crate) enum Browser {
    /// The one that Playwright downloaded for itself.
    Playwrights,
    At(PathBuf),
}

pub(crate) fn ensure(screen: &Screen) -> Result<Browser> {
    let folder = workspace::root().join("end2end");
    if !folder.join("package-lock.json").exists() {
        bail!("end2end/package-lock.json is not there");
    }
    if command::find("node").is_none() || command::find("npm").is_none() {
        packages::install(screen, TITLE, &["nodejs", "npm"], "Node is missing")?;
    }
    install_node_modules(screen, &folder)?;
    find_or_install_chromium(screen, &folder)
}

/// `npm ci`, unless the lock file is the one of last time.
fn install_node_modules(screen: &Screen, folder: &Path) -> Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))?;
    let stamp = Stamp::new(folder.join("node_modules/.of-package-lock.sha256"), &lock);
    if stamp.is_current() {
        screen.found(TITLE, "node_modules are up to date");
        return Ok(());
    }
    let step = screen.begin(TITLE, "npm ci");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"])
        .current_dir(folder)
        // Its own download has no time limit.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command::output(&mut npm, Duration::from_secs(300))?;
    stamp.write()?;
    step.done("node_modules installed");
    Ok(())
}

fn find_or_install_chromium(screen: &Screen, folder: &Path) -> Result<Browser> {
    if let Some(named) = env::var_os("CODEALONG_CHROMIUM").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(named);
        if !path.is_file() {
            bail!(
                "CODEALONG_CHROMIUM names {}, which is not there",
                path.display()
            );
        }
        screen.found(
            TITLE,
            format_args!("{} as CODEALONG_CHROMIUM says", path.display()),
        );
        return Ok(Browser::At(path));
    }
    if let Some(path) = playwrights_chromium(folder)? {
        screen.found(
            TITLE,
            format_args!("Playwright's own Chromium in {}", path.display()),
        );
        return Ok(Browser::Playwrights);
    }
    if let Some(path) = command::find("chromium") {
        screen.found(TITLE, path.display());
        return Ok(Browser::At(path));
    }
    if download_chromium(screen, folder)? {
        return Ok(Browser::Playwrights);
    }
    packages::install(screen, TITLE, &["chromium"], "a Chromium is missing")?;
    let path = command::find("chromium").context("the package chromium brought no chromium")?;
    Ok(Browser::At(path))
}

fn playwright(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("npx");
    command
        .arg("playwright")
        .args(arguments)
        .current_dir(folder);
    command
}

/// Where Playwright's Chromium is, if it is there.
fn playwrights_chromium(folder: &Path) -> Result<Option<PathBuf>> {
    let mut dry = playwright(folder, &["install", "--dry-run", "chromium"]);
    let plan = command::output(&mut dry, HOUR)?;
    let places: Vec<PathBuf> = plan
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Install location:"))
        .map(|place| PathBuf::from(place.trim()))
        .filter(|place| place.to_string_lossy().contains("chromium"))
        .collect();
    let all_there = !places.is_empty() && places.iter().all(|place| place.exists());
    Ok(all_there.then(|| places[0].clone()))
}

/// The connected way: the server has to show a first percent soon, the rest may take its time.
fn download_chromium(screen: &Screen, folder: &Path) -> Result<bool> {
    let step = screen.begin(TITLE, "asking Playwright's server for its Chromium");
    let mut install = playwright(folder, &["install", "chromium"]);
    let finished = command::run_until_sign(
        &mut install,
        |line| line.contains('%'),
        Duration::from_secs(15),
        Duration::from_secs(600),
        |line| step.at(line),
    )?;
    if finished.succeeded() {
        step.done("Playwright's own Chromium downloaded");
        return Ok(true);
    }
    step.gave_up(format_args!(
        "Playwright's server is not in reach ({}), so this is a closed machine: Debian's chromium it is",
        finished.complaint()
    ));
    Ok(false)
}
