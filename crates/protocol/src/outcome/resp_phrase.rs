//! Requests and replies as a person says them: `ECHO "hé"`, `the bulk string "orange"`.

use std::fmt;

use super::phrase::without_backticks;
use crate::english::with_article;
use crate::{ByteString, Command, Excerpt, Expected, Received, Request, RespType, RespValue};

impl Excerpt {
    /// The bytes between double quotes, as text where they are UTF-8: `"hé"`, `"abc…" (4096
    /// bytes)`.
    pub(super) fn quoted(&self) -> String {
        let text = match self.text() {
            Some(text) => text.chars().map(escaped).collect(),
            None => self.bytes.to_string().replace('"', "\\\""),
        };
        // Sentences mark code by backticks, so none may stand in what they quote.
        let text = without_backticks(&text);
        match self.cut_bytes {
            0 => format!("\"{text}\""),
            cut => {
                let length = self.bytes.as_bytes().len().saturating_add(cut as usize);
                format!("\"{text}…\" ({length} bytes)")
            }
        }
    }

    fn text(&self) -> Option<&str> {
        let bytes = self.bytes.as_bytes();
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            // The cut may go through a character.
            Err(error) if self.cut_bytes > 0 && error.error_len().is_none() => {
                std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()
            }
            Err(_) => None,
        }
    }

    /// A word as it is typed: without quotes where it needs none.
    pub(crate) fn word(&self) -> String {
        let needs_none = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.:/@*+-".contains(byte);
        let bytes = self.bytes.as_bytes();
        if self.cut_bytes == 0 && !bytes.is_empty() && bytes.iter().all(needs_none) {
            self.bytes.to_string()
        } else {
            self.quoted()
        }
    }
}

fn escaped(character: char) -> String {
    match character {
        '"' => "\\\"".to_owned(),
        '\u{80}'..='\u{9f}' => format!("\\x{:02x}", u32::from(character)),
        _ => match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => ByteString::escape(byte),
            _ => character.to_string(),
        },
    }
}

impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Commands { commands, has_more } => {
                let commands: Vec<String> = commands.iter().map(Command::to_string).collect();
                let more = if *has_more { ", …" } else { "" };
                write!(formatter, "{}{more}", commands.join(", "))
            }
            Self::Bytes(bytes) => formatter.write_str(&bytes.quoted()),
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.words.iter().map(Excerpt::word).collect();
        let more = if self.cut_words > 0 { " …" } else { "" };
        write!(formatter, "{}{more}", words.join(" "))
    }
}

impl fmt::Display for RespType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::SimpleString => "simple string",
            Self::Error => "error",
            Self::Integer => "integer",
            Self::BulkString => "bulk string",
            Self::Nil => "nil",
            Self::NilArray => "nil array",
            Self::Array => "array",
            Self::Null => "null",
            Self::Map => "map",
        })
    }
}

impl fmt::Display for RespValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SimpleString(text) => write!(formatter, "the simple string {}", text.quoted()),
            Self::Error(text) => write!(formatter, "the error {}", text.quoted()),
            Self::Integer(number) => write!(formatter, "the integer {number}"),
            Self::BulkString(value) => write!(formatter, "the bulk string {}", value.quoted()),
            Self::Nil => formatter.write_str("nil"),
            Self::NilArray => formatter.write_str("the nil array"),
            Self::Array {
                elements,
                cut_elements: 0,
            } if elements.is_empty() => formatter.write_str("the empty array"),
            Self::Array { .. } => write!(formatter, "the array {}", self.as_element()),
            Self::Null => formatter.write_str("null"),
            Self::Map { .. } => write!(formatter, "the map {}", self.as_element()),
        }
    }
}

