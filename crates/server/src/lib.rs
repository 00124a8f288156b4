//! The CodeAlong server: settings, router, headers, graceful stop. All of it is here for tests to
//! call; `main.rs` only starts it.

mod file_cache;
mod graceful_stop;
mod headers;
mod request_check;
mod router;
mod settings;
mod site;

pub mod commands;

pub use graceful_stop::serve_until;
pub use router::router;
pub use settings::{LogFormat, SETTINGS, ServerSettings, Setting, SettingsError};
pub use site::{SiteError, leptos_options};
