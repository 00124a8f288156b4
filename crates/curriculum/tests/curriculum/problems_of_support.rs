//! The modules that a course's tests import: what is loaded, and which problems are reported.

use curriculum::Fingerprint;
use protocol::StepId;

use crate::tiny_course::{TinyCourse, check};

/// A course whose `course.toml` has this line, the fifth, and that has one file in `support`.
fn list(tiny: &TinyCourse, line: &str) {
    tiny.replace(
        "course.toml",
        "steps = [\"listen\", \"echo\"]\n",
        &format!("steps = [\"listen\", \"echo\"]\n{line}\n"),
    );
    tiny.write("support/model.py", "BLOCKED = 'the secret model'\n");
}

#[track_caller]
fn check_listed(line: &str, expected: &[&str]) {
    check(|tiny| list(tiny, line), expected);
}

#[test]
fn a_course_has_the_modules_that_it_lists_and_no_view_contains_them() {
    let tiny = TinyCourse::new();
    assert!(tiny.load().support.is_empty());
    list(&tiny, "support = [\"model.py\", \"words_2.py\"]");
    tiny.write("support/words_2.py", "\u{feff}WORDS = 2\n");
    tiny.write("support/__pycache__/model.cpython-311.pyc", "leftover");
    let course = tiny.load();
    let modules: Vec<_> = course
        .support
        .iter()
        .map(|(name, source)| (name.as_str(), source.as_str()))
        .collect();
    assert_eq!(
        modules,
        [
            ("model", "BLOCKED = 'the secret model'\n"),
            ("words_2", "WORDS = 2\n")
        ]
    );
    let step = course.step_view(&StepId::parse("echo").unwrap()).unwrap();
    assert!(!format!("{step:?} {:?}", course.view()).contains("the secret model"));
}

#[test]
fn a_module_that_changes_changes_the_course() {
    let tiny = TinyCourse::new();
    list(&tiny, "support = [\"model.py\"]");
    let before = Fingerprint::of(tiny.curriculum()).unwrap();
    tiny.write("support/model.py", "BLOCKED = 'another one'\n");
    assert_ne!(Fingerprint::of(tiny.curriculum()).unwrap(), before);
}

#[test]
fn course_toml_and_the_folder_name_the_same_modules() {
    check_listed(
        "support = [\n  \"modle.py\",\n]",
        &[
            "course.toml:6: there is no file `modle.py` in the folder support; \
             did you mean `model.py`?",
            "support/model.py:1: course.toml does not list this in its `support`: \
             add it there, or remove it",
        ],
    );
    check_listed(
        "",
        &[
            "support/model.py:1: course.toml does not list this in its `support`: \
           add it there, or remove it",
        ],
    );
    check(
        |tiny| {
            list(tiny, "support = \"model.py\"");
            tiny.remove("support");
        },
        &["course.toml:5: there is no file `model.py` in the folder support"],
    );
    check(
        |tiny| {
            list(tiny, "support = \"model.py\"");
            tiny.write("support/more/words.py", "WORDS = 2\n");
        },
        &[
            "support/more:1: course.toml does not list this in its `support`: \
           add it there, or remove it",
        ],
    );
}

#[test]
fn a_module_is_listed_once() {
    check_listed(
        "support = [\"model.py\",\n  \"model.py\"]",
        &["course.toml:6: the module `model.py` is already named on line 5: name it once"],
    );
    check_listed(
        "support = []\n",
        &[
            "course.toml:5: `support` is an empty list: name at least one",
            "support/model.py:1: course.toml does not list this in its `support`: \
             add it there, or remove it",
        ],
    );
}

#[test]
fn a_modules_name_can_be_imported() {
    for file in [
        "Model.py",
        "two-words.py",
        "2words.py",
        "__init__.py",
        "words.txt",
        "wörter.py",
        "more.words.py",
        &format!("{}.py", "x".repeat(41)),
    ] {
        check(
            |tiny| {
                list(tiny, &format!("support = [\"model.py\",\n  \"{file}\"]"));
                tiny.write(&format!("support/{file}"), "WORDS = 2\n");
            },
            &[&format!(
                "course.toml:6: {file:?} is not the file of a module: its name has 1 to 40 of a-z, \
                 0-9 and _, a letter first, and then `.py`"
            )],
        );
    }
    check(
        |tiny| {
            list(tiny, "support = [\"model.py\", \"class.py\"]");
            tiny.write("support/class.py", "WORDS = 2\n");
        },
        &[
            "course.toml:5: `class` is a word of Python's own, and can't be imported: \
           give `class.py` another name",
        ],
    );
}

#[test]
fn a_module_is_short_enough_for_each_run_to_carry() {
    check(
        |tiny| {
            list(tiny, "support = \"model.py\"");
            tiny.write("support/model.py", "#".repeat(128 * 1024 + 1));
        },
        &["support/model.py:1: the file is longer than 128 KiB: make it shorter"],
    );
    check(
        |tiny| {
            list(tiny, "support = [\"model.py\",\n \"a.py\", \"b.py\"]");
            for file in ["model.py", "a.py", "b.py"] {
                tiny.write(&format!("support/{file}"), "#".repeat(90_000));
            }
        },
        &[
            "course.toml:5: the modules have 270000 bytes together; 262144 is the most: \
           make them shorter",
        ],
    );
}

#[test]
fn a_module_is_a_text() {
    check(
        |tiny| {
            list(tiny, "support = \"model.py\"");
            tiny.write("support/model.py", b"x = 1\ny = '\0'\n");
        },
        &["support/model.py:2: this line contains a NUL character: remove it"],
    );
}

#[test]
fn a_step_called_support_leaves_no_folder_for_modules() {
    let rename = |tiny: &TinyCourse| {
        std::fs::rename(tiny.path("echo"), tiny.path("support")).unwrap();
        tiny.replace("course.toml", "\"echo\"", "\"support\"");
    };
    let tiny = TinyCourse::new();
    rename(&tiny);
    assert!(tiny.load().support.is_empty());
    tiny.replace(
        "course.toml",
        "port = 7000",
        "port = 7000\nsupport = \"solution.py\"",
    );
    assert_eq!(
        tiny.problems(),
        [
            "course.toml:4: a step is called `support`, as is the folder of these modules: \
           give the step another name"
        ]
    );
}
