//! The front end: compiled to wasm, with JavaScript bindings by wasm-bindgen.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::build_stamp::BuildStamp;
use crate::cargo;
use crate::screen::Screen;
use crate::wasm_target::Compiler;
use crate::wasm32::TRIPLE;
use crate::workspace;

/// As `output-name` in `[[workspace.metadata.leptos]]`.
pub(crate) const OUTPUT_NAME: &str = "codealong";

const PROFILE: &str = "wasm-release";

enum Freshness {
    Built,
    UpToDate,
}

/// Returns the folder with the JavaScript, the wasm and the snippets.
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
    cargo::compile(screen, &step, &mut cargo)?;
    let wasm = workspace::target()
        .join("wasm")
        .join(TRIPLE)
        .join(PROFILE)
        .join("frontend.wasm");
    let bindings = workspace::xtask_folder()?.join("bindgen");
    step.update("wasm-bindgen");
    match generate_bindings(&wasm, &bindings)? {
        Freshness::Built => step.done("built"),
        Freshness::UpToDate => step.done("up to date"),
    }
    Ok(bindings)
}

/// Uses the compiler and the profile that the build uses.
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
    cargo::compile(screen, &step, &mut clippy)?;
    step.done("no warnings");
    Ok(())
}

fn generate_bindings(wasm: &Path, bindings: &Path) -> Result<Freshness> {
    let bytes =
        fs::read(wasm).with_context(|| format!("cargo built no wasm at {}", wasm.display()))?;
    let stamp = BuildStamp::new(bindings.with_extension("of-wasm"), &bytes);
    if bindings.exists() && stamp.is_current() {
        return Ok(Freshness::UpToDate);
    }
    if bindings.exists() {
        fs::remove_dir_all(bindings)?;
    }
    let bindgen = || {
        Bindgen::new()
            .input_bytes(OUTPUT_NAME, bytes)
            .out_name(OUTPUT_NAME)
            .web(true)?
            .typescript(false)
            // Two fifths of the download, which nothing in the browser reads.
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(bindings)
    };
    bindgen().map_err(|error| anyhow!("wasm-bindgen can't read the front end: {error:#}"))?;
    // As cargo-leptos does: the page that Leptos renders loads the shorter name.
    fs::rename(
        bindings.join(format!("{OUTPUT_NAME}_bg.wasm")),
        bindings.join(format!("{OUTPUT_NAME}.wasm")),
    )?;
    stamp.write()?;
    Ok(Freshness::Built)
}
