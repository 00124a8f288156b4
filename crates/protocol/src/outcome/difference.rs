//! A script that a program answers otherwise than a real redis-server does.

use serde::{Deserialize, Serialize};

use super::Comparison;
use super::phrase::the_request;
use super::reply_phrase::right_until;
use crate::{ByteString, Command, Expected, Received, RespValue};

/// A command of a script, and who sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptedCommand {
    /// The client, from 1, in the order in which they come.
    pub client: u16,
    /// What it sends.
    pub command: Command,
}

/// A script, and the first reply to it that is another one than Redis's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The commands up to the one after which the replies differ, on a program that has just started.
    pub script: Vec<ScriptedCommand>,
    /// The client that got the reply.
    pub client: u16,
    /// The reply beside Redis's.
    pub reply: Comparison,
    /// What Redis answers; none where it lets the client wait.
    pub expected: Option<Expected>,
    /// What the program answers.
    pub received: Received,
}

/// What is alike for so long is easily taken for the same.
const LONG_BYTES_MIN: u32 = 20;

impl Difference {
    /// Which request is answered otherwise, and how.
    pub(super) fn sentence(&self) -> String {
        let request = the_request(self.reply.request.as_ref());
        let whose = if self.is_of_many_clients() {
            format!("client {}'s {request}", self.client)
        } else {
            request
        };
        let place = match self.script.as_slice() {
            [] | [_] => String::new(),
            [first, _] if !self.is_of_many_clients() => {
                format!("After `{}`, ", first.command)
            }
            script => format!("In this script of {} commands, ", script.len()),
        };
        let redis = if place.is_empty() {
            "Real Redis"
        } else {
            "real Redis"
        };
        match &self.expected {
            Some(expected) => format!(
                "{place}{redis} answers {whose} with {expected}, and your server with {}.{}",
                self.received,
                self.alike()
            ),
            None => format!(
                "{place}{redis} lets {whose} wait, and your server answers it with {}.",
                self.received
            ),
        }
    }

    /// How much of long replies is alike: where they are cut, it may be all that is shown of them.
    fn alike(&self) -> String {
        match self.reply.offset {
            LONG_BYTES_MIN.. => format!(" {}", right_until(self.reply.offset, "the reply")),
            _ => String::new(),
        }
    }

    /// The script as redis-cli shows it, and below it what your server and what Redis answer.
    pub fn session(&self) -> String {
        let mut lines = self.prompts();
        let (yours, real) = if self.is_of_many_clients() {
            let client = self.client;
            (
                format!("your server, to client {client}: "),
                format!("real Redis, to client {client}:  "),
            )
        } else {
            ("your server: ".to_owned(), "real Redis:  ".to_owned())
        };
        let received = match &self.received {
            Received::Reply(value) => printed(value, &self.reply.received),
            Received::Bytes(_) => self.reply.received.to_string(),
        };
        let expected = match &self.expected {
            Some(Expected::Reply(value)) => printed(value, &self.reply.expected),
            Some(other) => other.to_string(),
            None => "(no answer yet)".to_owned(),
        };
        lines.push(labelled(&yours, &received));
        lines.push(labelled(&real, &expected));
        lines.join("\n")
    }

    /// The script alone, a command a line, to be pasted into a client; where there are several, each
    /// line says whose it is.
    pub fn commands(&self) -> String {
        if self.is_of_many_clients() {
            return self.prompts().join("\n");
        }
        let lines = self.script.iter().map(|one| one.command.to_string());
        lines.collect::<Vec<_>>().join("\n")
    }

    fn prompts(&self) -> Vec<String> {
        let is_of_many = self.is_of_many_clients();
        let prompt = |one: &ScriptedCommand| {
            if is_of_many {
                format!("client {}> {}", one.client, one.command)
            } else {
                format!("> {}", one.command)
            }
        };
        self.script.iter().map(prompt).collect()
    }

    fn is_of_many_clients(&self) -> bool {
        self.script.iter().any(|one| one.client > 1)
    }
}

/// A label and a text of one line or more, which stand below each other.
fn labelled(label: &str, text: &str) -> String {
    let indent = format!("\n{}", " ".repeat(label.len()));
    format!("{label}{}", text.replace('\n', &indent))
}

/// A reply as redis-cli prints it; `bytes` is the whole of it.
fn printed(value: &RespValue, bytes: &ByteString) -> String {
    match value {
        // An error is longer than what is passed on of a value.
        RespValue::Error(_) => {
            let line = bytes.as_bytes().strip_prefix(b"-").unwrap_or_default();
            let text = ByteString::from(line.strip_suffix(b"\r\n").unwrap_or(line));
            format!("(error) {text}")
        }
        other => printed_element(other, ""),
    }
}

