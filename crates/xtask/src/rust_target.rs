//! The targets that are not this machine, and whether a compiler has their standard library.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{self, HOUR};

/// A target of the compiler's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RustTarget {
    pub(crate) triple: &'static str,
    /// What the screen calls it.
    pub(crate) title: &'static str,
}

/// The front end's.
pub(crate) const WASM32: RustTarget = RustTarget {
    triple: "wasm32-unknown-unknown",
    title: "wasm32 target",
};

/// The server's, for machines with another processor.
pub(crate) const ARM64: RustTarget = RustTarget {
    triple: "aarch64-unknown-linux-gnu",
    title: "arm64 target",
};

impl RustTarget {
    /// Whether the library folder of `rustc` for this target holds the standard library.
    pub(crate) fn is_known_to(self, mut rustc: Command) -> bool {
        rustc.args(["--print", "target-libdir", "--target", self.triple]);
        command::output(&mut rustc, HOUR).is_ok_and(|folder| contains_std(Path::new(folder.trim())))
    }
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
