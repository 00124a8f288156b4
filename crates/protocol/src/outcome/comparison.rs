//! The expected reply beside the received one.

use serde::{Deserialize, Serialize};

use crate::{ByteString, Request};

/// The expected reply beside the received one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The bytes that were expected, cut where there are many.
    pub expected: ByteString,
    /// Whether `expected` is only a beginning: an error's free text follows, or the bytes are cut.
    pub expected_is_prefix: bool,
    /// Whether other replies would be as right as `expected`.
    #[serde(default)]
    pub expected_is_example: bool,
    /// The bytes that came, cut where there are many.
    pub received: ByteString,
    /// Bytes that were cut off the end of `received`.
    pub cut_bytes: u32,
    /// Where the reply goes wrong, in bytes from 0; [`Comparison::first_difference`] may be
    /// earlier.
    pub offset: u32,
    /// The client's last request.
    pub request: Option<Request>,
}

impl Comparison {
    /// The byte to look at: where `received` first differs from `expected`. A reply may differ
    /// before `offset`, where it breaks the protocol: a wrong length shows only when the bytes
    /// that it counts have come. What differs from an example only may be right.
    pub fn first_difference(&self) -> u32 {
        if self.expected_is_example {
            return self.offset;
        }
        let mut pairs = self
            .expected
            .as_bytes()
            .iter()
            .zip(self.received.as_bytes());
        pairs
            .position(|(expected, received)| expected != received)
            .and_then(|at| u32::try_from(at).ok())
            .map_or(self.offset, |at| at.min(self.offset))
    }
}

#[cfg(test)]
mod tests {
    use super::Comparison;

    fn comparison(expected: &str, received: &str, offset: u32) -> Comparison {
        Comparison {
            expected: expected.as_bytes().into(),
            expected_is_prefix: false,
            expected_is_example: false,
            received: received.as_bytes().into(),
            cut_bytes: 0,
            offset,
            request: None,
        }
    }

    #[test]
    fn a_wrong_length_is_looked_at_where_it_stands() {
        let reply = comparison("$3\r\nhé\r\n", "$2\r\nhé\r\n", 6);
        assert_eq!(reply.first_difference(), 1);
    }

    #[test]
    fn an_example_need_not_be_alike() {
        let reply = Comparison {
            expected_is_example: true,
            ..comparison(":90\r\n", ":100\n", 4)
        };
        assert_eq!(reply.first_difference(), 4);
    }

    #[test]
    fn what_is_alike_up_to_the_fault_is_looked_at_there() {
        assert_eq!(comparison("+PONG\r\n", "+PONG", 5).first_difference(), 5);
        assert_eq!(
            comparison("-ERR", "-ERR no such\n", 12).first_difference(),
            12
        );
    }
}
