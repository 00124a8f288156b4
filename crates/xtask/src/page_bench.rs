//! How fast the pages load, for `cargo xtask bench --page`.

use std::fs::File;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use compression::CompressionLevel;

use crate::prerequisites;
use crate::screen::Screen;
use crate::server::{self, OutputTarget, Profile, Server};
use crate::testing::browser::{self, Browser};
use crate::workspace;

/// Measures the pages of this checkout, in turns with those of the server at `before`, if there is
/// one. The site is built as for a host; the server is the development one, which is slower by less
/// than the noise.
pub(crate) fn run(screen: &Screen, before: Option<&str>) -> Result<ExitCode> {
    let engine = prerequisites::for_serving(screen, Profile::Dev, CompressionLevel::Thorough)?;
    let browser = browser::ensure(screen)?;
    let address = server::address(server::free_port()?);
    let log = workspace::xtask_folder()?.join("bench-server.log");
    let log = File::create(log).context("the server's log can't be written")?;
    let mut server = Server::start(Profile::Dev, address, OutputTarget::File(log))?;
    server.wait_until_ready(screen)?;
    let mut playwright = Command::new("npx");
    playwright
        .args(["playwright", "test", "--config", "bench.config.ts"])
        .current_dir(workspace::root().join("end2end"))
        .env("CODEALONG_URL", format!("http://{address}"));
    if let Some(before) = before {
        playwright.env("BENCH_BEFORE", before);
    }
    if let Browser::Executable(chromium) = browser {
        playwright.env("CODEALONG_CHROMIUM", chromium);
    }
    let status = playwright.status().context("npx could not be started")?;
    server.stop()?;
    engine.stop(screen);
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
