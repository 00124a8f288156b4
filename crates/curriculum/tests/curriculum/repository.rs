//! The courses of this repository.

use std::path::Path;

use curriculum::Curriculum;

#[test]
fn the_courses_of_this_repository_have_no_problems() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../curriculum"));
    match Curriculum::load(folder) {
        Ok(curriculum) => {
            assert!(!curriculum.courses().is_empty());
            for step in curriculum.courses().iter().flat_map(|course| &course.steps) {
                assert!(
                    step.explanation_html.is_some(),
                    "{} has no solution.md",
                    step.id
                );
            }
        }
        Err(problems) => panic!("\n{problems}"),
    }
}

/// A program on asyncio has no `recv`, and one that reads a file has none either: what a message says
/// of `recv` must rest on a line that has it, or on an exception of a socket's.
#[test]
fn a_message_that_speaks_of_recv_is_told_to_programs_that_use_it() {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../curriculum/redis"
    ));
    let mut messages = 0;
    for step in std::fs::read_dir(folder).unwrap() {
        let file = step.unwrap().path().join("step.toml");
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        for mistake in text.split("[[mistake]]").skip(1) {
            let message = mistake.lines().find(|line| line.starts_with("message = "));
            if !message.unwrap().contains("`recv") {
                continue;
            }
            messages += 1;
            let rests_on_it = mistake.lines().any(|line| {
                let is_of_the_program =
                    line.starts_with("code = ") || line.starts_with("source = ");
                let is_of_a_socket =
                    line.starts_with("exception_text = ") && line.contains("object");
                is_of_a_socket || is_of_the_program && line.contains("recv")
            });
            assert!(rests_on_it, "{}: {mistake}", file.display());
        }
    }
    assert!(messages >= 5, "only {messages} messages speak of `recv`");
}
