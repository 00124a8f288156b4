//! Course files on disk, checked into a [`Curriculum`].
//!
//! Content is data, a folder for each course:
//!
//! ```text
//! redis/
//!   course.toml        format = 1, title, port, steps = ["listen", "ping"] in their order
//!   introduction.md    what you will build
//!   ping/              a step; the folder's name is the step's for ever
//!     step.toml        title, short_title, goal, minutes, [[hint]], [[mistake]]
//!     instructions.md
//!     tests.py         `@test("name")` before each test
//!     solution.py
//!     starter.py       for the first step; later ones begin with the learner's own program
//!     mistakes/*.py    the programs that step.toml names
//! ```
//!
//! Loading reads everything, reports every problem at once with its file and line, and gives out
//! only what has been checked. The types here are not `Serialize`: solutions and tests can't cross
//! a wire by mistake; what a learner may see are `lesson`'s views.

mod checklist;
mod course;
mod course_file;
mod curriculum;
mod fingerprint;
mod folder;
mod line_index;
mod markdown;
mod mistake;
mod problem;
mod program;
mod step;
mod step_file;
mod suggestion;
mod toml_table;

pub use course::Course;
pub use curriculum::Curriculum;
pub use fingerprint::Fingerprint;
pub use markdown::ExternalLink;
pub use mistake::{Mistake, MistakeProgram};
pub use problem::{Problem, Problems};
pub use step::{Hint, Step};
