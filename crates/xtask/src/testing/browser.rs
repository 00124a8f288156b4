//! The tools of the browser tests: Node, Playwright, and Chromium.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::build_stamp::BuildStamp;
use crate::command::{self, HOUR};
use crate::debian_fallback::packages;
use crate::screen::Screen;
use crate::workspace;

const TITLE: &str = "browser tests";

#[derive(Debug, Clone)]
pub(crate) enum Browser {
    /// The Chromium that Playwright has downloaded.
    Playwright,
    Executable(PathBuf),
}

pub(crate) fn ensure(screen: &Screen) -> Result<Browser> {
    let folder = workspace::root().join("end2end");
    if !folder.join("package-lock.json").exists() {
        bail!("end2end/package-lock.json is missing");
    }
    if command::find("node").is_none() || command::find("npm").is_none() {
        packages::install(screen, TITLE, &packages::NODE)?;
    }
    install_node_modules(screen, &folder)?;
    find_or_install_chromium(screen, &folder)
}

fn install_node_modules(screen: &Screen, folder: &Path) -> Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))?;
    let stamp = BuildStamp::new(folder.join("node_modules/.of-package-lock.sha256"), &lock);
    if stamp.is_current() {
        screen.found(TITLE, "node_modules are up to date");
        return Ok(());
    }
    let step = screen.begin(TITLE, "npm ci");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"])
        .current_dir(folder)
        // This download has no time limit; `download_chromium` has one.
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
                "CODEALONG_CHROMIUM is {}, which does not exist",
                path.display()
            );
        }
        screen.found(
            TITLE,
            format_args!("{} as CODEALONG_CHROMIUM says", path.display()),
        );
        return Ok(Browser::Executable(path));
    }
    if let Some(path) = playwright_chromium(folder)? {
        screen.found(
            TITLE,
            format_args!("Playwright's own Chromium in {}", path.display()),
        );
        return Ok(Browser::Playwright);
    }
    if let Some(path) = command::find("chromium") {
        screen.found(TITLE, path.display());
        return Ok(Browser::Executable(path));
    }
    if download_chromium(screen, folder)? {
        return Ok(Browser::Playwright);
    }
    packages::install(screen, TITLE, &packages::CHROMIUM)?;
    let path = command::find("chromium").context("the package chromium contains no chromium")?;
    Ok(Browser::Executable(path))
}

fn playwright(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("npx");
    command
        .arg("playwright")
        .args(arguments)
        .current_dir(folder);
    command
}

fn playwright_chromium(folder: &Path) -> Result<Option<PathBuf>> {
    let mut dry_run = playwright(folder, &["install", "--dry-run", "chromium"]);
    let plan = command::output(&mut dry_run, HOUR)?;
    let locations: Vec<PathBuf> = plan
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Install location:"))
        .map(|location| PathBuf::from(location.trim()))
        .filter(|location| location.to_string_lossy().contains("chromium"))
        .collect();
    let installed = !locations.is_empty() && locations.iter().all(|location| location.exists());
    Ok(installed.then(|| locations[0].clone()))
}

/// Says whether it succeeded. The server has to answer soon; the download may take longer.
fn download_chromium(screen: &Screen, folder: &Path) -> Result<bool> {
    let step = screen.begin(TITLE, "asking Playwright's server for its Chromium");
    let mut install = playwright(folder, &["install", "chromium"]);
    let finished = command::run_download(
        &mut install,
        |line| line.contains('%'),
        Duration::from_secs(15),
        Duration::from_secs(600),
        |line| step.update(line),
    )?;
    if finished.succeeded() {
        step.done("Playwright's own Chromium downloaded");
        return Ok(true);
    }
    step.fall_back(format_args!(
        "Playwright's server can't be reached ({}): Debian's chromium is used instead",
        finished.failure_reason()
    ));
    Ok(false)
}
