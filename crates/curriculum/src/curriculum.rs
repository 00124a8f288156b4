//! All courses of a folder.

use std::path::Path;
use std::sync::Arc;

use lesson::{CourseId, StepId};

use crate::course::Course;
use crate::folder::Folder;
use crate::problem::{Found, Problems};
use crate::step::Step;

/// All courses, checked, sorted by name. A run keeps its course while files are edited and read
/// again, so each is shared.
#[derive(Debug, Clone)]
pub struct Curriculum {
    courses: Vec<Arc<Course>>,
}

impl Curriculum {
    /// Reads every course below `folder`, or says all that is wrong.
    pub fn load(folder: &Path) -> Result<Self, Problems> {
        let found = Found::default();
        let opened = Folder::open_root(&found, folder);
        let courses = opened.map(|folder| {
            // Files beside the courses, such as a README, are nobody's business here.
            let names = folder.folders();
            let folders: Vec<_> = names.filter_map(|name| folder.folder(name)).collect();
            if folders.is_empty() {
                found.in_file(
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
        found.or(curriculum, folder)
    }

    /// The courses, sorted by name; at least one.
    pub fn courses(&self) -> &[Arc<Course>] {
        &self.courses
    }

    /// The course with this name.
    pub fn course(&self, id: &CourseId) -> Option<&Arc<Course>> {
        self.courses.iter().find(|course| course.id == *id)
    }

    /// A step with its course.
    pub fn step(&self, course: &CourseId, step: &StepId) -> Option<(&Arc<Course>, &Step)> {
        let course = self.course(course)?;
        Some((course, course.step(step)?))
    }
}
