//! Course files on disk, checked into a [`Curriculum`].
//!
//! Content is data: a folder for each course, with `course.toml`, `introduction.md` and a folder
//! for each step. Loading reads everything, reports every problem at once with its file and line,
//! and gives out only what has been checked. The types here are not `Serialize`: solutions and
//! tests can't cross a wire by mistake; what a learner may see are `lesson`'s views.

mod checklist;
mod course;
mod course_file;
mod curriculum;
mod fingerprint;
mod folder;
mod markdown;
mod mistake;
mod problem;
mod program;
mod step;
mod step_file;
mod suggestion;
mod toml_table;

pub use course::{Course, Link};
pub use curriculum::Curriculum;
pub use fingerprint::Fingerprint;
pub use mistake::{Mistake, MistakenProgram};
pub use problem::{Problem, Problems};
pub use step::{Hint, Step};