impl RespValue {
    /// The value where it is one of many: without its type, as far as that leaves no doubt.
    fn as_element(&self) -> String {
        match self {
            Self::SimpleString(text) | Self::BulkString(text) => text.quoted(),
            Self::Error(_) => self.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Nil | Self::NilArray => "nil".to_owned(),
            Self::Array {
                elements,
                cut_elements,
            } => {
                let mut shown: Vec<String> = elements.iter().map(Self::as_element).collect();
                if *cut_elements > 0 {
                    shown.push(format!("and {cut_elements} more"));
                }
                format!("[{}]", shown.join(", "))
            }
            Self::Null => "null".to_owned(),
            Self::Map { pairs, cut_pairs } => {
                let pairs = pairs.iter();
                let mut shown: Vec<String> = pairs.map(|(key, value)| pair(key, value)).collect();
                if *cut_pairs > 0 {
                    shown.push(format!("and {cut_pairs} more"));
                }
                format!("{{{}}}", shown.join(", "))
            }
        }
    }
}

fn pair(key: &RespValue, value: &RespValue) -> String {
    format!("{}: {}", key.as_element(), value.as_element())
}

/// What a map has to hold, or an array with keys and values in turns.
fn pairs_phrase(pairs: &RespValue) -> String {
    match pairs {
        RespValue::Map { pairs, .. } => {
            let pairs: Vec<String> = pairs.iter().map(|(key, value)| pair(key, value)).collect();
            format!("a map with {}", pairs.join(" and "))
        }
        RespValue::Array { elements, .. } => {
            let pairs = elements.chunks_exact(2);
            let pairs: Vec<String> = pairs.map(|both| pair(&both[0], &both[1])).collect();
            format!(
                "an array of keys and values with {} among them",
                pairs.join(" and ")
            )
        }
        other => other.to_string(),
    }
}

/// Replies that came one after the other.
pub(crate) fn replies_phrase(replies: &[RespValue]) -> String {
    let replies: Vec<String> = replies.iter().map(RespValue::to_string).collect();
    replies.join(", then ")
}

impl fmt::Display for Expected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(reply) => reply.fmt(formatter),
            Self::ErrorBeginning(text) => {
                write!(formatter, "an error that begins with {}", text.quoted())
            }
            Self::IntegerBetween { min, max, is_new } => {
                let new = if *is_new {
                    " that no reply before had"
                } else {
                    ""
                };
                write!(formatter, "an integer from {min} to {max}{new}")
            }
            Self::Pairs(pairs) => formatter.write_str(&pairs_phrase(pairs)),
            Self::Unordered(array) => {
                write!(formatter, "{array}, its elements in any order")
            }
            Self::AnyOf(alternatives) => {
                let said: Vec<String> = alternatives.iter().map(Self::to_string).collect();
                formatter.write_str(&said.join(", or "))
            }
            Self::Described { resp_type, text } => {
                let kind = with_article(&resp_type.to_string());
                write!(formatter, "{kind} of the form: {text}")
            }
            Self::Bytes(bytes) => write!(formatter, "the bytes {}", bytes.quoted()),
            Self::Close => formatter.write_str("the connection to be closed"),
        }
    }
}

