//! The front end: compiled to wasm, given its JavaScript by wasm-bindgen.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::screen::Screen;
use crate::stamp::Stamp;
use crate::wasm_target::{Compiler, TRIPLE};
use crate::workspace;

/// As `output-name` in `[[workspace.metadata.leptos]]`.
pub(crate) const OUTPUT_NAME: &str = "codealong";

const PROFILE: &str = "wasm-release";

/// Compiles and binds; returns the folder that holds the JavaScript, the wasm and the snippets.
pub(crate) fn build(screen: &Screen, compiler: &Compiler) -> Result<PathBuf> {
    let step = screen.begin("front end", "cargo build for wasm32");
    let mut cargo = compiler.cargo();
    cargo.args([
        "build",
        "--package",
        "frontend",
        "--target",
        TRIPLE,
        "--profile",
        PROFILE,
    ]);
    workspace::compile(screen, &step, &mut cargo)?;
    let wasm = workspace::target()
        .join("wasm")
        .join(TRIPLE)
        .join(PROFILE)
        .join("frontend.wasm");
    let bound = workspace::own_folder()?.join("bindgen");
    step.at("wasm-bindgen");
    if bind(&wasm, &bound)? {
        step.done("built");
    } else {
        step.done("up to date");
    }
    Ok(bound)
}

/// Warnings denied, by the compiler and in the profile that the build uses.
pub(crate) fn clippy(screen: &Screen, compiler: &Compiler) -> Result<()> {
    compiler.ensure_clippy(screen)?;
    let step = screen.begin("front end", "clippy for wasm32");
    let mut clippy = compiler.clippy();
    clippy
        .args([
            "--package",
            "frontend",
            "--target",
            TRIPLE,
            "--profile",
            PROFILE,
        ])
        .args(["--", "-D", "warnings"]);
    workspace::compile(screen, &step, &mut clippy)?;
    step.done("clippy has nothing to say");
    Ok(())
}

/// Says whether there was anything to do.
fn bind(wasm: &Path, bound: &Path) -> Result<bool> {
    let bytes =
        fs::read(wasm).with_context(|| format!("cargo left no wasm at {}", wasm.display()))?;
    let stamp = Stamp::new(bound.with_extension("of-wasm"), &bytes);
    if bound.exists() && stamp.is_current() {
        return Ok(false);
    }
    if bound.exists() {
        fs::remove_dir_all(bound)?;
    }
    let bindgen = || {
        Bindgen::new()
            .input_bytes(OUTPUT_NAME, bytes)
            .out_name(OUTPUT_NAME)
            .web(true)?
            .typescript(false)
            // Two fifths of the download, and nothing in the browser reads them.
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(bound)
    };
    bindgen().map_err(|error| anyhow!("wasm-bindgen can't read the front end: {error:#}"))?;
    // As cargo-leptos does: the page that Leptos renders asks for the shorter name.
    fs::rename(
        bound.join(format!("{OUTPUT_NAME}_bg.wasm")),
        bound.join(format!("{OUTPUT_NAME}.wasm")),
    )?;
    stamp.write()?;
    Ok(true)
}
