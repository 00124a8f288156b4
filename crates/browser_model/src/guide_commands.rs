//! The commands in a guide's example of a terminal.

/// How often an example repeats a command at most.
const REPEATED_MAX: usize = 20;

/// The commands for redis-cli in what an example types into a terminal; none where it types others.
///
/// A line is as in `redis-cli -r 5 PING`, without the prompt before it.
pub fn guide_commands(typed: &str) -> Vec<String> {
    let mut commands = Vec::new();
    for line in typed.lines() {
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
        let times = times.min(REPEATED_MAX);
        commands.extend(std::iter::repeat_n(command.to_owned(), times));
    }
    commands
}

/// The commands in lines that are pasted, without the prompts that a terminal puts before them: of its
/// shell, of redis-cli, and of its comments nothing.
pub fn pasted_commands(pasted: &str) -> Vec<String> {
    let lines = pasted.lines().map(str::trim);
    let commands = lines.map(|line| {
        let line = line.strip_prefix("$ ").unwrap_or(line);
        let line = line.strip_prefix("redis-cli ").unwrap_or(line);
        match line.split_once("> ") {
            // As in `127.0.0.1:6379> `.
            Some((prompt, command)) if prompt.contains(':') && !prompt.contains(' ') => command,
            _ => line,
        }
    });
    let is_command = |line: &&str| !line.is_empty() && !line.starts_with('#');
    commands.filter(is_command).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_found() {
        let typed = "redis-cli SET colour \"dark blue\"\nredis-cli -r 2 PING\n";
        let expected = ["SET colour \"dark blue\"", "PING", "PING"];
        assert_eq!(guide_commands(typed), expected);
    }

    #[test]
    fn what_is_pasted_is_free_of_prompts() {
        let pasted = "# first\n$ redis-cli SET a 1\r\n127.0.0.1:6379> GET a\n\nSET b \"x> y\"\n";
        assert_eq!(
            pasted_commands(pasted),
            ["SET a 1", "GET a", "SET b \"x> y\""]
        );
    }

    #[test]
    fn what_is_not_for_redis_cli_is_left_out() {
        for other in [
            "nc localhost 6379\n",
            "sudo redis-cli PING\n",
            "redis-cli --stat\n",
            "redis-cli -r 5\n",
            "redis-cli -r many PING\n",
            "redis-cli GET a | wc\n",
        ] {
            assert!(guide_commands(other).is_empty(), "{other}");
        }
    }
}
