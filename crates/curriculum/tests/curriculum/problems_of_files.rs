//! Problems of single files, and of files that contradict each other.

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
fn problems_are_displayed_one_per_line() {
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
fn a_syntax_error_in_toml_has_its_line() {
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
fn every_wrong_key_of_a_file_is_reported_not_only_the_first() {
    check(
        |tiny| {
            tiny.replace("echo/step.toml", "minutes", "minute");
            tiny.replace("echo/step.toml", "[[hint]]\ntext", "[[hint]]\nhtml");
            tiny.replace("echo/step.toml", "message", "massage");
        },
        &[
            // The mistake can't be read, so nothing names its program.
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
fn a_value_of_the_wrong_type_is_a_problem() {
    for (from, to, expected) in [
        (
            "title = \"Echo a line\"",
            "title = 3",
            "1: `title` must be a string in quotes, not an integer",
        ),
        (
            "title = \"Echo a line\"",
            "title = \" \"",
            "1: `title` is empty: fill it in or remove it",
        ),
        (
            "title = \"Echo a line\"",
            "title = \"Echo\\na line\"",
            "1: `title` must be on one line",
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
            "8: `text` is empty: fill it in or remove it",
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
fn an_unknown_format_is_a_problem() {
    check_replaced(
        "course.toml",
        "format = 1\ntitle",
        "format = 2\nname",
        &["course.toml:1: the course has format 2, but this program reads `format = 1`"],
    );
}

#[test]
fn steps_stand_in_chapters_or_in_the_course() {
    let steps = "steps = [\"listen\", \"echo\"]\n";
    let chapter = |keys: &str| format!("[[chapter]]\ntitle = \"A server\"\n{keys}");
    let whole = format!("goal = \"Clients are answered\"\n{steps}");
    check_replaced(
        "course.toml",
        steps,
        &format!("{steps}{}", chapter(&whole)),
        &[
            "course.toml:4: the course has chapters, so its steps stand there: \
           remove `steps` outside of them",
        ],
    );
    check_replaced(
        "course.toml",
        steps,
        &chapter(steps),
        &["course.toml:4: a chapter needs the key `goal`, which is missing"],
    );
}

#[test]
fn a_courses_language_is_a_tag() {
    check_replaced(
        "course.toml",
        "steps =",
        "language = \"Hebrew!\"\nsteps =",
        &["course.toml:4: `Hebrew!` is no language tag: write it as in `en` or `pt-BR`"],
    );
}

#[test]
fn a_term_is_explained_once_and_used() {
    let steps = "steps = [\"listen\", \"echo\"]\n";
    let term = |keys: &str| format!("[[term]]\n{keys}\n");
    let (line, server) = (
        "name = \"line\"\nmeaning = \"Text\"",
        "name = \"server\"\nforms = [\"servers\"]\nmeaning = \"A *program*\"",
    );
    check_replaced(
        "course.toml",
        steps,
        &format!(
            "{steps}{}{}{}",
            term(line),
            term(server),
            term("name = \"Servers\"\nmeaning = \"Many\"")
        ),
        &[
            "course.toml:5: no introduction or instructions use the term `line` outside of headings, \
             tables, links, code and bold words: remove it, or give it the `forms` in which the texts \
             write it",
            "course.toml:11: `meaning` is plain text, with code in backticks: `*program*` would be \
             shown as it is",
            "course.toml:12: no introduction or instructions use the term `Servers` outside of \
             headings, tables, links, code and bold words: remove it, or give it the `forms` in which \
             the texts write it",
            "course.toml:12: the term `Servers` is already explained on line 8",
        ],
    );
}

#[test]
fn course_toml_and_the_folders_name_the_same_steps() {
    check_replaced(
        "course.toml",
        "\"echo\"",
        "\"ecko\"",
        &[
            "course.toml:4: the step `ecko` has no folder beside course.toml; \
             did you mean `echo`?",
            "echo:1: course.toml does not list this in its `steps`: \
             add it there, or remove it",
        ],
    );
    check_replaced(
        "course.toml",
        "\"echo\"]",
        "\"echo\",\n  \"listen\"]",
        &["course.toml:5: the step `listen` is already named on line 4: name it once"],
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
            "course.toml:4: `steps` is an empty list: name at least one",
            "echo:1: course.toml does not list this in its `steps`: \
             add it there, or remove it",
            "introduction.md:1: the link leads to \"listen/\", which is neither a step nor a \
             site: write https://… or a step's folder as in ping/",
            "listen:1: course.toml does not list this in its `steps`: \
             add it there, or remove it",
        ],
    );
}

#[test]
fn a_course_id_is_fit_for_an_address() {
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
fn a_missing_file_is_reported_with_a_suggestion() {
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
             or show it in instructions.md if it is an image",
        ],
    );
}

#[test]
fn an_unused_file_is_a_problem() {
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
             or show it in instructions.md if it is an image",
            "listen/mistakes/other.py:1: no mistake in step.toml names this program: \
             name it under `[[mistake]]` or remove the file",
            "notes.txt:1: course.toml does not list this in its `steps`: \
             add it there, or remove it",
        ],
    );
}

#[test]
fn a_program_that_no_learner_could_run_is_a_problem() {
    check(
        |tiny| tiny.write("echo/solution.py", "#".repeat(70_000)),
        &[
            "echo/solution.py:1: the program has 70000 bytes; 65536 is the most that can be run. \
             Remove 4464 of them",
        ],
    );
}

#[test]
fn an_empty_or_binary_text_is_a_problem() {
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
            "echo/instructions.md:3: this line contains a NUL character: remove it",
        ),
    ] {
        check(
            |tiny| tiny.write("echo/instructions.md", bytes),
            &[expected],
        );
    }
}
