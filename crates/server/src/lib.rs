//! The CodeAlong server: settings, router, headers, graceful stop. All of it is here for tests to
//! call; `main.rs` only starts it.

mod file_cache;
mod headers;
mod request_check;
mod router;
mod serve;
mod settings;
mod site;

pub mod commands;

pub use router::router;
pub use serve::serve;
pub use settings::{LogFormat, SETTINGS, ServerSettings, Setting, SettingsError};
pub use site::{SiteError, leptos_options};
