//! What is said about files that are wrong as such, or wrong together.

use crate::tiny_course::{TinyCourse, check, check_replaced};

#[test]
fn all_problems_are_reported_at_once_and_sorted() {
    check(
        |tiny| {
            tiny.replace("listen/step.toml", "goal", "gaol");
            tiny.replace("listen/step.toml", "[5, 10]", "[10, 5]");
            tiny.write("echo/instructions.md", "\n[gone](gone.md)\n");
            tiny.remove("echo/solution.py");
            tiny.replace("course.toml", "7000", "\"7000\"");
        },
        &[
            "course.toml:3: `port` must be a whole number from 1024 to 65535",
            "echo/instructions.md:2: the link leads to \"gone.md\", which is neither a step nor \
             a site: write https://… or a step's folder as in ../listen/",
            "echo/solution.py:1: the file is missing",
            "listen/step.toml:1: a step needs the key `goal`, which is missing",
            "listen/step.toml:3: a step has no key `gaol`; did you mean `goal`?",
            "listen/step.toml:4: `minutes` goes from 10 down to 5: write the smaller number first",
        ],
    );
}

#[test]
fn problems_are_listed_a_line_each() {
    let tiny = TinyCourse::new();
    tiny.remove("echo/solution.py");
    tiny.remove("listen/solution.py");
    let problems = curriculum::Curriculum::load(tiny.curriculum()).unwrap_err();
    let expected = ["echo", "listen"].map(|step| {
        let file = tiny.path(step).join("solution.py");
        format!("{}:1: the file is missing", file.display())
    });
    assert_eq!(problems.to_string(), expected.join("\n"));
}

#[test]
fn toml_that_cannot_be_read_is_named_by_its_line() {
    let tiny = TinyCourse::new();
    tiny.replace("course.toml", "port = 7000", "port = ");
    tiny.replace(
        "echo/step.toml",
        "title = \"Echo a line\"",
        "title = \"Echo",
    );
    let problems = tiny.problems();
    assert!(
        problems[0].starts_with("course.toml:3: this is not TOML: "),
        "{problems:?}"
    );
    assert_eq!(
        problems.len(),
        1,
        "steps are unknown without course.toml: {problems:?}"
    );

    tiny.replace("course.toml", "port = ", "port = 7000");
    let problems = tiny.problems();
    assert!(
        problems[0].starts_with("echo/step.toml:1: this is not TOML: "),
        "{problems:?}"
    );
}

#[test]
fn every_wrong_key_of_a_file_is_reported_and_not_only_the_first() {
    check(
        |tiny| {
            tiny.replace("echo/step.toml", "minutes", "minute");
            tiny.replace("echo/step.toml", "[[hint]]\ntext", "[[hint]]\nhtml");
            tiny.replace("echo/step.toml", "message", "massage");
        },
        &[
            // The mistake can't be read, so nobody names its program.
            "echo/mistakes/shouts.py:1: no mistake in step.toml names this program: \
             name it under `[[mistake]]` or remove the file",
            "echo/step.toml:1: a step needs the key `minutes`, which is missing",
            "echo/step.toml:4: a step has no key `minute`; did you mean `minutes`?",
            "echo/step.toml:6: a hint needs the key `text`, which is missing",
            "echo/step.toml:7: a hint has no key `html`; it can have text",
            "echo/step.toml:16: a mistake needs the key `message`, which is missing",
            "echo/step.toml:19: a mistake has no key `massage`; did you mean `message`?",
        ],
    );
}

#[test]
fn a_value_of_the_wrong_type_is_named() {
    for (from, to, expected) in [
        (
            "title = \"Echo a line\"",
            "title = 3",
            "1: `title` must be a text in quotes, not an integer",
        ),
        (
            "title = \"Echo a line\"",
            "title = \" \"",
            "1: `title` is empty: write it or take it out",
        ),
        (
            "title = \"Echo a line\"",
            "title = \"Echo\\na line\"",
            "1: `title` must stand on one line",
        ),
        (
            "[10, 20]",
            "10",
            "4: `minutes` must be two numbers in brackets, as in `minutes = [10, 20]`",
        ),
        (
            "[10, 20]",
            "[10, 2.5]",
            "4: `minutes` must be a whole number from 1 to 600",
        ),
        (
            "text = \"What does `recv` return?\"",
            "text = \"\"\"\n\n\"\"\"",
            "8: `text` is empty: write it or take it out",
        ),
    ] {
        check_replaced(
            "echo/step.toml",
            from,
            to,
            &[&format!("echo/step.toml:{expected}")],
        );
    }
}

#[test]
fn another_format_is_not_guessed_at() {
    check_replaced(
        "course.toml",
        "format = 1\ntitle",
        "format = 2\nname",
        &["course.toml:1: the course has format 2, and this program reads `format = 1`"],
    );
}

