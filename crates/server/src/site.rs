//! Leptos's own options, among them where the built page is.

use std::env;
use std::path::Path;

use leptos::config::{LeptosOptions, errors::LeptosConfigError, get_configuration};

const FILE: &str = "Leptos.toml";

/// Without the file, the variable that nothing has a default for.
const OUTPUT_NAME: &str = "LEPTOS_OUTPUT_NAME";

/// Why Leptos's options can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// There is neither the file nor the variables that would do.
    #[error(
        "there is no Leptos.toml in {folder}: change to the project's folder, or to `srv/codealong` in \
         what `cargo xtask stage` has made"
    )]
    Missing {
        /// The current folder.
        folder: String,
    },
    /// The file or a variable is invalid.
    #[error("Leptos.toml or a LEPTOS_* variable can't be read")]
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
    if file.is_none() && env::var_os(OUTPUT_NAME).is_none() {
        let folder = env::current_dir().unwrap_or_default();
        return Err(SiteError::Missing {
            folder: folder.display().to_string(),
        });
    }
    get_configuration(file)
        .map(|found| found.leptos_options)
        .map_err(|source| SiteError::Options { source })
}
