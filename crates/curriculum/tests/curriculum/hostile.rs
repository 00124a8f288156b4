//! Broken and malicious courses: loading always ends, with a list of problems.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use curriculum::{Course, Curriculum, Fingerprint};

use crate::tiny_course::TinyCourse;

/// One file of each kind that is read.
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
fn a_truncated_file_never_crashes_the_loader() {
    for file in FILES {
        let whole = fs::read(TinyCourse::new().path(file)).unwrap();
        let tiny = TinyCourse::new();
        // Each load takes milliseconds, so every seventh length has to do.
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
fn binary_data_is_a_problem_of_its_file() {
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
fn a_folder_instead_of_a_file_is_a_problem() {
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
fn a_file_instead_of_a_folder_is_a_problem() {
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
fn a_symbolic_link_may_not_lead_out_of_the_course() {
    let tiny = TinyCourse::new();
    tiny.remove("listen/starter.py");
    symlink(
        tiny.path("listen/solution.py"),
        tiny.path("listen/starter.py"),
    )
    .unwrap();
    let starter = tiny.load().steps[0].starter.entry_text().to_owned();
    assert!(starter.contains("create_server"), "{starter}");

    tiny.remove("listen/starter.py");
    symlink("/etc/hostname", tiny.path("listen/starter.py")).unwrap();
    assert_eq!(
        tiny.problems(),
        [
            "listen/starter.py:1: the symbolic link leads out of the course: \
          put the file itself here"
        ]
    );
}

#[test]
fn cyclic_and_dangling_symbolic_links_are_problems() {
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
fn a_named_pipe_does_not_block_the_loader() {
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
fn a_huge_file_is_not_read_to_its_end() {
    let tiny = TinyCourse::new();
    let file = fs::File::create(tiny.path("echo/tests.py")).unwrap();
    file.set_len(1 << 40).unwrap();
    assert_eq!(
        tiny.problems(),
        ["echo/tests.py:1: the file is longer than 128 KiB: make it shorter"]
    );
}

#[test]
fn deeply_nested_toml_is_a_problem() {
    let tiny = TinyCourse::new();
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    tiny.replace("course.toml", "[\"listen\", \"echo\"]", &deep);
    assert!(!tiny.problems().is_empty());
}

#[test]
fn deeply_nested_markdown_is_a_problem() {
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
fn a_missing_or_empty_folder_is_a_problem() {
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
