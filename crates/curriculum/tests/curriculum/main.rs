//! Whole courses in a folder: what is loaded of them, and what is said when something is wrong.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers of tests stand outside test functions, where the lint's exception ends"
)]

mod hostile;
mod problems_of_files;
mod problems_of_steps;
mod problems_of_texts;
mod repository;
mod tiny_course;
mod whole;
