//! Folders that are no courses at all: whatever lies there, loading ends with a list of problems.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use curriculum::{Course, Curriculum, Fingerprint};

use crate::tiny_course::TinyCourse;

/// Every file of the course that is read.
const FILES: [&str; 9] = [
    "course.toml",
    "introduction.md",
    "listen/starter.py",
    "echo/step.toml",
    "echo/instructions.md",
    "echo/solution.py",
    "echo/tests.py",
    "echo/mistakes/shouts.py",
    "listen/step.toml",
];

#[test]
fn a_file_cut_anywhere_never_stops_the_loader() {
    for file in FILES {
        let whole = fs::read(TinyCourse::new().path(file)).unwrap();
        let tiny = TinyCourse::new();
        // Highlighting and sanitising cost milliseconds: every seventh place is enough.
        for length in (0..whole.len()).step_by(7) {
            tiny.write(file, &whole[..length]);
            if let Err(problems) = Course::load(&tiny.path("")) {
                assert!(problems.iter().count() > 0);
                assert!(problems.iter().all(|problem| problem.line > 0));
            }
        }
    }
}

#[test]
fn bytes_instead_of_text_are_a_problem_of_their_file() {
    // Arbitrary bytes, none of them text: a multiplicative generator with a fixed start.
    let noise: Vec<u8> = (1_u32..4000)
        .map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for file in FILES {
        let tiny = TinyCourse::new();
        tiny.write(file, &noise);
        let problems = tiny.problems();
        let of_file = format!("{file}:");
        assert!(
            problems.iter().any(|problem| problem.starts_with(&of_file)),
            "{file}: {problems:?}"
        );
    }
}

#[test]
fn a_folder_in_the_place_of_a_file_is_a_problem_of_it() {
    for file in FILES {
        let tiny = TinyCourse::new();
        tiny.remove(file);
        tiny.write(&format!("{file}/inside"), "x");
        let problems = tiny.problems();
        let expected = format!("{file}:1: this must be a file, not a folder");
        assert!(problems.contains(&expected), "{problems:?}");
    }
}

#[test]
fn a_file_in_the_place_of_a_folder_is_a_problem_of_it() {
    for folder in ["echo", "echo/mistakes"] {
        let tiny = TinyCourse::new();
        tiny.remove(folder);
        tiny.write(folder, "x");
        let problems = tiny.problems();
        let expected = format!("{folder}:1: this must be a folder, not a file");
        assert!(problems.contains(&expected), "{problems:?}");
    }
}

#[test]
fn a_link_may_lead_within_the_curriculum_and_not_out_of_it() {
    let tiny = TinyCourse::new();
    tiny.remove("listen/starter.py");
    symlink(
        tiny.path("listen/solution.py"),
        tiny.path("listen/starter.py"),
    )
    .unwrap();
    let starter = tiny.load().steps[0].starter.as_str().to_owned();
    assert!(starter.contains("create_server"), "{starter}");

    tiny.remove("listen/starter.py");
    symlink("/etc/hostname", tiny.path("listen/starter.py")).unwrap();
    assert_eq!(
        tiny.problems(),
        ["listen/starter.py:1: the link leads out of the course: put the file itself here"]
    );
}

#[test]
fn links_in_a_circle_and_to_nowhere_are_problems() {
    let tiny = TinyCourse::new();
    tiny.remove("listen/starter.py");
    symlink("starter.py", tiny.path("listen/starter.py")).unwrap();
    symlink("nowhere", tiny.path("echo/nothing.png")).unwrap();
    symlink(tiny.curriculum(), tiny.path("echo/again")).unwrap();
    let problems = tiny.problems();
    for expected in [
        "echo/again:1: nothing in the step uses this",
        "echo/nothing.png:1: this can't be read: No such file",
        "listen/starter.py:1: this can't be read: Too many levels",
    ] {
        let fits = |problem: &String| problem.starts_with(expected);
        assert!(problems.iter().any(fits), "{expected}: {problems:?}");
    }
    Fingerprint::of(tiny.curriculum()).unwrap();
}

#[test]
fn a_pipe_is_not_waited_for() {
    let tiny = TinyCourse::new();
    tiny.remove("echo/tests.py");
    let made = Command::new("mkfifo")
        .arg(tiny.path("echo/tests.py"))
        .status();
    assert!(made.unwrap().success());
    assert_eq!(
        tiny.problems(),
        ["echo/tests.py:1: this is neither a file nor a folder: remove it"]
    );
}

#[test]
fn a_file_that_is_too_long_is_not_read_whole() {
    let tiny = TinyCourse::new();
    let file = fs::File::create(tiny.path("echo/tests.py")).unwrap();
    file.set_len(1 << 40).unwrap();
    assert_eq!(
        tiny.problems(),
        ["echo/tests.py:1: the file is longer than 128 KiB: make it shorter"]
    );
}

#[test]
fn toml_nested_without_end_is_a_problem() {
    let tiny = TinyCourse::new();
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    tiny.replace("course.toml", "[\"listen\", \"echo\"]", &deep);
    assert!(!tiny.problems().is_empty());
}

#[test]
fn markdown_nested_without_end_is_a_problem() {
    for (text, line) in [
        (format!("text\n\n{} a", "> ".repeat(20_000)), 3),
        (
            (0..2000)
                .map(|depth| "  ".repeat(depth.min(25)) + "- a\n")
                .collect(),
            21,
        ),
        (format!("text\n\n{}", "<div>".repeat(20_000)), 3),
    ] {
        let tiny = TinyCourse::new();
        tiny.write("echo/instructions.md", &text);
        let expected = format!(
            "echo/instructions.md:{line}: the text is nested too deeply, or has too much HTML: \
             make it simpler"
        );
        assert_eq!(tiny.problems(), [expected]);
    }
}

#[test]
fn a_folder_that_is_not_there_or_empty_is_a_problem() {
    let nowhere = Path::new("/nonexistent/curriculum");
    let problems = Curriculum::load(nowhere).unwrap_err();
    assert_eq!(
        problems.to_string(),
        "/nonexistent/curriculum:1: the folder can't be opened: \
         No such file or directory (os error 2)"
    );
    assert!(Course::load(nowhere).is_err());

    let empty = tempfile::tempdir().unwrap();
    let problems = Curriculum::load(empty.path()).unwrap_err();
    let text = problems.to_string();
    assert!(text.contains("there is no course here"), "{text}");

    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(Curriculum::load(file.path()).is_err());
}
