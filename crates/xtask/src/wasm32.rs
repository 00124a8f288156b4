//! The front end's target, and whether a compiler has its standard library.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{self, HOUR};

pub(crate) const TRIPLE: &str = "wasm32-unknown-unknown";

/// What the screen calls it.
pub(crate) const TITLE: &str = "wasm32 target";

/// Whether the library folder of `rustc` for wasm32 holds the standard library.
pub(crate) fn has_target(mut rustc: Command) -> bool {
    rustc.args(["--print", "target-libdir", "--target", TRIPLE]);
    command::output(&mut rustc, HOUR).is_ok_and(|folder| contains_std(Path::new(folder.trim())))
}

pub(crate) fn contains_std(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        })
    })
}