#[test]
fn the_steps_of_the_file_and_the_folders_agree() {
    check_replaced(
        "course.toml",
        "\"echo\"",
        "\"ecko\"",
        &[
            "course.toml:4: the step `ecko` has no folder beside course.toml; \
             did you mean `echo`?",
            "echo:1: course.toml does not name this among its `steps`: \
             add it there in its place, or remove it",
        ],
    );
    check_replaced(
        "course.toml",
        "\"echo\"]",
        "\"echo\",\n  \"listen\"]",
        &["course.toml:5: the step `listen` is named in line 4 already: name it once"],
    );
    check_replaced(
        "course.toml",
        "\"echo\"]",
        "\"echo\", \"Set It\"]",
        &["course.toml:4: the step \"Set It\" is not a name: use 1 to 40 of a-z, 0-9 and -"],
    );
    check_replaced(
        "course.toml",
        "[\"listen\", \"echo\"]",
        "[]",
        &[
            "course.toml:4: `steps` is an empty list: name one at the least",
            "echo:1: course.toml does not name this among its `steps`: \
             add it there in its place, or remove it",
            "introduction.md:1: the link leads to \"listen/\", which is neither a step nor a \
             site: write https://… or a step's folder as in ping/",
            "listen:1: course.toml does not name this among its `steps`: \
             add it there in its place, or remove it",
        ],
    );
}

#[test]
fn a_course_has_a_name_fit_for_an_address() {
    let tiny = TinyCourse::new();
    let from = tiny.path("");
    let to = tiny.curriculum().join("Tiny Course");
    std::fs::rename(from, &to).unwrap();
    let problems = curriculum::Curriculum::load(tiny.curriculum()).unwrap_err();
    assert_eq!(
        problems.to_string(),
        format!(
            "{}:1: the folder's name \"Tiny Course\" is not a name: \
             use 1 to 40 of a-z, 0-9 and -",
            to.display()
        )
    );
}

#[test]
fn a_missing_file_is_named_with_the_one_that_was_probably_meant() {
    for (file, expected) in [
        ("course.toml", "course.toml:1: the file is missing"),
        ("introduction.md", "introduction.md:1: the file is missing"),
        (
            "listen/starter.py",
            "listen/starter.py:1: the file is missing",
        ),
        (
            "echo/instructions.md",
            "echo/instructions.md:1: the file is missing",
        ),
        ("echo/tests.py", "echo/tests.py:1: the file is missing"),
        ("echo/step.toml", "echo/step.toml:1: the file is missing"),
    ] {
        check(|tiny| tiny.remove(file), &[expected]);
    }
    check(
        |tiny| {
            tiny.remove("echo/solution.py");
            tiny.write("echo/solutoin.py", "pass\n");
        },
        &[
            "echo/solution.py:1: the file is missing; did you mean `solutoin.py`?",
            "echo/solutoin.py:1: nothing in the step uses this: remove it, \
             or show it in instructions.md if it is a picture",
        ],
    );
}

#[test]
fn what_nothing_uses_is_a_problem() {
    check(
        |tiny| {
            tiny.write("notes.txt", "x");
            tiny.write("echo/picture.png", "x");
            tiny.write("echo/mistakes/other.py", "x");
            tiny.write("listen/mistakes/other.py", "x");
        },
        &[
            "echo/mistakes/other.py:1: no mistake in step.toml names this program: \
             name it under `[[mistake]]` or remove the file",
            "echo/picture.png:1: nothing in the step uses this: remove it, \
             or show it in instructions.md if it is a picture",
            "listen/mistakes/other.py:1: no mistake in step.toml names this program: \
             name it under `[[mistake]]` or remove the file",
            "notes.txt:1: course.toml does not name this among its `steps`: \
             add it there in its place, or remove it",
        ],
    );
}

#[test]
fn a_program_that_a_learner_could_not_run_is_a_problem() {
    check(
        |tiny| tiny.write("echo/solution.py", "#".repeat(70_000)),
        &[
            "echo/solution.py:1: the program has 70000 bytes; 65536 is the most that can be run. \
             Remove 4464 of them",
        ],
    );
}

#[test]
fn a_text_that_is_empty_or_not_text_is_a_problem() {
    for (bytes, expected) in [
        (
            b" \n".as_slice(),
            "echo/instructions.md:1: the file is empty: write it or remove it",
        ),
        (
            b"good\nb\xffd\n",
            "echo/instructions.md:2: this line is not UTF-8 text",
        ),
        (
            b"a\n\nb\0\n",
            "echo/instructions.md:3: this line holds a NUL character: remove it",
        ),
    ] {
        check(
            |tiny| tiny.write("echo/instructions.md", bytes),
            &[expected],
        );
    }
}
