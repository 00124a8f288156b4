//! Where the built page lies: Leptos's own options.

use std::path::Path;

use leptos::config::{LeptosOptions, errors::LeptosConfigError, get_configuration};

const FILE: &str = "Leptos.toml";

/// Why Leptos's options can't be had.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The file is missing or says something else than it should.
    #[error(
        "Leptos.toml or a LEPTOS_* variable can't be read; start the server from the project's folder"
    )]
    Options {
        /// What leptos says of it.
        #[source]
        source: LeptosConfigError,
    },
}

/// Reads `Leptos.toml` in the current folder; `LEPTOS_*` variables override it.
///
/// Where there is no such file the variables alone count: cargo-leptos sets them all.
pub fn leptos_options() -> Result<LeptosOptions, SiteError> {
    let file = Path::new(FILE).is_file().then_some(FILE);
    get_configuration(file)
        .map(|found| found.leptos_options)
        .map_err(|source| SiteError::Options { source })
}
