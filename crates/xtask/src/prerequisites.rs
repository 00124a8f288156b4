//! What the tasks need, prepared in parallel: downloads run beside compilations, which run one at a time.

use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result, anyhow};
use compression::CompressionLevel;

use crate::arm64;
use crate::base_image;
use crate::engine::{self, Engine};
use crate::front_end;
use crate::image::Platform;
use crate::screen::Screen;
use crate::server::{self, Profile};
use crate::site;
use crate::wasm_target;
use crate::workspace;

/// The engine is returned because the caller decides when it stops.
pub(crate) fn for_serving(
    screen: &Screen,
    profile: Profile,
    level: CompressionLevel,
) -> Result<Engine> {
    workspace::check_disk()?;
    wasm_target::check_obtainable()?;
    engine::check_obtainable()?;
    thread::scope(|scope| {
        let (sender, compiler) = mpsc::channel();
        let downloads = scope.spawn(move || {
            let compiler = wasm_target::fetch(screen);
            // Nothing receives it if the server fails to compile: that error is reported instead.
            let _ = sender.send(compiler);
            for_sandbox(screen)
        });
        server::build(screen, profile)?;
        let compiler = compiler
            .recv()
            .context("the set-up of the wasm32 target panicked")??;
        compiler.finish_setup(screen)?;
        let bindings = front_end::build(screen, &compiler)?;
        site::assemble(screen, &bindings, level)?;
        downloads
            .join()
            .map_err(|_| anyhow!("the set-up of Docker panicked"))?
    })
}

/// The server and the site, without an engine.
pub(crate) fn for_staging(
    screen: &Screen,
    platform: Platform,
    profile: Profile,
    level: CompressionLevel,
) -> Result<()> {
    workspace::check_disk()?;
    wasm_target::check_obtainable()?;
    thread::scope(|scope| {
        let compiler = scope.spawn(|| wasm_target::fetch(screen));
        match platform {
            Platform::Here => server::build(screen, profile)?,
            Platform::Arm64 => arm64::build(screen, profile)?,
        }
        let compiler = compiler
            .join()
            .map_err(|_| anyhow!("the set-up of the wasm32 target panicked"))??;
        compiler.finish_setup(screen)?;
        let bindings = front_end::build(screen, &compiler)?;
        site::assemble(screen, &bindings, level)
    })
}

pub(crate) fn for_sandbox(screen: &Screen) -> Result<Engine> {
    let engine = engine::ensure(screen)?;
    base_image::ensure(screen)?;
    Ok(engine)
}
