//! Courses on disk: what is loaded from them, and which problems are reported.

#![expect(
    clippy::unwrap_used,
    reason = "test helpers lie outside test functions, where the lint makes no exception"
)]

mod hostile;
mod mistakes;
mod problems_of_files;
mod problems_of_steps;
mod problems_of_support;
mod problems_of_texts;
mod repository;
mod tiny_course;
mod whole;
