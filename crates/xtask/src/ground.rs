//! What the commands stand on, made ready in parallel: downloads beside compilations, one compilation at a time.

use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result, anyhow};

use crate::base_image;
use crate::engine::{self, Engine};
use crate::front_end;
use crate::screen::Screen;
use crate::server::{self, Profile};
use crate::site;
use crate::wasm_target;
use crate::workspace;

/// Everything that serving needs; the engine is returned because its owner decides when it stops.
pub(crate) fn for_serving(screen: &Screen, profile: Profile) -> Result<Engine> {
    workspace::check_disk()?;
    wasm_target::require_means()?;
    engine::require_means()?;
    thread::scope(|scope| {
        let (sender, compiler) = mpsc::channel();
        let fetching = scope.spawn(move || {
            let compiler = wasm_target::fetch(screen);
            // Nobody listens when the server does not compile: that failure is told instead.
            let _ = sender.send(compiler);
            for_runs(screen)
        });
        server::build(screen, profile)?;
        let compiler = compiler
            .recv()
            .context("the wasm32 target was given up")??;
        compiler.complete(screen)?;
        let bound = front_end::build(screen, &compiler)?;
        site::assemble(screen, &bound)?;
        fetching
            .join()
            .map_err(|_| anyhow!("the set-up of Docker panicked"))?
    })
}

/// What a run in the sandbox needs.
pub(crate) fn for_runs(screen: &Screen) -> Result<Engine> {
    let engine = engine::ensure(screen)?;
    base_image::ensure(screen)?;
    Ok(engine)
}
