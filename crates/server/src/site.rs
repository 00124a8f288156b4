//! Where the built page lies: Leptos's own options.

use leptos::config::{LeptosOptions, errors::LeptosConfigError, get_configuration};

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
/// cargo-leptos sets all of them for the server it starts, so the file may be missing then.
pub fn leptos_options() -> Result<LeptosOptions, SiteError> {
    let by_cargo_leptos = std::env::var_os("LEPTOS_OUTPUT_NAME").is_some();
    let file = (!by_cargo_leptos).then_some("Leptos.toml");
    get_configuration(file)
        .map(|found| found.leptos_options)
        .map_err(|source| SiteError::Options { source })
}
