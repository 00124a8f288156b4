//! The messages of failed tests, read from each runner's output. They are repeated at the end,
//! because a truncated log keeps its end.

use serde_json::Value;

/// How many lines of one failure are printed.
const MAX_LINES: usize = 12;

/// The panics of a test binary, which libtest prints to stdout, or to stderr under `--nocapture`.
pub(crate) fn from_cargo_test(output: &str) -> Vec<String> {
    let lines: Vec<&str> = output.lines().collect();
    let is_panic = |line: &str| line.starts_with("thread '") && line.contains("panicked at");
    let starts = (0..lines.len()).filter(|&index| is_panic(lines[index]));
    starts
        .map(|start| {
            let rest = lines[start + 1..].iter();
            let is_end =
                |line: &str| line.is_empty() || line == "stack backtrace:" || is_panic(line);
            let message = rest.take_while(|line| !is_end(line));
            let excerpt: Vec<&str> = [lines[start]]
                .into_iter()
                .chain(message.copied().filter(|line| !line.starts_with("note: ")))
                .take(MAX_LINES)
                .collect();
            excerpt.join("\n")
        })
        .collect()
}

/// The findings of `codealong check` that begin with `✗`, each with its indented lines.
pub(crate) fn from_check(output: &str) -> Vec<String> {
    let lines: Vec<&str> = output.lines().collect();
    let is_failure = |line: &str| line.trim_start().starts_with('✗');
    let starts = (0..lines.len()).filter(|&index| is_failure(lines[index]));
    starts
        .map(|start| {
            let rest = lines[start + 1..].iter();
            let indented = rest.take_while(|line| line.starts_with("        "));
            let excerpt = [&lines[start]].into_iter().chain(indented).take(MAX_LINES);
            let trimmed: Vec<&str> = excerpt.map(|line| line.trim()).collect();
            trimmed.join("\n")
        })
        .collect()
}

/// `FAIL: test_name (…)` or `ERROR: …`, then a traceback, up to the next line of `=`.
pub(crate) fn from_unittest(output: &str) -> Vec<String> {
    let ruler = "=".repeat(70);
    let sections = output.split(ruler.as_str()).skip(1);
    sections
        .map(|section| {
            let section = section.split("\nRan ").next().unwrap_or_default();
            let lines: Vec<&str> = section.lines().filter(|line| !line.is_empty()).collect();
            let (name, traceback) = lines.split_first().unwrap_or((&"", &[]));
            let is_text = |line: &&&str| !line.starts_with("-----");
            let traceback: Vec<&str> = traceback.iter().filter(is_text).copied().collect();
            let end = &traceback[traceback.len().saturating_sub(MAX_LINES - 1)..];
            format!("{name}\n{}", end.join("\n"))
        })
        .collect()
}

/// The specs of Playwright's JSON report that are not `ok`, with their last error.
pub(crate) fn from_playwright(json: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(json).unwrap_or_default();
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
    text.lines().take(MAX_LINES).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_keeps_its_message_and_drops_the_backtrace_note() {
        let output = "running 2 tests\ntest a ... FAILED\n\nfailures:\n\n---- a stdout ----\n\n\
                      thread 'a' (7) panicked at src/lib.rs:3:5:\none\ntwo\n\
                      note: run with `RUST_BACKTRACE=1`\n\n\nfailures:\n    a\n";
        assert_eq!(
            from_cargo_test(output),
            ["thread 'a' (7) panicked at src/lib.rs:3:5:\none\ntwo"]
        );
        assert!(from_cargo_test("test result: ok. 3 passed; 0 failed").is_empty());
    }

    #[test]
    fn a_finding_keeps_its_reason() {
        let output =
            "Redis (redis)\n    ✓ good\n    ✗ bad\n        why\n        more\n    ✓ good\n";
        assert_eq!(from_check(output), ["✗ bad\nwhy\nmore"]);
    }

    #[test]
    fn a_unittest_keeps_the_end_of_its_traceback() {
        let ruler = "=".repeat(70);
        let thin = "-".repeat(70);
        let output = format!(
            "..F\n{ruler}\nFAIL: test_a (tests.test_x.Case)\n{thin}\nTraceback:\nAssertionError: 1 != 2\n\n\
             {thin}\nRan 3 tests in 0.1s\n\nFAILED (failures=1)\n"
        );
        assert_eq!(
            from_unittest(&output),
            ["FAIL: test_a (tests.test_x.Case)\nTraceback:\nAssertionError: 1 != 2"]
        );
    }

    #[test]
    fn a_spec_keeps_its_location_and_its_error() {
        let report = r#"{"errors":[],"suites":[{"suites":[{"specs":[
            {"title":"good","file":"a.ts","line":3,"tests":[{"projectName":"browser","results":[{"errors":[]}]}]},
            {"title":"bad","file":"a.ts","line":9,"tests":[{"projectName":"browser","results":[
                {"errors":[{"message":"Error: no\nmore"}]}]}]}]}]}]}"#;
        assert_eq!(
            from_playwright(report),
            ["[browser] a.ts:9: bad\nError: no\nmore"]
        );
        assert!(from_playwright("no report").is_empty());
    }
}
