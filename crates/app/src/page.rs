//! One page for each address.

mod course;
mod home;
mod not_found;
mod step;

pub(crate) use course::CoursePage;
pub(crate) use home::HomePage;
pub(crate) use not_found::{NotFoundPage, Trouble};
pub(crate) use step::StepPage;