impl fmt::Display for Received {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(reply) => reply.fmt(formatter),
            Self::Bytes(bytes) => write!(formatter, "the bytes {}", bytes.quoted()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(bytes: &[u8], cut_bytes: u32) -> Excerpt {
        Excerpt {
            bytes: bytes.into(),
            cut_bytes,
        }
    }

    fn bulk(bytes: &[u8]) -> RespValue {
        RespValue::BulkString(excerpt(bytes, 0))
    }

    #[test]
    fn replies_are_said_as_a_person_says_them() {
        let simple = |text: &str| RespValue::SimpleString(excerpt(text.as_bytes(), 0));
        for (reply, said) in [
            (simple("PONG"), r#"the simple string "PONG""#),
            (simple("a`b"), r#"the simple string "a\x60b""#),
            (
                RespValue::Error(excerpt(b"ERR no", 0)),
                r#"the error "ERR no""#,
            ),
            (RespValue::Integer(3), "the integer 3"),
            (bulk("hé".as_bytes()), r#"the bulk string "hé""#),
            (bulk(b"a\r\nb"), r#"the bulk string "a\r\nb""#),
            (bulk(b"\xff\x00\""), r#"the bulk string "\xff\x00\"""#),
            (
                bulk("\u{85}\u{7f}\"".as_bytes()),
                r#"the bulk string "\x85\x7f\"""#,
            ),
            (RespValue::Nil, "nil"),
            (RespValue::NilArray, "the nil array"),
        ] {
            assert_eq!(reply.to_string(), said);
        }
    }

    #[test]
    fn a_long_value_is_shortened() {
        let cut = |bytes: &str| excerpt(&bytes.as_bytes()[..60], 4036).quoted();
        assert_eq!(
            cut(&"x".repeat(60)),
            format!(r#""{}…" (4096 bytes)"#, "x".repeat(60))
        );
        // The cut goes through the last letter.
        assert_eq!(
            cut(&format!("x{}", "é".repeat(30))),
            format!(r#""x{}…" (4096 bytes)"#, "é".repeat(29))
        );
    }

    #[test]
    fn arrays_nest_and_are_shortened() {
        let array = |elements, cut_elements| RespValue::Array {
            elements,
            cut_elements,
        };
        assert_eq!(array(Vec::new(), 0).to_string(), "the empty array");
        let inner = array(vec![RespValue::Nil, RespValue::NilArray], 0);
        let error = RespValue::Error(excerpt(b"ERR", 0));
        let outer = array(vec![bulk(b"a"), RespValue::Integer(1), inner, error], 92);
        assert_eq!(
            outer.to_string(),
            r#"the array ["a", 1, [nil, nil], the error "ERR", and 92 more]"#
        );
    }

    #[test]
    fn maps_are_said_with_their_pairs() {
        let pairs = vec![
            (bulk(b"server"), bulk(b"redis")),
            (bulk(b"proto"), RespValue::Integer(3)),
        ];
        let map = |cut_pairs| RespValue::Map {
            pairs: pairs.clone(),
            cut_pairs,
        };
        assert_eq!(
            map(5).to_string(),
            r#"the map {"server": "redis", "proto": 3, and 5 more}"#
        );
        assert_eq!(RespValue::Null.to_string(), "null");
        assert_eq!(
            Expected::Pairs(map(0)).to_string(),
            r#"a map with "server": "redis" and "proto": 3"#
        );
        let elements = pairs
            .iter()
            .flat_map(|(key, value)| [key.clone(), value.clone()]);
        let array = RespValue::Array {
            elements: elements.collect(),
            cut_elements: 0,
        };
        assert_eq!(
            Expected::Pairs(array).to_string(),
            r#"an array of keys and values with "server": "redis" and "proto": 3 among them"#
        );
    }

    #[test]
    fn requests_are_said_as_typed() {
        let command = |words: &[&str], cut_words| Command {
            words: words
                .iter()
                .map(|word| excerpt(word.as_bytes(), 0))
                .collect(),
            cut_words,
        };
        for (words, cut_words, said) in [
            (&["PING"][..], 0, "PING"),
            (&["ECHO", "hé"], 0, r#"ECHO "hé""#),
            (&["ECHO", ""], 0, r#"ECHO """#),
            (&["SET", "k:1", "a b"], 0, r#"SET k:1 "a b""#),
            (&["DEL", "a"], 99, "DEL a …"),
        ] {
            assert_eq!(command(words, cut_words).to_string(), said);
        }
        let pipelined = Request::Commands {
            commands: vec![command(&["PING"], 0), command(&["PING"], 0)],
            has_more: true,
        };
        assert_eq!(pipelined.to_string(), "PING, PING, …");
        let bytes = Request::Bytes(excerpt(b"hello\n", 0));
        assert_eq!(bytes.to_string(), r#""hello\n""#);
    }
}
