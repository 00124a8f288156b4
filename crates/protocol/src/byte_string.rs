//! Bytes as a person can read them: the form in which they cross the wire and appear on screen.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Bytes, written as Python writes them between the quotes of `b"..."`.
///
/// Printable ASCII is itself, a backslash is `\\`, and all else is `\r`, `\n`, `\t` or `\xNN`. The
/// form loses nothing and stays readable in JSON; base64 would not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ByteString(Vec<u8>);

/// The text is not the written form of bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} at character {at} isn't a written byte: use printable ASCII, \\\\, \\r, \\n, \\t or \\xNN"
)]
pub struct InvalidByteString {
    /// The first characters that can't be read, at most 4.
    found: String,
    /// Characters before them.
    at: u32,
}

impl ByteString {
    /// The bytes themselves.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// One byte in the written form.
    pub fn escape(byte: u8) -> String {
        match byte {
            b'\\' => r"\\".to_owned(),
            b'\r' => r"\r".to_owned(),
            b'\n' => r"\n".to_owned(),
            b'\t' => r"\t".to_owned(),
            b' '..=b'~' => char::from(byte).to_string(),
            other => format!("\\x{other:02x}"),
        }
    }

    /// Reads the written form.
    pub fn parse(text: &str) -> Result<Self, InvalidByteString> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let invalid = || InvalidByteString {
                found: rest.chars().take(4).collect(),
                at: u32::try_from(text.len() - rest.len()).unwrap_or(u32::MAX),
            };
            let (byte, length) = match character {
                '\\' => match rest.as_bytes().get(1) {
                    Some(b'\\') => (b'\\', 2),
                    Some(b'r') => (b'\r', 2),
                    Some(b'n') => (b'\n', 2),
                    Some(b't') => (b'\t', 2),
                    Some(b'x') => {
                        let digits = rest.get(2..4).ok_or_else(invalid)?;
                        // On its own, `from_str_radix` accepts `+` too.
                        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                            return Err(invalid());
                        }
                        let value = u8::from_str_radix(digits, 16).map_err(|_| invalid())?;
                        (value, 4)
                    }
                    _ => return Err(invalid()),
                },
                ' '..='~' => (character as u8, 1),
                _ => return Err(invalid()),
            };
            bytes.push(byte);
            rest = &rest[length..];
        }
        Ok(Self(bytes))
    }
}

impl From<Vec<u8>> for ByteString {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for ByteString {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl TryFrom<String> for ByteString {
    type Error = InvalidByteString;
    fn try_from(text: String) -> Result<Self, InvalidByteString> {
        Self::parse(&text)
    }
}

impl From<ByteString> for String {
    fn from(bytes: ByteString) -> Self {
        bytes.to_string()
    }
}

impl fmt::Display for ByteString {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| formatter.write_str(&Self::escape(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_being_written_and_read() {
        let all: Vec<u8> = (0..=255).collect();
        let bytes = ByteString::from(all.clone());
        let json = serde_json::to_string(&bytes).unwrap();
        let back: ByteString = serde_json::from_str(&json).unwrap();
        assert_eq!(back.as_bytes(), all);
    }

    #[test]
    fn the_written_form_is_that_of_python() {
        let bytes = ByteString::from("$3\r\nhé\r\n".as_bytes());
        assert_eq!(bytes.to_string(), r"$3\r\nh\xc3\xa9\r\n");
    }

    #[test]
    fn what_is_no_written_byte_is_refused() {
        for bad in [r"\q", r"\x1", r"\x+1", r"\xé1", "é", "\r", "\\"] {
            assert!(ByteString::parse(bad).is_err(), "{bad:?} was taken");
        }
    }
}