fn printed_element(value: &RespValue, indent: &str) -> String {
    match value {
        RespValue::SimpleString(text) => text.bytes.to_string(),
        RespValue::Error(text) => format!("(error) {}", text.bytes),
        RespValue::Integer(number) => format!("(integer) {number}"),
        RespValue::BulkString(text) => text.quoted(),
        RespValue::Nil | RespValue::NilArray | RespValue::Null => "(nil)".to_owned(),
        // No client of a script asks for the version of the protocol that has them.
        RespValue::Map { .. } => value.to_string(),
        RespValue::Array {
            elements,
            cut_elements: 0,
        } if elements.is_empty() => "(empty array)".to_owned(),
        RespValue::Array {
            elements,
            cut_elements,
        } => {
            let deeper = format!("{indent}   ");
            let mut lines: Vec<String> = (1..)
                .zip(elements)
                .map(|(number, element)| format!("{number}) {}", printed_element(element, &deeper)))
                .collect();
            if *cut_elements > 0 {
                lines.push(format!("… {cut_elements} more"));
            }
            lines.join(&format!("\n{indent}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Excerpt, Outcome, Request};

    fn command(words: &[&str]) -> Command {
        let Request::Commands { mut commands, .. } = Request::of_words(words) else {
            panic!("words are a command");
        };
        commands.remove(0)
    }

    fn text(text: &str) -> Excerpt {
        text.as_bytes().into()
    }

    fn difference(
        script: &[(u16, &[&str])],
        client: u16,
        bytes: [&str; 2],
        values: [Option<RespValue>; 2],
    ) -> Difference {
        let [expected, received] = values;
        let script: Vec<ScriptedCommand> = script
            .iter()
            .map(|(client, words)| ScriptedCommand {
                client: *client,
                command: command(words),
            })
            .collect();
        let own = script.iter().rev().find(|one| one.client == client);
        Difference {
            client,
            reply: Comparison {
                expected: bytes[0].as_bytes().into(),
                expected_is_prefix: false,
                expected_is_example: false,
                received: bytes[1].as_bytes().into(),
                cut_bytes: 0,
                offset: 0,
                request: own.map(|one| Request::Commands {
                    commands: vec![one.command.clone()],
                    has_more: false,
                }),
            },
            script,
            expected: expected.map(Expected::Reply),
            received: Received::Reply(received.expect("a reply came")),
        }
    }

    fn number_that_is_none() -> Difference {
        let error = "ERR value is not an integer or out of range";
        difference(
            &[(1, &["SET", "k1", " 7"]), (1, &["INCR", "k1"])],
            1,
            [&format!("-{error}\r\n"), ":8\r\n"],
            [
                Some(RespValue::Error(text(error))),
                Some(RespValue::Integer(8)),
            ],
        )
    }

    fn served_too_early() -> Difference {
        let pair = RespValue::Array {
            elements: vec![
                RespValue::BulkString(text("k1")),
                RespValue::BulkString(text("a")),
            ],
            cut_elements: 0,
        };
        difference(
            &[
                (1, &["BLPOP", "k1", "0"]),
                (2, &["BLPOP", "k1", "0"]),
                (3, &["LPUSH", "k1", "a"]),
            ],
            2,
            ["", "*2\r\n$2\r\nk1\r\n$1\r\na\r\n"],
            [None, Some(pair)],
        )
    }

    #[test]
    fn the_sentence_names_both_answers() {
        assert_eq!(
            Outcome::Differs(number_that_is_none()).message(),
            "After `SET k1 \" 7\"`, real Redis answers `INCR k1` with the error \
             \"ERR value is not an integer or out of range\", and your server with the integer 8."
        );
        let alone = difference(
            &[(1, &["DECR", "k1"])],
            1,
            [":-1\r\n", ":1\r\n"],
            [Some(RespValue::Integer(-1)), Some(RespValue::Integer(1))],
        );
        assert_eq!(
            Outcome::Differs(alone).message(),
            "Real Redis answers `DECR k1` with the integer -1, and your server with the integer 1."
        );
        let mut long = number_that_is_none();
        long.reply.offset = 65;
        let message = Outcome::Differs(long).message();
        assert!(
            message.ends_with(" 8. The first 65 bytes of the reply are right."),
            "{message}"
        );
        assert_eq!(
            Outcome::Differs(served_too_early()).message(),
            "In this script of 3 commands, real Redis lets client 2's `BLPOP k1 0` wait, and your \
             server answers it with the array [\"k1\", \"a\"]."
        );
    }

    #[test]
    fn the_session_reads_as_in_redis_cli() {
        assert_eq!(
            number_that_is_none().session(),
            "> SET k1 \" 7\"\n\
             > INCR k1\n\
             your server: (integer) 8\n\
             real Redis:  (error) ERR value is not an integer or out of range"
        );
        assert_eq!(
            served_too_early().session(),
            "client 1> BLPOP k1 0\n\
             client 2> BLPOP k1 0\n\
             client 3> LPUSH k1 a\n\
             your server, to client 2: 1) \"k1\"\n\
             \u{20}                         2) \"a\"\n\
             real Redis, to client 2:  (no answer yet)"
        );
    }

    #[test]
    fn an_error_is_printed_whole() {
        let long = "WRONGTYPE Operation against a key holding the wrong kind of value";
        let shortened = Excerpt {
            bytes: long.as_bytes()[..60].into(),
            cut_bytes: 5,
        };
        let session = difference(
            &[(1, &["LLEN", "k1"])],
            1,
            [&format!("-{long}\r\n"), "*0\r\n"],
            [
                Some(RespValue::Error(shortened)),
                Some(RespValue::Array {
                    elements: Vec::new(),
                    cut_elements: 0,
                }),
            ],
        )
        .session();
        assert!(session.ends_with(&format!("(empty array)\nreal Redis:  (error) {long}")));
    }

    #[test]
    fn the_commands_alone_can_be_pasted() {
        assert_eq!(number_that_is_none().commands(), "SET k1 \" 7\"\nINCR k1");
        assert!(served_too_early().commands().contains("client 3> LPUSH"));
    }

    #[test]
    fn what_the_judge_sends_is_read() {
        let json = serde_json::to_string(&Outcome::Differs(served_too_early())).unwrap();
        assert!(json.starts_with(r#"{"kind":"differs","script":[{"client":1,"command":{"words":"#));
        assert_eq!(
            serde_json::from_str::<Outcome>(&json).unwrap(),
            Outcome::Differs(served_too_early())
        );
    }
}
