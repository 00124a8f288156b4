//! An author edits a course while the server runs.

use std::fs;
use std::path::Path;

use crate::log::Log;
use crate::pages::marked_courses;
use crate::test_app::{Answer, TestApp};

const PROBLEMS: &str = "the courses have problems";

fn write(courses: &Path, file: &str, text: &str) {
    fs::write(courses.join("marked/first").join(file), text).unwrap();
}

/// The step's page.
///
/// Each test has a router and a runtime of its own. While Leptos looked for the routes anew for each
/// router, a page of another one that was rendered meanwhile waited for ever, in 4 of 87 runs.
async fn step(app: &TestApp) -> Answer {
    app.get("/courses/marked/first").await
}

#[tokio::test]
async fn an_edit_is_seen_by_the_next_request() {
    let folder = tempfile::tempdir().unwrap();
    let courses = marked_courses(folder.path());
    let app = TestApp::start_reloading(&courses);
    step(&app).await.expect(200, "Listen.");
    write(&courses, "instructions.md", "Listen to the first edit.\n");
    step(&app).await.expect(200, "Listen to the first edit.");
    write(&courses, "solution.py", "SECOND_EDIT = 2\n");
    let solution = r#"{"course":"marked","step":"first"}"#;
    app.post("/api/solution", solution)
        .await
        .expect(200, "SECOND_EDIT");
}

#[tokio::test]
async fn a_broken_course_is_told_once_and_the_last_good_one_stays_until_it_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let courses = marked_courses(folder.path());
    let toml = fs::read_to_string(courses.join("marked/first/step.toml")).unwrap();
    let log = Log::begin();
    let app = TestApp::start_reloading(&courses);

    write(&courses, "instructions.md", "Text of a broken course.\n");
    write(&courses, "step.toml", &toml.replace("goal", "gaol"));
    for _ in 0..2 {
        let page = step(&app).await.expect(200, "Listen.");
        assert!(!page.body.contains("Text of a broken course"));
    }
    let told = log.lines_with(PROBLEMS);
    let [told] = told.as_slice() else {
        panic!("told {} times: {told:#?}", told.len());
    };
    assert!(told.contains("ERROR"), "{told}");
    let problem = "a step has no key `gaol`; did you mean `goal`?";
    let named = log.lines_with(problem);
    assert!(
        named.iter().any(|line| line.contains("first/step.toml:3:")),
        "{named:?}"
    );

    write(&courses, "step.toml", &toml);
    step(&app).await.expect(200, "Text of a broken course");
    assert_eq!(log.lines_with(PROBLEMS).len(), 1, "it is mended");
}

#[tokio::test]
async fn a_server_that_does_not_reload_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let courses = marked_courses(folder.path());
    let app = TestApp::start_with(&courses);
    write(&courses, "instructions.md", "Listen to the first edit.\n");
    let page = step(&app).await.expect(200, "Listen.");
    assert!(!page.body.contains("the first edit"));
}
