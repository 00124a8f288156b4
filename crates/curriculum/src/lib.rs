//! Courses as files on disk, loaded and checked into a [`Curriculum`].
//!
//! A course is data, not Rust: a folder for the course and one for each step. The names of these
//! folders are ids, which never change, since addresses and saved progress contain them.
//!
//! ```text
//! redis/
//!   course.toml        format = 1, title, language, port, steps = ["listen", "ping"]
//!   introduction.md    what the learner will build
//!   support/*.py       the modules that course.toml names; tests may import them
//!   ping/              one step
//!     step.toml        title, short_title, goal, minutes, [[hint]], [[mistake]]
//!     instructions.md
//!     tests.py         `@test("name")` above each test
//!     solution.py
//!     solution.md      why the solution is as it is; a step may go without
//!     starter.py       required in the first step; later ones continue the learner's program
//!     mistakes/*.py    the programs that step.toml names
//! ```
//!
//! # How a course is loaded
//!
//! 1. A `Folder` lists its entries and reads those that are asked for. An entry of a course that
//!    nothing asked for is a problem, so a misspelt file name is noticed.
//! 2. `CourseFile` and `StepFile` take the keys of the TOML files, and the checklist takes the
//!    names of the tests from `tests.py`, which is not run.
//! 3. Markdown is rendered to sanitised HTML, with every link and image resolved.
//! 4. [`Course`], [`Step`] and [`Mistake`] are built from these.
//!
//! Each stage reports to one `Diagnostics` and goes on. The caller gets either a course in which
//! everything has been checked or all [`Problems`] at once, each with its file and line.
//!
//! These types contain solutions and tests, so they are not `Serialize`. Learners get the views of
//! the `protocol` crate, such as [`Course::view`] and [`Course::step_view`].
//!
//! # Example
//!
//! ```
//! use std::path::Path;
//!
//! use curriculum::Curriculum;
//!
//! # fn main() -> Result<(), curriculum::Problems> {
//! let curriculum = Curriculum::load(Path::new("../../curriculum"))?;
//! for course in curriculum.courses() {
//!     println!("{} on port {}", course.title, course.port);
//!     for step in &course.steps {
//!         println!("{}. {}: {} tests", step.number, step.title, step.tests.len());
//!     }
//! }
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

mod checklist;
mod command_names;
mod course;
mod course_file;
mod curriculum;
mod fingerprint;
mod folder;
mod glossary;
mod language;
mod line_index;
mod markdown;
mod mistake;
mod plain_text;
mod problem;
mod program;
mod python_source;
mod step;
mod step_file;
mod suggestion;
mod support;
mod toml_table;

pub use course::Course;
pub use curriculum::Curriculum;
pub use fingerprint::Fingerprint;
pub use markdown::ExternalLink;
pub use mistake::{Evidence, Mistake, MistakeProgram};
pub use problem::{Problem, Problems};
pub use python_source::PythonSource;
pub use step::{Hint, Step};
