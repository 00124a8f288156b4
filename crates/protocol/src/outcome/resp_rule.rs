//! What a reply lacks, or which rule of RESP it breaks, in words.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::phrase::bytes;

/// What has not come of a reply that began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The next element of an array.
    Element,
    /// A number and the end of its line.
    Number,
    /// The `\r\n` of a line or a value.
    LineEnd,
    /// The `\n` after a `\r`.
    LineFeed,
    /// The rest of a bulk string's value.
    ValueBytes {
        /// How many bytes are missing.
        bytes: u32,
        /// How many the value has.
        of: u32,
    },
    /// The rest of a reply in a protocol that is not RESP.
    Bytes {
        /// How many bytes are missing.
        bytes: u32,
        /// How many the reply has.
        of: u32,
    },
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Element => formatter.write_str("the next element"),
            Self::Number => formatter.write_str(r"a number and `\r\n`"),
            Self::LineEnd => formatter.write_str(r"the closing `\r\n`"),
            Self::LineFeed => formatter.write_str(r"the closing `\n`"),
            Self::ValueBytes { bytes: count, of } => {
                write!(formatter, "{count} of the value's {}", bytes(*of))
            }
            Self::Bytes { bytes: count, of } => write!(formatter, "{count} of {}", bytes(*of)),
        }
    }
}

/// A number that RESP writes in decimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RespNumber {
    /// The integer after `:`.
    Integer,
    /// The length of a bulk string's value after `$`.
    Length,
    /// The number of an array's elements after `*`.
    Count,
    /// The number of a map's pairs after `%`.
    Pairs,
}

impl RespNumber {
    /// What comes where.
    fn rule(self) -> &'static str {
        match self {
            Self::Integer => "after `:` comes a number in decimal digits",
            Self::Length => "after `$` comes the value's length in bytes, in decimal digits",
            Self::Count => "after `*` comes the number of elements, in decimal digits",
            Self::Pairs => "after `%` comes the number of pairs, in decimal digits",
        }
    }
}

/// The rule of RESP that a byte breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RespRule {
    /// The first byte says the type.
    FirstByte,
    /// To a client that speaks RESP3, a value begins with one of the types that are read.
    #[serde(rename = "first-byte-3")]
    FirstByteOfThree,
    /// A number has digits.
    Digits(RespNumber),
    /// Nothing follows a number on its line.
    NumberEnd(RespNumber),
    /// A length or a count is in its range.
    Range(RespNumber),
    /// A number has at most 64 bits.
    NumberBits,
    /// A value of `length` bytes has its `\r\n` after them.
    ValueEnd {
        /// The length that was announced.
        length: u32,
    },
    /// `\r` does not stand without `\n`.
    LineFeed,
    /// `\n` does not stand without `\r`.
    CarriageReturn,
    /// A null of RESP3 has nothing before its line ends.
    NullEnd,
    /// Arrays are not nested deeper.
    Depth {
        /// The deepest nesting that is read.
        max: u32,
    },
}

impl fmt::Display for RespRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FirstByte => formatter.write_str("a reply begins with `+`, `-`, `:`, `$` or `*`"),
            Self::FirstByteOfThree => formatter
                .write_str("in RESP3 these replies begin with `+`, `-`, `:`, `$`, `*`, `%` or `_`"),
            Self::Digits(number) => formatter.write_str(number.rule()),
            Self::NumberEnd(number) => write!(formatter, r"{}, and then `\r\n`", number.rule()),
            Self::Range(number @ RespNumber::Pairs) => formatter.write_str(number.rule()),
            Self::Range(number) => write!(formatter, "{}, or -1 for nil", number.rule()),
            Self::NumberBits => formatter.write_str("a number has at most 64 bits"),
            Self::ValueEnd { length } => write!(
                formatter,
                r"`${length}` announces {}, and after them comes `\r\n`",
                bytes(*length)
            ),
            Self::LineFeed => formatter.write_str(r"after `\r` comes `\n`"),
            Self::CarriageReturn => {
                formatter.write_str(r"a line ends with `\r\n`, and here `\n` has no `\r` before it")
            }
            Self::NullEnd => {
                formatter.write_str(r"after `_` comes `\r\n`, and nothing between them")
            }
            Self::Depth { max } => write!(formatter, "arrays are nested at most {max} deep"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said() {
        for (json, said) in [
            (r#""element""#, "the next element"),
            (r#""number""#, r"a number and `\r\n`"),
            (r#""line-end""#, r"the closing `\r\n`"),
            (r#""line-feed""#, r"the closing `\n`"),
            (
                r#"{"value-bytes":{"bytes":4093,"of":4096}}"#,
                "4093 of the value's 4096 bytes",
            ),
            (
                r#"{"value-bytes":{"bytes":1,"of":1}}"#,
                "1 of the value's 1 byte",
            ),
            (r#"{"bytes":{"bytes":2,"of":5}}"#, "2 of 5 bytes"),
        ] {
            let missing: Missing = serde_json::from_str(json).unwrap();
            assert_eq!(missing.to_string(), said);
        }
    }

    #[test]
    fn rules_are_said() {
        for (json, said) in [
            (
                r#""first-byte""#,
                "a reply begins with `+`, `-`, `:`, `$` or `*`",
            ),
            (
                r#"{"digits":"integer"}"#,
                "after `:` comes a number in decimal digits",
            ),
            (
                r#"{"number-end":"length"}"#,
                r"after `$` comes the value's length in bytes, in decimal digits, and then `\r\n`",
            ),
            (
                r#"{"range":"count"}"#,
                "after `*` comes the number of elements, in decimal digits, or -1 for nil",
            ),
            (r#""number-bits""#, "a number has at most 64 bits"),
            (
                r#"{"value-end":{"length":2}}"#,
                r"`$2` announces 2 bytes, and after them comes `\r\n`",
            ),
            (r#""line-feed""#, r"after `\r` comes `\n`"),
            (
                r#""carriage-return""#,
                r"a line ends with `\r\n`, and here `\n` has no `\r` before it",
            ),
            (
                r#"{"depth":{"max":32}}"#,
                "arrays are nested at most 32 deep",
            ),
        ] {
            let rule: RespRule = serde_json::from_str(json).unwrap();
            assert_eq!(rule.to_string(), said);
        }
    }
}
