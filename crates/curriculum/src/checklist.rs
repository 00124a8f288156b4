//! The checklist of a step: the names of its tests, read from `tests.py` without running it.
//!
//! The page shows the names before the first run, so only one strict form is read: a line
//! `@test("name")` without indentation, where `once=True` and what concerns the judge alone may follow the name.
//! The judge compares the list
//! with the tests that it finds when it runs the file, so a test that this parser misses breaks the
//! step.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use protocol::{PlannedTest, StepId, TestId};

use crate::problem::Diagnostics;

/// A longer name would not fit the checklist.
const MAX_NAME_CHARACTERS: usize = 80;

/// The tests of a step.
#[derive(Debug, Clone)]
pub(crate) struct Checklist {
    /// All of them, in order.
    pub(crate) tests: Vec<PlannedTest>,
    /// Those that are left out of the runs of later steps.
    pub(crate) once: BTreeSet<TestId>,
}

/// The checklist of a step; `None` where one of its tests has a problem.
pub(crate) fn parse(
    diagnostics: &Diagnostics,
    file: &Path,
    source: &str,
    step: &StepId,
) -> Option<Checklist> {
    let mut lines_by_name: BTreeMap<String, u32> = BTreeMap::new();
    let mut tests: Vec<PlannedTest> = Vec::new();
    let mut once = BTreeSet::new();
    let mut has_problem = false;
    for (line, text) in (1_u32..).zip(source.lines()) {
        if !text.trim_start().starts_with("@test") {
            continue;
        }
        let parsed = parse_name(text).and_then(|(name, is_once)| match lines_by_name.get(&name) {
            Some(first) => Err(format!(
                "the test {name:?} has the same name as the one on line {first}: \
                 give each test of a step its own"
            )),
            None => Ok((name, is_once)),
        });
        match parsed {
            Ok((name, is_once)) => {
                lines_by_name.insert(name.clone(), line);
                let number = u16::try_from(tests.len() + 1).unwrap_or(u16::MAX);
                let id = TestId::new(step.clone(), number);
                if is_once {
                    once.insert(id.clone());
                }
                tests.push(PlannedTest { id, name });
            }
            Err(message) => {
                has_problem = true;
                diagnostics.report(file, line, message);
            }
        }
    }
    if tests.is_empty() && !has_problem {
        has_problem = true;
        diagnostics.report_file(
            file,
            "there is no test here: write `@test(\"what it shows\")` above a function",
        );
    }
    (!has_problem).then_some(Checklist { tests, once })
}

/// The name in a line that begins with `@test` and whether it says `once=True`, or what is wrong with the
/// line.
fn parse_name(line: &str) -> Result<(String, bool), String> {
    let unreadable = || {
        "this test can't be read: write `@test(\"name\")` on one line, \
         with the name first and in plain quotes"
            .to_owned()
    };
    let call =
        line.strip_prefix("@test(")
            .ok_or_else(|| match line.starts_with(char::is_whitespace) {
                true => {
                    "a test starts at the beginning of its line: remove the indentation".to_owned()
                }
                false => unreadable(),
            })?;
    let quote = call
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))
        .ok_or_else(unreadable)?;
    let mut name = String::new();
    let mut rest = call.chars();
    rest.next();
    loop {
        match rest.next().ok_or_else(unreadable)? {
            '\\' if rest.as_str().starts_with(quote) => {
                name.push(quote);
                rest.next();
            }
            '\\' => {
                return Err(format!(
                    "the test's name contains a backslash: only \\{quote} can be escaped"
                ));
            }
            character if character == quote => break,
            character => name.push(character),
        }
    }
    let rest = without_comment(rest.as_str()).trim();
    let is_complete = rest == ")" || (rest.starts_with(',') && rest.ends_with(')'));
    if !is_complete {
        return Err(unreadable());
    }
    if name.trim().is_empty() {
        return Err("the test's name is empty: say what the test shows".to_owned());
    }
    if name.trim() != name || name.chars().any(char::is_control) {
        return Err(format!(
            "the test's name {name:?} begins or ends with a space, or contains a tab: remove it"
        ));
    }
    if name.chars().count() > MAX_NAME_CHARACTERS {
        return Err(format!(
            "the test's name has more than {MAX_NAME_CHARACTERS} characters: shorten it"
        ));
    }
    let arguments = rest.trim_start_matches(',').trim_end_matches(')');
    let mut onces = arguments
        .split(',')
        .map(str::trim)
        .filter(|argument| argument.starts_with("once"));
    let is_once = onces.clone().any(|argument| argument == "once=True");
    if onces.any(|argument| argument != "once=True") {
        return Err("`once` is left out or written as `once=True`".to_owned());
    }
    Ok((name, is_once))
}

