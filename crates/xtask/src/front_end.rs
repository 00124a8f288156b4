//! The front end: compiled to wasm, with JavaScript bindings by wasm-bindgen.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::build_stamp::BuildStamp;
use crate::cargo;
use crate::rust_target::WASM32;
use crate::screen::Screen;
use crate::wasm_target::Compiler;
use crate::workspace;

/// As `output-name` in `[[workspace.metadata.leptos]]`.
pub(crate) const OUTPUT_NAME: &str = "codealong";

/// The crates that are compiled to wasm, and the names of their files on the site. As in
/// `app::site_files`.
const PROGRAMS: [(&str, &str); 2] = [("frontend", OUTPUT_NAME), ("overview", "overview")];

const PROFILE: &str = "wasm-release";

enum Freshness {
    Built,
    UpToDate,
}

/// Returns the folder with the JavaScript, the wasm and the snippets.
pub(crate) fn build(screen: &Screen, compiler: &Compiler) -> Result<PathBuf> {
    let step = screen.begin("front end", "cargo build for wasm32");
    let mut cargo = compiler.cargo();
    cargo.arg("build").args(packages());
    cargo.args(["--target", WASM32.triple, "--profile", PROFILE]);
    // Each program has its own pages alone.
    cargo.arg("--no-default-features");
    cargo::compile(screen, &step, &mut cargo)?;
    let folder = workspace::target()
        .join("wasm")
        .join(WASM32.triple)
        .join(PROFILE);
    let bindings = workspace::xtask_folder()?.join("bindgen");
    step.update("wasm-bindgen");
    match generate_bindings(&folder, &bindings)? {
        Freshness::Built => step.done("built"),
        Freshness::UpToDate => step.done("up to date"),
    }
    Ok(bindings)
}

fn packages() -> impl Iterator<Item = &'static str> {
    PROGRAMS
        .iter()
        .flat_map(|(package, _)| ["--package", package])
}

/// Uses the compiler and the profile that the build uses.
pub(crate) fn clippy(screen: &Screen, compiler: &Compiler) -> Result<()> {
    compiler.ensure_clippy(screen)?;
    let step = screen.begin("front end", "clippy for wasm32");
    // As they are built here, and as cargo-leptos builds one of them.
    for features in [&["--no-default-features"][..], &[]] {
        let mut clippy = compiler.clippy();
        clippy
            .args(packages())
            .args(features)
            .args(["--target", WASM32.triple, "--profile", PROFILE])
            .args(["--", "-D", "warnings"]);
        cargo::compile(screen, &step, &mut clippy)?;
    }
    step.done("no warnings");
    Ok(())
}

fn generate_bindings(folder: &Path, bindings: &Path) -> Result<Freshness> {
    let mut programs = Vec::new();
    for (package, name) in PROGRAMS {
        let wasm = folder.join(format!("{package}.wasm"));
        let bytes = fs::read(&wasm)
            .with_context(|| format!("cargo built no wasm at {}", wasm.display()))?;
        programs.push((name, bytes));
    }
    let input: Vec<u8> = programs
        .iter()
        .flat_map(|(_, bytes)| bytes)
        .copied()
        .collect();
    let stamp = BuildStamp::new(bindings.with_extension("of-wasm"), &input);
    if bindings.exists() && stamp.is_current() {
        return Ok(Freshness::UpToDate);
    }
    stamp.remove()?;
    if bindings.exists() {
        fs::remove_dir_all(bindings)?;
    }
    for (name, bytes) in programs {
        let bindgen = || {
            Bindgen::new()
                .input_bytes(name, bytes)
                .out_name(name)
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
            bindings.join(format!("{name}_bg.wasm")),
            bindings.join(format!("{name}.wasm")),
        )?;
    }
    stamp.write()?;
    Ok(Freshness::Built)
}
