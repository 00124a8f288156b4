//! The server as a client sees it: most requests go straight into the router, without a socket.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod addresses;
mod bad_input;
mod configuration;
mod log;
mod pages;
mod reloading;
mod site_files;
mod strangers;
mod test_app;