/// Cuts off a comment after the closing parenthesis.
fn without_comment(rest: &str) -> &str {
    let closing = rest.match_indices(')').map(|(at, _)| at + 1);
    let mut calls = closing.filter_map(|end| rest.split_at_checked(end));
    calls
        .find(|(_, comment)| comment.trim_start().starts_with('#'))
        .map_or(rest, |(call, _)| call)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str) -> Result<Vec<String>, Vec<(u32, String)>> {
        let diagnostics = Diagnostics::default();
        let step = StepId::parse("ping").unwrap();
        let tests = parse(&diagnostics, Path::new("tests.py"), source, &step);
        match diagnostics.into_result(Some(()), Path::new("")) {
            Ok(()) => Ok(tests
                .unwrap()
                .tests
                .iter()
                .map(|test| format!("{} {}", test.id, test.name))
                .collect()),
            Err(problems) => {
                assert!(tests.is_none(), "problems were found, yet there are tests");
                Err(problems
                    .iter()
                    .map(|problem| (problem.line, problem.message.clone()))
                    .collect())
            }
        }
    }

    #[track_caller]
    fn check_problem(source: &str, line: u32, part: &str) {
        let problems = check(source).unwrap_err();
        let fits = |(at, message): &(u32, String)| *at == line && message.contains(part);
        assert!(problems.iter().any(fits), "{problems:?}");
    }

    #[test]
    fn tests_are_numbered_in_order() {
        let source = "import x\n\n@test(\"answers PING\")\ndef _(server):\n    pass\n\n\
                      @test('says \"hi\"', fresh=True)  # a (late) comment\ndef _(server):\n    pass\n\
                      @test(\"say \\\"a\\\" # b\")\n";
        assert_eq!(
            check(source).unwrap(),
            [
                "ping.1 answers PING",
                "ping.2 says \"hi\"",
                "ping.3 say \"a\" # b"
            ]
        );
    }

    #[test]
    fn a_test_that_is_judged_once_says_so() {
        let source =
            "@test(\"a\")\n@test(\"b\", once=True)\n@test(\"c\", fresh=True, once=True)  # (d)\n";
        let step = StepId::parse("ping").unwrap();
        let diagnostics = Diagnostics::default();
        let checklist = parse(&diagnostics, Path::new("tests.py"), source, &step).unwrap();
        let once: Vec<String> = checklist.once.iter().map(ToString::to_string).collect();
        assert_eq!(once, ["ping.2", "ping.3"]);
        check_problem("@test(\"a\", once=False)\n", 1, "once=True");
        let arguments = "@test(\"a\", arguments=[\"--at\", \"once\"], once=True, start=False)\n";
        assert_eq!(check(arguments).unwrap(), ["ping.1 a"]);
    }

    #[test]
    fn a_comment_is_not_a_test() {
        check_problem("# @test(\"x\")\n", 1, "there is no test here");
    }

    #[test]
    fn an_unreadable_test_is_reported_with_its_line() {
        for line in [
            "@test",
            "@test()",
            "@test(name)",
            "@test(f\"x\")",
            "@test(\"x\" + \"y\")",
            "@test(\"x\"",
            "@test(\"x",
            "@test(\"x\",",
            "@test (\"x\")",
            "@tests(\"x\")",
            "@test(\"\"\"x\"\"\")",
        ] {
            check_problem(&format!("\n{line}\n"), 2, "can't be read");
        }
    }

    #[test]
    fn a_name_is_plain_and_unique() {
        check_problem("@test(\"\")", 1, "is empty");
        check_problem("@test(\" x\")", 1, "begins or ends with a space");
        check_problem("@test(\"x\\n\")", 1, "contains a backslash");
        check_problem("    @test(\"x\")", 1, "remove the indentation");
        check_problem(&format!("@test(\"{}\")", "x".repeat(81)), 1, "more than 80");
        check_problem("@test(\"x\")\n\n@test(\"x\")\n", 3, "the one on line 1");
    }
}
