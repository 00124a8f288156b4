//! What failed, in each runner's own words: a log that is cut off keeps its end.

use serde_json::Value;

/// How many lines of one failure are told.
const LINES: usize = 12;

/// The panics of a test binary, which libtest prints to stdout, or to stderr under `--nocapture`.
pub(crate) fn of_cargo_test(output: &str) -> Vec<String> {
    let lines: Vec<&str> = output.lines().collect();
    let is_panic = |line: &str| line.starts_with("thread '") && line.contains("panicked at");
    let starts = (0..lines.len()).filter(|&index| is_panic(lines[index]));
    starts
        .map(|start| {
            let rest = lines[start + 1..].iter();
            let is_end =
                |line: &str| line.is_empty() || line == "stack backtrace:" || is_panic(line);
            let message = rest.take_while(|line| !is_end(line));
            let words: Vec<&str> = [lines[start]]
                .into_iter()
                .chain(message.copied().filter(|line| !line.starts_with("note: ")))
                .take(LINES)
                .collect();
            words.join("\n")
        })
        .collect()
}

/// The findings of `codealong check` that begin with `✗`, each with its deeper lines.
pub(crate) fn of_check(output: &str) -> Vec<String> {
    let lines: Vec<&str> = output.lines().collect();
    let is_bad = |line: &str| line.trim_start().starts_with('✗');
    let starts = (0..lines.len()).filter(|&index| is_bad(lines[index]));
    starts
        .map(|start| {
            let deeper = lines[start + 1..].iter();
            let why = deeper.take_while(|line| line.starts_with("        "));
            let words = [&lines[start]].into_iter().chain(why).take(LINES);
            words.map(|line| line.trim()).collect::<Vec<_>>().join("\n")
        })
        .collect()
}

/// `FAIL: test_name (…)` or `ERROR: …`, a traceback, and the next ruler.
pub(crate) fn of_unittest(output: &str) -> Vec<String> {
    let ruler = "=".repeat(70);
    let sections = output.split(ruler.as_str()).skip(1);
    sections
        .map(|section| {
            let section = section.split("\nRan ").next().unwrap_or_default();
            let lines: Vec<&str> = section.lines().filter(|line| !line.is_empty()).collect();
            let (name, traceback) = lines.split_first().unwrap_or((&"", &[]));
            let ruled_off = |line: &&&str| !line.starts_with("-----");
            let traceback: Vec<&str> = traceback.iter().filter(ruled_off).copied().collect();
            let end = &traceback[traceback.len().saturating_sub(LINES - 1)..];
            format!("{name}\n{}", end.join("\n"))
        })
        .collect()
}

/// The specs of Playwright's JSON report that are not `ok`, with their last error.
pub(crate) fn of_playwright(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let mut failures = Vec::new();
    for error in elements(&report["errors"]) {
        failures.push(first_lines(error["message"].as_str().unwrap_or_default()));
    }
    let mut suites: Vec<&Value> = elements(&report["suites"]).iter().collect();
    while let Some(suite) = suites.pop() {
        suites.extend(elements(&suite["suites"]));
        for spec in elements(&suite["specs"]) {
            for test in elements(&spec["tests"]) {
                let results = elements(&test["results"]);
                let errors = results
                    .iter()
                    .flat_map(|result| elements(&result["errors"]));
                let Some(error) = errors.last() else { continue };
                let project = test["projectName"].as_str().unwrap_or_default();
                let title = spec["title"].as_str().unwrap_or_default();
                let file = spec["file"].as_str().unwrap_or_default();
                let message = error["message"].as_str().unwrap_or_default();
                let head = format!("[{project}] {file}:{}: {title}", spec["line"]);
                failures.push(format!("{head}\n{}", first_lines(message)));
            }
        }
    }
    failures
}

fn elements(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn first_lines(text: &str) -> String {
    text.lines().take(LINES).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_with_its_message_and_without_the_backtraces_note() {
        let output = "running 2 tests\ntest a ... FAILED\n\nfailures:\n\n---- a stdout ----\n\n\
                      thread 'a' (7) panicked at src/lib.rs:3:5:\none\ntwo\n\
                      note: run with `RUST_BACKTRACE=1`\n\n\nfailures:\n    a\n";
        assert_eq!(
            of_cargo_test(output),
            ["thread 'a' (7) panicked at src/lib.rs:3:5:\none\ntwo"]
        );
        assert!(of_cargo_test("test result: ok. 3 passed; 0 failed").is_empty());
    }

    #[test]
    fn a_finding_is_told_with_its_reason() {
        let output =
            "Redis (redis)\n    ✓ good\n    ✗ bad\n        why\n        more\n    ✓ good\n";
        assert_eq!(of_check(output), ["✗ bad\nwhy\nmore"]);
    }

    #[test]
    fn a_unittest_is_told_with_the_end_of_its_traceback() {
        let ruler = "=".repeat(70);
        let thin = "-".repeat(70);
        let output = format!(
            "..F\n{ruler}\nFAIL: test_a (tests.test_x.Case)\n{thin}\nTraceback:\nAssertionError: 1 != 2\n\n\
             {thin}\nRan 3 tests in 0.1s\n\nFAILED (failures=1)\n"
        );
        assert_eq!(
            of_unittest(&output),
            ["FAIL: test_a (tests.test_x.Case)\nTraceback:\nAssertionError: 1 != 2"]
        );
    }

    #[test]
    fn a_spec_is_told_with_its_place_and_its_error() {
        let report = r#"{"errors":[],"suites":[{"suites":[{"specs":[
            {"title":"good","file":"a.ts","line":3,"tests":[{"projectName":"browser","results":[{"errors":[]}]}]},
            {"title":"bad","file":"a.ts","line":9,"tests":[{"projectName":"browser","results":[
                {"errors":[{"message":"Error: no\nmore"}]}]}]}]}]}]}"#;
        assert_eq!(
            of_playwright(report),
            ["[browser] a.ts:9: bad\nError: no\nmore"]
        );
        assert!(of_playwright("no report").is_empty());
    }
}
