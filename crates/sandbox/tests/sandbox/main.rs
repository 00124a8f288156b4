//! What the sandbox guarantees, checked against a real engine.
//!
//! Each test asserts three things where they apply: the attacker gets the right verdict, an honest
//! run beside it is unharmed, and no container is left. Each has an owner label of its own, so
//! that tests share an engine with each other and with anyone else. No test fails for being slow
//! on a busy machine, except beyond a guaranteed limit.

#![expect(clippy::unwrap_used, reason = "a test that can't go on may panic")]

mod admission;
mod allowed_calls;
mod deadlines;
mod disabled_guarantee;
mod disk;
mod engine_faults;
mod forging;
mod golden_files;
mod image;
mod isolation;
mod kernel;
mod lab;
mod lanes;
mod load;
mod memory;
mod output;
mod own_engine;
mod processes;
mod proxy;
mod self_test;
mod sessions;
mod sweeping;
mod vanishing;
mod verdicts;
