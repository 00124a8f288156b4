//! `cargo xtask` as a process, as far as it goes without an engine.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod exit_codes;
