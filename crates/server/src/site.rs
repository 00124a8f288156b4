//! Leptos's own options, among them where the built page is.

use std::path::Path;

use leptos::config::{LeptosOptions, errors::LeptosConfigError, get_configuration};

const FILE: &str = "Leptos.toml";

/// Why Leptos's options can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The file is invalid, or a variable is missing or invalid.
    #[error(
        "Leptos.toml or a LEPTOS_* variable can't be read; start the server from the project's folder"
    )]
    Options {
        /// Leptos's error.
        #[source]
        source: LeptosConfigError,
    },
}

/// Reads `Leptos.toml` in the current folder; `LEPTOS_*` variables override it.
///
/// Without the file the variables alone count: cargo-leptos sets them all.
pub fn leptos_options() -> Result<LeptosOptions, SiteError> {
    let file = Path::new(FILE).is_file().then_some(FILE);
    get_configuration(file)
        .map(|found| found.leptos_options)
        .map_err(|source| SiteError::Options { source })
}
