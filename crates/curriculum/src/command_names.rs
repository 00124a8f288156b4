//! The commands that a course's tests send.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// What the calls that send a command begin with; the names of commands are in capitals there.
static SENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\b(?:send|command|ask)\((?:\w+, )?"([A-Z]{2,20})""#)
        .expect("it is a regular expression")
});

/// The names of the commands that a step's tests send, for a learner who types one.
pub(crate) fn command_names(tests_source: &str) -> BTreeSet<String> {
    let found = SENT.captures_iter(tests_source);
    found.map(|found| found[1].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_that_are_sent() {
        let tests = r#"
            client.send("PING")
            client.send("eChO", "x")
            ask(client, "SET", key, "EX", reply=simple("OK"))
            client.send_bytes(command("GET", key))
        "#;
        let expected = ["GET", "PING", "SET"].map(str::to_owned);
        assert_eq!(command_names(tests), BTreeSet::from(expected));
    }
}
