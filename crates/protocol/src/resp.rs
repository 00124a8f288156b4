//! RESP, the protocol of Redis, as the judge reads it: requests and replies, cut where they are long.

use serde::{Deserialize, Serialize};

use crate::ByteString;

/// The beginning of bytes that may be many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The first bytes.
    pub bytes: ByteString,
    /// Bytes that were cut off their end.
    pub cut_bytes: u32,
}

/// A type of reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RespType {
    /// `+OK\r\n`
    SimpleString,
    /// `-ERR …\r\n`
    Error,
    /// `:3\r\n`
    Integer,
    /// `$3\r\n…\r\n`
    BulkString,
    /// `$-1\r\n`
    Nil,
    /// `*-1\r\n`
    NilArray,
    /// `*2\r\n…`
    Array,
    /// `_\r\n`, of RESP3
    Null,
    /// `%1\r\n…`, of RESP3
    Map,
}

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RespValue {
    /// A simple string's text.
    SimpleString(Excerpt),
    /// An error's text.
    Error(Excerpt),
    /// An integer.
    Integer(i64),
    /// A bulk string's value.
    BulkString(Excerpt),
    /// No value.
    Nil,
    /// No array.
    NilArray,
    /// An array.
    Array {
        /// The first elements.
        elements: Vec<RespValue>,
        /// Elements that were cut off the array's end.
        cut_elements: u32,
    },
    /// No value, of RESP3.
    Null,
    /// A map, of RESP3.
    Map {
        /// The first keys, each with its value.
        pairs: Vec<(RespValue, RespValue)>,
        /// Pairs that were cut off the map's end.
        cut_pairs: u32,
    },
}

/// What a client sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Commands, one after the other.
    Commands {
        /// The first commands.
        commands: Vec<Command>,
        /// Whether more came after these.
        has_more: bool,
    },
    /// Bytes that are no command.
    Bytes(Excerpt),
}

/// A command as Redis's clients send it: an array of bulk strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The first words.
    pub words: Vec<Excerpt>,
    /// Words that were cut off the command's end.
    pub cut_words: u32,
}

/// What a client waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// This reply.
    Reply(RespValue),
    /// An error whose text begins so.
    ErrorBeginning(Excerpt),
    /// One of several integers.
    IntegerBetween {
        /// The smallest of them.
        #[serde(alias = "least")]
        min: i64,
        /// The largest of them.
        #[serde(alias = "most")]
        max: i64,
        /// Whether it must differ from all that the test has got already.
        is_new: bool,
    },
    /// These pairs among others: a map, or an array with keys and values in turns.
    Pairs(RespValue),
    /// An array of these elements, whatever their order.
    Unordered(RespValue),
    /// One of these.
    AnyOf(Vec<Expected>),
    /// A reply of this type whose text is as the course's author says.
    Described {
        /// Its type.
        #[serde(rename = "type")]
        resp_type: RespType,
        /// What follows "of the form", without backticks.
        text: String,
    },
    /// These bytes, in a protocol that is not RESP.
    Bytes(Excerpt),
    /// The end of the connection.
    Close,
}

/// What a client got where it was not what it expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Received {
    /// A reply.
    Reply(RespValue),
    /// Bytes, in a protocol that is not RESP.
    Bytes(Excerpt),
}

#[cfg(test)]
impl From<&[u8]> for Excerpt {
    fn from(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.into(),
            cut_bytes: 0,
        }
    }
}

#[cfg(test)]
impl Request {
    pub(crate) fn of_words(words: &[&str]) -> Self {
        let command = Command {
            words: words.iter().map(|word| word.as_bytes().into()).collect(),
            cut_words: 0,
        };
        Self::Commands {
            commands: vec![command],
            has_more: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_reads_well_in_json() {
        let value = RespValue::Array {
            elements: vec![
                RespValue::BulkString(b"a\r\n"[..].into()),
                RespValue::Integer(-3),
                RespValue::Nil,
            ],
            cut_elements: 2,
        };
        let json = r#"{"array":{"elements":[{"bulk-string":{"bytes":"a\\r\\n","cut_bytes":0}},{"integer":-3},"nil"],"cut_elements":2}}"#;
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
        assert_eq!(serde_json::from_str::<RespValue>(json).unwrap(), value);
    }

    /// Parsers of JSON go 128 levels deep, and the judge reads arrays that are nested 32 deep.
    #[test]
    fn the_deepest_value_leaves_room_for_what_it_stands_in() {
        let mut value = RespValue::BulkString(b"a"[..].into());
        for _ in 0..32 {
            value = RespValue::Array {
                elements: vec![value],
                cut_elements: 0,
            };
        }
        let json = serde_json::to_string(&value).unwrap();
        let inside = format!("{}{json}{}", "[".repeat(20), "]".repeat(20));
        assert!(serde_json::from_str::<serde_json::Value>(&inside).is_ok());
    }
}
