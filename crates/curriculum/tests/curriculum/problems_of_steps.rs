//! Problems of hints, mistakes and tests.

use crate::tiny_course::{TinyCourse, check, check_replaced};

#[test]
fn a_step_has_one_to_nine_hints() {
    check_replaced(
        "listen/step.toml",
        "[[hint]]\ntext = \"Look at `create_server`.\"\n",
        "",
        &["listen/step.toml:1: the step has no hint: write at least one under `[[hint]]`"],
    );
    check_replaced(
        "listen/step.toml",
        "[[hint]]\n",
        &format!("{}[[hint]]\n", "[[hint]]\ntext = \"a\"\n".repeat(9)),
        &["listen/step.toml:24: the step has more than 9 hints: remove some"],
    );
    check_replaced(
        "listen/step.toml",
        "[[hint]]\ntext",
        "hint",
        &[
            "listen/step.toml:1: the step has no hint: write at least one under `[[hint]]`",
            "listen/step.toml:6: `hint` must be written as `[[hint]]`, once for each; \
             here it is a string",
        ],
    );
}

#[test]
fn an_unknown_outcome_is_reported_with_a_suggestion() {
    check_replaced(
        "echo/step.toml",
        "\"wrong-value\", ",
        "\"wrong-valu\", ",
        &["echo/step.toml:21: there is no outcome `wrong-valu`; did you mean `wrong-value`?"],
    );
    let tiny = TinyCourse::new();
    tiny.replace("echo/step.toml", "\"crashed\"", "\"bad\"");
    let problems = tiny.problems();
    assert!(
        problems[0]
            .starts_with("echo/step.toml:30: there is no outcome `bad`; the outcomes are passed, "),
        "{problems:?}"
    );
}

#[test]
fn an_impossible_condition_is_a_problem() {
    check_replaced(
        "echo/step.toml",
        "\"invalid-byte\"]",
        "\"silent\"]",
        &[
            "echo/step.toml:23: `received` never applies to the outcome `silent`, \
             only to closed, incomplete, invalid-byte, wrong-type, wrong-value, differs, extra-bytes, unasked, wrong-output, \
             wrong-file, disagrees",
        ],
    );
    check_replaced(
        "echo/step.toml",
        "outcome = \"crashed\"",
        "outcome = [\"crashed\", \"ended\"]",
        &[
            "echo/step.toml:31: `exception` never applies to the outcome `ended`, \
             only to exited, crashed",
        ],
    );
    check_replaced(
        "echo/step.toml",
        "exception = \"IndexError\"",
        "fault = \"absent\"",
        &[
            "echo/step.toml:31: `fault` never applies to the outcome `crashed`, \
             only to wrong-file, disagrees",
        ],
    );
    check_replaced(
        "echo/step.toml",
        "outcome = \"crashed\"\nexception = \"IndexError\"",
        "outcome = \"disagrees\"\nfault = \"absent\"",
        &[
            "echo/step.toml:31: there is no fault `absent`: it is one of not-read, too-large, lost, \
             answered",
        ],
    );
    check_replaced(
        "echo/step.toml",
        "outcome = \"crashed\"\nexception = \"IndexError\"",
        "outcome = \"passed\"",
        &["echo/step.toml:30: the outcome `passed` is not a mistake: name another"],
    );
}

#[test]
fn a_test_that_a_mistake_names_must_exist() {
    check_replaced(
        "echo/step.toml",
        "test = \"sends a line back\"",
        "test = \"sends the line back\"",
        &[
            "echo/step.toml:22: tests.py has no test \"sends the line back\"; \
             did you mean `sends a line back`?",
        ],
    );
}

#[test]
fn a_regular_expression_is_checked() {
    check_replaced(
        "echo/step.toml",
        "received = '^[A-Z]+\\r\\n$'",
        "received = '^[A-Z'",
        &[
            "echo/step.toml:23: `received` is not a valid regular expression: \
             unclosed character class",
        ],
    );
    check_replaced(
        "echo/step.toml",
        "source = 'split\\('",
        "source = 'split('",
        &["echo/step.toml:32: `source` is not a valid regular expression: unclosed group"],
    );
    check_replaced(
        "echo/step.toml",
        "source = 'split\\('",
        "source_lacks = 'split('",
        &["echo/step.toml:32: `source_lacks` is not a valid regular expression: unclosed group"],
    );
    check_replaced(
        "echo/step.toml",
        "source = 'split\\('",
        "source = '(a{1000}){1000}'",
        &[
            "echo/step.toml:32: `source` is not a valid regular expression: \
             Compiled regex exceeds size limit of 10485760 bytes",
        ],
    );
}

#[test]
fn a_mistake_has_an_id_and_programs_of_its_own() {
    check_replaced(
        "echo/step.toml",
        "id = \"no-words\"",
        "id = \"shouts\"",
        &[
            "echo/step.toml:26: the mistake `shouts` has the same id as the one on line 17: \
             give it its own",
        ],
    );
    check_replaced(
        "echo/step.toml",
        "id = \"no-words\"",
        "id = \"no words\"",
        &[
            "echo/step.toml:26: \"no words\" is not a valid id for a mistake: \
             use 1 to 40 of a-z, 0-9 and -",
        ],
    );
    check_replaced(
        "echo/step.toml",
        "[\"no_words.py\", ",
        "[\"no_words.py\", \"shouts.py\", ",
        &[
            "echo/step.toml:27: the program `shouts.py` is already named on line 18: \
             a program makes one mistake",
        ],
    );
    check_replaced(
        "echo/step.toml",
        "program = \"shouts.py\"",
        "program = \"shout.py\"",
        &[
            "echo/mistakes/shouts.py:1: no mistake in step.toml names this program: \
             name it under `[[mistake]]` or remove the file",
            "echo/step.toml:18: there is no program `shout.py` in the folder mistakes; \
             did you mean `shouts.py`?",
        ],
    );
    check_replaced(
        "echo/step.toml",
        "`upper` changes",
        "`upper changes",
        &["echo/step.toml:19: `message` has an unpaired backtick: \
             code goes between two of them"],
    );
    check_replaced(
        "echo/step.toml",
        "`upper` changes",
        "`upper` *changes*",
        &[
            "echo/step.toml:19: `message` is plain text, with code in backticks: \
             `*changes*` would be shown as it is",
        ],
    );
}

#[test]
fn unreadable_tests_are_reported_with_their_line() {
    check_replaced(
        "echo/tests.py",
        "@test(\"sends a line back\")",
        "@test(NAME)",
        &[
            "echo/tests.py:3: this test can't be read: write `@test(\"name\")` on one line, \
             with the name first and in plain quotes",
        ],
    );
    check_replaced(
        "echo/tests.py",
        "@test(\"sends two lines back\", fresh=True)",
        "@test('sends a line back')",
        &[
            "echo/tests.py:7: the test \"sends a line back\" has the same name as the one on line 3: \
             give each test of a step its own",
        ],
    );
    check(
        |tiny| tiny.write("listen/tests.py", "from codealong import test\n"),
        &["listen/tests.py:1: there is no test here: \
             write `@test(\"what it shows\")` above a function"],
    );
}
