//! What the bench shows: its table, and meanwhile what it is measuring.

#[expect(clippy::print_stdout, reason = "this is what the command is for")]
pub(crate) fn print(table: &str) {
    print!("{table}");
}

/// Shows what is being measured.
#[expect(clippy::print_stderr, reason = "the table alone goes to stdout")]
pub(crate) fn say(text: &str) {
    eprintln!("bench: {text}");
}
