//! How many tests passed and failed, read from each runner's output.

use std::ops::AddAssign;

use serde_json::Value;

use super::failures;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TestCount {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    /// What failed and why, a few lines each, as far as the runner says.
    pub(crate) failures: Vec<String>,
}

impl TestCount {
    pub(crate) fn one_passed() -> Self {
        Self {
            passed: 1,
            ..Self::default()
        }
    }

    pub(crate) fn one_failed() -> Self {
        Self {
            failed: 1,
            ..Self::default()
        }
    }

    pub(crate) fn with_failures(mut self, failures: Vec<String>) -> Self {
        if self.failed > 0 {
            self.failures.extend(failures);
        }
        self
    }

    /// A runner that fails without a failed test, or runs none at all, must not pass.
    pub(crate) fn with_runner_status(mut self, runner_succeeded: bool) -> Self {
        if self.failed == 0 && (!runner_succeeded || self.passed == 0) {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for TestCount {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.failures.extend(other.failures);
    }
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; …`, once per test binary.
pub(crate) fn from_cargo_test(output: &str) -> TestCount {
    let mut count = TestCount::default();
    for line in output.lines() {
        if let Some(rest) = line.trim().strip_prefix("test result: ") {
            count += TestCount {
                passed: number_before(rest, " passed"),
                failed: number_before(rest, " failed"),
                skipped: number_before(rest, " ignored"),
                failures: Vec::new(),
            };
        }
    }
    count
}

/// `Ran 5 tests in 0.1s`, then `OK (skipped=1)` or `FAILED (failures=1, errors=2)`.
pub(crate) fn from_unittest(output: &str) -> TestCount {
    let ran: u64 = output
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Ran "))
        .map(leading_number)
        .sum();
    let summary = output
        .lines()
        .rev()
        .find(|line| line.starts_with("OK") || line.starts_with("FAILED"))
        .unwrap_or_default();
    let failed = number_after(summary, "failures=")
        + number_after(summary, "errors=")
        + number_after(summary, "unexpected successes=");
    let skipped = number_after(summary, "skipped=");
    TestCount {
        passed: ran.saturating_sub(failed + skipped),
        failed,
        skipped,
        failures: Vec::new(),
    }
    .with_failures(failures::from_unittest(output))
}

/// The `stats` of Playwright's JSON report; a flaky test counts as failed.
pub(crate) fn from_playwright(json: &str) -> Option<TestCount> {
    let report: Value = serde_json::from_str(json).ok()?;
    let number = |name: &str| report["stats"][name].as_u64();
    let errors = report["errors"].as_array().map_or(0, Vec::len);
    let count = TestCount {
        passed: number("expected")?,
        failed: number("unexpected")? + number("flaky")? + errors as u64,
        skipped: number("skipped")?,
        failures: Vec::new(),
    };
    Some(count.with_failures(failures::from_playwright(json)))
}

/// The last line of `codealong check`: `N passed, N failed`.
pub(crate) fn from_check(output: &str) -> Option<TestCount> {
    output.lines().rev().find_map(|line| {
        let (passed, failed) = line.trim().split_once(" passed, ")?;
        let failed = failed.split_once(" failed")?.0;
        Some(TestCount {
            passed: passed.parse().ok()?,
            failed: failed.parse().ok()?,
            skipped: 0,
            failures: Vec::new(),
        })
    })
}

fn number_before(text: &str, label: &str) -> u64 {
    let Some(end) = text.find(label) else {
        return 0;
    };
    let digits = text[..end]
        .bytes()
        .rev()
        .take_while(u8::is_ascii_digit)
        .count();
    text[end - digits..end].parse().unwrap_or(0)
}

fn number_after(text: &str, label: &str) -> u64 {
    text.find(label)
        .map_or(0, |start| leading_number(&text[start + label.len()..]))
}

fn leading_number(text: &str) -> u64 {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text[..digits].parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: u64, failed: u64, skipped: u64) -> TestCount {
        TestCount {
            passed,
            failed,
            skipped,
            failures: Vec::new(),
        }
    }

    #[test]
    fn the_counts_of_all_test_binaries_are_added_up() {
        let output = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                      test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured\n";
        assert_eq!(from_cargo_test(output), count(15, 2, 1));
        assert_eq!(from_cargo_test("error: could not compile"), count(0, 0, 0));
    }

    #[test]
    fn unittest_failures_and_errors_both_count_as_failed() {
        assert_eq!(from_unittest("Ran 5 tests in 0.1s\n\nOK\n"), count(5, 0, 0));
        assert_eq!(
            from_unittest("Ran 5 tests in 0.1s\n\nOK (skipped=1)\n"),
            count(4, 0, 1)
        );
        assert_eq!(
            from_unittest("Ran 9 tests in 0.1s\n\nFAILED (failures=1, errors=2)\n"),
            count(6, 3, 0)
        );
    }

    #[test]
    fn a_flaky_playwright_test_counts_as_failed() {
        let report = r#"{"errors":[],"stats":{"expected":7,"skipped":1,"unexpected":1,"flaky":1}}"#;
        assert_eq!(from_playwright(report), Some(count(7, 2, 1)));
        assert_eq!(from_playwright("Error: no tests found"), None);
        assert_eq!(from_playwright("{}"), None);
    }

    #[test]
    fn the_last_plain_line_counts() {
        assert_eq!(
            from_check("1 passed, 0 failed\nmore\n31 passed, 2 failed\n"),
            Some(count(31, 2, 0))
        );
        assert_eq!(from_check("all is well"), None);
    }

    #[test]
    fn running_no_test_is_a_failure_and_so_is_a_failed_runner() {
        assert_eq!(count(0, 0, 0).with_runner_status(true), count(0, 1, 0));
        assert_eq!(count(5, 0, 0).with_runner_status(false), count(5, 1, 0));
        assert_eq!(count(5, 2, 0).with_runner_status(false), count(5, 2, 0));
        assert_eq!(count(5, 0, 0).with_runner_status(true), count(5, 0, 0));
    }
}
