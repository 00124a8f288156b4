//! The program `codealong`: it serves the courses, and judges and checks from the command line.
//!
//! [`commands`] has a function for each command; `main.rs` only calls it. [`ServerSettings`] are read
//! from the environment, and [`SETTINGS`] lists them all. [`router`] has every route: Leptos's pages
//! and server functions, the site's files, `/healthz`, `/readyz` and `/metrics`; around them are the
//! check of a request's body and the headers that isolate a page. [`serve_until`] serves until it is
//! told to stop, and lets the runs in flight end. What a page shows and what a run is are in `app`,
//! `curriculum` and `sandbox`.

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
