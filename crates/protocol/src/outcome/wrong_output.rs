//! The sentence about a real client that printed something else.

use super::Comparison;
use super::phrase::{shortened, without_backticks};

/// What an exception says is of more use than the beginning of it.
const EXCEPTION_CHARACTERS_MAX: usize = 160;

/// The fields of [`Outcome::WrongOutput`](super::Outcome::WrongOutput).
#[derive(Debug, Clone, Copy)]
pub(super) struct WrongOutput<'a> {
    pub(super) tool: &'a str,
    pub(super) command: &'a str,
    pub(super) output: &'a Comparison,
    pub(super) code: Option<i32>,
}

impl WrongOutput<'_> {
    pub(super) fn sentence(&self) -> String {
        let (subject, expected) = (self.subject(), shortened(self.output.expected.as_bytes()));
        let received = self.output.received.as_bytes();
        if let Some(exception) = self.exception() {
            return format!(
                "{subject} ended with `{exception}`. It should have printed `{expected}`."
            );
        }
        let is_right = self.output.cut_bytes == 0 && received == self.output.expected.as_bytes();
        let printed = match received {
            [] => "printed nothing".to_owned(),
            received => format!("printed `{}`", shortened(received)),
        };
        match self.code {
            None if is_right => format!(
                "{subject} printed what it should, and then waited for something that never came."
            ),
            None => format!(
                "{subject} should print `{expected}`, but it {printed}, and then waited for something \
                 that never came."
            ),
            Some(code) if is_right => {
                format!("{subject} printed what it should, but ended with exit code {code}.")
            }
            Some(code) if code < 0 => format!(
                "What your program sent made {} crash (signal {}). It should have printed \
                 `{expected}`.",
                subject.replacen("The script", "the script", 1),
                -code
            ),
            Some(_) => format!("{subject} should print `{expected}`, but it {printed}."),
        }
    }

    /// The command as it is typed, or the script with the package that it uses.
    fn subject(&self) -> String {
        let first_line = self.command.lines().next().unwrap_or_default();
        if self.is_script() {
            format!("The script with {}", self.tool)
        } else {
            format!("`{}`", without_backticks(first_line))
        }
    }

    fn is_script(&self) -> bool {
        !self.command.starts_with(self.tool)
    }

    /// The exception that ended a script: its last line.
    fn exception(&self) -> Option<String> {
        if !self.is_script() || self.code != Some(1) || self.output.cut_bytes > 0 {
            return None;
        }
        let printed = String::from_utf8_lossy(self.output.received.as_bytes());
        let line = without_backticks(printed.lines().next_back()?.trim_end_matches('.'));
        Some(match line.char_indices().nth(EXCEPTION_CHARACTERS_MAX) {
            Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
            None => line,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Comparison, Outcome};

    fn said(
        tool: &str,
        command: &str,
        expected: &str,
        received: &str,
        code: Option<i32>,
    ) -> String {
        let outcome = Outcome::WrongOutput {
            tool: tool.to_owned(),
            command: command.to_owned(),
            output: Comparison {
                expected: expected.as_bytes().into(),
                expected_is_prefix: false,
                expected_is_example: false,
                received: received.as_bytes().into(),
                cut_bytes: 0,
                offset: 0,
                request: None,
            },
            code,
        };
        outcome.message()
    }

    #[test]
    fn a_command_is_said_as_it_is_typed() {
        let cli = |received, code| said("redis-cli", "redis-cli GET k", "a b\n", received, code);
        assert_eq!(
            cli("a\n", Some(0)),
            r"`redis-cli GET k` should print `a b\n`, but it printed `a\n`."
        );
        assert_eq!(
            cli("", Some(1)),
            r"`redis-cli GET k` should print `a b\n`, but it printed nothing."
        );
        assert_eq!(
            cli("a b\n", Some(1)),
            "`redis-cli GET k` printed what it should, but ended with exit code 1."
        );
        assert_eq!(
            cli("a", None),
            r"`redis-cli GET k` should print `a b\n`, but it printed `a`, and then waited for something that never came."
        );
        assert_eq!(
            cli("", Some(-11)),
            r"What your program sent made `redis-cli GET k` crash (signal 11). It should have printed `a b\n`."
        );
        assert_eq!(
            cli("a b\n", None),
            "`redis-cli GET k` printed what it should, and then waited for something that never came."
        );
    }

    #[test]
    fn of_an_input_the_command_alone_is_said() {
        let sentence = said("redis-cli", "redis-cli\nSET k 1\n", "OK\n", "x\n", Some(0));
        assert!(
            sentence.starts_with("`redis-cli` should print"),
            "{sentence}"
        );
    }

    #[test]
    fn a_script_ends_with_its_exception() {
        let script = "import redis\nprint(redis.Redis(port=PORT).ping())";
        let received = "redis.exceptions.ResponseError: unknown command 'HELLO'\n";
        assert_eq!(
            said("redis-py 8.1.0", script, "True\n", received, Some(1)),
            r"The script with redis-py 8.1.0 ended with `redis.exceptions.ResponseError: unknown command 'HELLO'`. It should have printed `True\n`."
        );
        let long = "redis.exceptions.ConnectionError: Error while reading from localhost : (104, 'Connection reset by peer').\n";
        assert_eq!(
            said("redis-py 5.2.1", script, "True\n", long, Some(1)),
            r"The script with redis-py 5.2.1 ended with `redis.exceptions.ConnectionError: Error while reading from localhost : (104, 'Connection reset by peer')`. It should have printed `True\n`."
        );
        assert_eq!(
            said("redis-py 8.1.0", script, "True\n", "False\n", Some(0)),
            r"The script with redis-py 8.1.0 should print `True\n`, but it printed `False\n`."
        );
    }
}
