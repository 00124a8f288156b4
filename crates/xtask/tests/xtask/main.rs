//! Runs `cargo xtask` as a process, without a Docker engine.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod exit_codes;
