//! The program `codealong`: it serves the courses, and judges and checks from the command line.
//!
//! [`commands`] has a function for each command; `main.rs` only calls it. [`ServerSettings`] are read
//! from the environment, and [`SETTINGS`] lists them all. [`router`] has every route for learners:
//! Leptos's pages and server functions, the site's files, `/healthz` and `/readyz`; around them are
//! the checks of a request's host, origin and body, and the headers that isolate a page.
//! [`operations_router`] has `/metrics` and what else its owner asks, on an address of its own.
//! [`serve_until`] serves until it is told to stop, and lets the runs in flight end. What a page shows
//! and what a run is are in `app`, `curriculum` and `sandbox`.

mod bodies;
mod client_address;
mod connection_limit;
mod connections;
mod descriptors;
mod file_cache;
mod graceful_stop;
mod headers;
mod operations;
mod page_cache;
mod request_check;
mod request_origin;
mod router;
mod session;
mod settings;
mod site;
mod stop;
mod under_base_path;

pub mod commands;

pub use connections::ConnectionLimits;
pub use graceful_stop::{Server, serve_until};
pub use operations::operations_router;
pub use request_origin::HostNames;
pub use router::router;
pub use settings::{
    HttpSettings, LogFormat, METRICS_ADDRESS, Machine, SETTINGS, ServerSettings, Setting,
    SettingsError, Sizes,
};
pub use site::{SiteError, leptos_options};
pub use stop::Stop;
