//! The server as a client meets it, without a socket: requests go straight into the router.

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
mod test_app;
