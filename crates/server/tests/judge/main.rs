//! Programs of all kinds, judged in the real sandbox: right ones in many styles must pass, wrong
//! ones must be caught by the named test with the named outcome.
//!
//! The tests need a Docker engine and fail without one.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]
#![expect(
    clippy::print_stdout,
    reason = "what programs are told is for a reader too"
)]

mod client;
mod crowds;
mod deciding_lines;
mod expectation;
mod full_load;
mod health;
mod hostile_programs;
mod judge_command;
mod judge_fixture;
mod leaving;
mod mistakes;
mod proxies;
mod recordings;
mod right_programs;
mod server_process;
mod sessions;
mod small_course;
mod spoiled_course;
mod starting;
mod stopping;
mod table;
mod terminal;
mod under_load;
mod wrong_programs;
