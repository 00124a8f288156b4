//! The courses of this repository.

use std::path::Path;

use curriculum::Curriculum;

#[test]
fn the_courses_of_this_repository_have_no_problems() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../curriculum"));
    match Curriculum::load(folder) {
        Ok(curriculum) => assert!(!curriculum.courses().is_empty()),
        Err(problems) => panic!("\n{problems}"),
    }
}
