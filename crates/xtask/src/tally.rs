//! How many tests passed and failed, and which, read from each runner's own words.

use std::ops::AddAssign;

use serde_json::Value;

use crate::failures;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    /// What failed and why, a few lines each, as far as the runner tells.
    pub(crate) failures: Vec<String>,
}

impl Tally {
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

    /// The same, told of what failed.
    pub(crate) fn explained(mut self, failures: Vec<String>) -> Self {
        if self.failed > 0 {
            self.failures.extend(failures);
        }
        self
    }

    /// A runner that failed without a failed test, or ran none at all, must not look green.
    pub(crate) fn judged(mut self, runner_succeeded: bool) -> Self {
        if self.failed == 0 && (!runner_succeeded || self.passed == 0) {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.failures.extend(other.failures);
    }
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; …`, once for each test binary.
pub(crate) fn of_cargo_test(output: &str) -> Tally {
    let mut tally = Tally::default();
    for line in output.lines() {
        if let Some(rest) = line.trim().strip_prefix("test result: ") {
            tally += Tally {
                passed: number_before(rest, " passed"),
                failed: number_before(rest, " failed"),
                skipped: number_before(rest, " ignored"),
                failures: Vec::new(),
            };
        }
    }
    tally
}

/// `Ran 5 tests in 0.1s`, then `OK (skipped=1)` or `FAILED (failures=1, errors=2)`.
pub(crate) fn of_unittest(output: &str) -> Tally {
    let ran: u64 = output
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Ran "))
        .map(leading_number)
        .sum();
    let verdict = output
        .lines()
        .rev()
        .find(|line| line.starts_with("OK") || line.starts_with("FAILED"))
        .unwrap_or_default();
    let failed = number_after(verdict, "failures=")
        + number_after(verdict, "errors=")
        + number_after(verdict, "unexpected successes=");
    let skipped = number_after(verdict, "skipped=");
    Tally {
        passed: ran.saturating_sub(failed + skipped),
        failed,
        skipped,
        failures: Vec::new(),
    }
    .explained(failures::of_unittest(output))
}

/// The `stats` of Playwright's JSON report; a test that passed only when tried again counts as failed.
pub(crate) fn of_playwright(report: &str) -> Option<Tally> {
    let stats: Value = serde_json::from_str(report).ok()?;
    let number = |name: &str| stats["stats"][name].as_u64();
    let errors = stats["errors"].as_array().map_or(0, Vec::len);
    let tally = Tally {
        passed: number("expected")?,
        failed: number("unexpected")? + number("flaky")? + errors as u64,
        skipped: number("skipped")?,
        failures: Vec::new(),
    };
    Some(tally.explained(failures::of_playwright(report)))
}

/// Our own last line: `N passed, N failed`.
pub(crate) fn of_plain_line(output: &str) -> Option<Tally> {
    output.lines().rev().find_map(|line| {
        let (passed, failed) = line.trim().split_once(" passed, ")?;
        let failed = failed.split_once(" failed")?.0;
        Some(Tally {
            passed: passed.parse().ok()?,
            failed: failed.parse().ok()?,
            skipped: 0,
            failures: Vec::new(),
        })
    })
}

fn number_before(text: &str, word: &str) -> u64 {
    let Some(end) = text.find(word) else { return 0 };
    let digits = text[..end]
        .bytes()
        .rev()
        .take_while(u8::is_ascii_digit)
        .count();
    text[end - digits..end].parse().unwrap_or(0)
}

fn number_after(text: &str, word: &str) -> u64 {
    text.find(word)
        .map_or(0, |start| leading_number(&text[start + word.len()..]))
}

fn leading_number(text: &str) -> u64 {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text[..digits].parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64, skipped: u64) -> Tally {
        Tally {
            passed,
            failed,
            skipped,
            failures: Vec::new(),
        }
    }

    #[test]
    fn cargo_tests_binaries_are_added_up() {
        let output = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                      test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured\n";
        assert_eq!(of_cargo_test(output), tally(15, 2, 1));
        assert_eq!(of_cargo_test("error: could not compile"), tally(0, 0, 0));
    }

    #[test]
    fn unittests_count_failures_and_errors() {
        assert_eq!(of_unittest("Ran 5 tests in 0.1s\n\nOK\n"), tally(5, 0, 0));
        assert_eq!(
            of_unittest("Ran 5 tests in 0.1s\n\nOK (skipped=1)\n"),
            tally(4, 0, 1)
        );
        assert_eq!(
            of_unittest("Ran 9 tests in 0.1s\n\nFAILED (failures=1, errors=2)\n"),
            tally(6, 3, 0)
        );
    }

    #[test]
    fn playwright_counts_a_flaky_test_as_failed() {
        let report = r#"{"errors":[],"stats":{"expected":7,"skipped":1,"unexpected":1,"flaky":1}}"#;
        assert_eq!(of_playwright(report), Some(tally(7, 2, 1)));
        assert_eq!(of_playwright("Error: no tests found"), None);
        assert_eq!(of_playwright("{}"), None);
    }

    #[test]
    fn the_last_plain_line_counts() {
        assert_eq!(
            of_plain_line("1 passed, 0 failed\nmore\n31 passed, 2 failed\n"),
            Some(tally(31, 2, 0))
        );
        assert_eq!(of_plain_line("all is well"), None);
    }

    #[test]
    fn nothing_run_is_a_failure_and_so_is_a_runner_that_failed() {
        assert_eq!(tally(0, 0, 0).judged(true), tally(0, 1, 0));
        assert_eq!(tally(5, 0, 0).judged(false), tally(5, 1, 0));
        assert_eq!(tally(5, 2, 0).judged(false), tally(5, 2, 0));
        assert_eq!(tally(5, 0, 0).judged(true), tally(5, 0, 0));
    }
}
