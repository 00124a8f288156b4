//! The commands in a guide's example of a terminal.

/// The commands that an example gives to redis-cli, as they are typed there; none where it has others.
///
/// An example is a block of lines, of which those after `$` are typed: `$ redis-cli -r 5 PING`.
pub fn guide_commands(example: &str) -> Vec<String> {
    let typed = example.lines().filter_map(|line| line.strip_prefix("$ "));
    let mut commands = Vec::new();
    for line in typed {
        let Some(rest) = line.strip_prefix("redis-cli ") else {
            continue;
        };
        let (times, command) = match rest.strip_prefix("-r ") {
            Some(repeated) => {
                let (times, command) = repeated.split_once(' ').unwrap_or((repeated, ""));
                (times.parse().unwrap_or(0), command)
            }
            None => (1, rest),
        };
        // Other options are not ours, nor is what a shell would do.
        if command.is_empty() || command.starts_with('-') || command.contains(['|', '>', '$', '`'])
        {
            continue;
        }
        commands.extend(std::iter::repeat_n(
            command.to_owned(),
            times.min(REPEATED_MAX),
        ));
    }
    commands
}

/// How often an example repeats a command at most.
const REPEATED_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_found() {
        let example =
            "$ redis-cli SET colour \"dark blue\"\nOK\n$ redis-cli -r 2 PING\nPONG\nPONG\n";
        let expected = ["SET colour \"dark blue\"", "PING", "PING"];
        assert_eq!(guide_commands(example), expected);
    }

    #[test]
    fn what_is_not_for_redis_cli_is_left_out() {
        for other in [
            "$ nc localhost 6379\n",
            "redis-cli PING\n",
            "$ redis-cli --stat\n",
            "$ redis-cli -r 5\n",
            "$ redis-cli -r many PING\n",
            "$ redis-cli GET a | wc\n",
        ] {
            assert!(guide_commands(other).is_empty(), "{other}");
        }
    }
}
