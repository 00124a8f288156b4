//! Programs × tests, as a table for the test's output.

use lesson::Report;

/// One line of the table: a program and the kind of each test's outcome.
pub(crate) fn row(program: &str, report: &Report) -> String {
    let cells: Vec<String> = report
        .steps
        .iter()
        .flat_map(|step| &step.tests)
        .map(|test| {
            let id = &test.id;
            match test.outcome.kind() {
                "passed" => format!("{id} ✓"),
                "not-run" => format!("{id} –"),
                kind => format!("{id} ✗ {kind}"),
            }
        })
        .collect();
    format!("{program:<44} {}", cells.join(" · "))
}
