//! Programs × tests, as a table in the test's output.

use protocol::Report;

/// One line of the table: a program, a symbol for each test, step by step, and what failed.
pub(crate) fn row(program: &str, report: &Report) -> String {
    let signs: Vec<String> = report
        .steps
        .iter()
        .map(|step| {
            step.tests
                .iter()
                .map(|test| mark(test.outcome.kind()))
                .collect()
        })
        .collect();
    let failed: Vec<String> = report
        .steps
        .iter()
        .flat_map(|step| &step.tests)
        .filter(|test| mark(test.outcome.kind()) == '✗')
        .map(|test| format!("{} {}", test.id, test.outcome.kind()))
        .collect();
    format!(
        "{program:<40} {:<28} {}",
        signs.join(" "),
        failed.join(", ")
    )
}

fn mark(kind: &str) -> char {
    match kind {
        "passed" => '✓',
        "not-run" => '–',
        _ => '✗',
    }
}
