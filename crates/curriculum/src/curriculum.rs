//! All courses of a folder.

use std::path::Path;
use std::sync::Arc;

use protocol::{CourseId, StepId};

use crate::course::Course;
use crate::folder::Folder;
use crate::problem::{Diagnostics, Problems};
use crate::step::Step;

/// All courses, checked and sorted by id.
///
/// Courses are shared: a run keeps its own while the files change and are loaded again.
#[derive(Debug, Clone)]
pub struct Curriculum {
    courses: Vec<Arc<Course>>,
}

impl Curriculum {
    /// Loads every course in `folder`.
    ///
    /// # Errors
    ///
    /// Every problem of every course, if there is one.
    pub fn load(folder: &Path) -> Result<Self, Problems> {
        let diagnostics = Diagnostics::default();
        let opened = Folder::open_root(&diagnostics, folder);
        let courses = opened.map(|folder| {
            // Files beside the courses, such as a README, are allowed: they are never asked for.
            let names = folder.folder_names();
            let folders: Vec<_> = names.filter_map(|name| folder.folder(name)).collect();
            if folders.is_empty() {
                diagnostics.report_file(
                    folder.path(),
                    "there is no course here: a course is a folder with a course.toml in it",
                );
            }
            folders
                .iter()
                .filter_map(Course::read)
                .map(Arc::new)
                .collect()
        });
        let curriculum = courses.map(|courses| Self { courses });
        diagnostics.into_result(curriculum, folder)
    }

    /// The courses, sorted by id; at least one.
    pub fn courses(&self) -> &[Arc<Course>] {
        &self.courses
    }

    /// The course with this id.
    pub fn course(&self, id: &CourseId) -> Option<&Arc<Course>> {
        self.courses.iter().find(|course| course.id == *id)
    }

    /// A step and its course.
    pub fn step(&self, course: &CourseId, step: &StepId) -> Option<(&Arc<Course>, &Step)> {
        let course = self.course(course)?;
        Some((course, course.step(step)?))
    }
}
