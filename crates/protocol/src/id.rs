//! Names of courses, steps and tests, and seeds, parsed where they come in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text is not a name, a test or a seed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// It does not match `^[a-z0-9-]{1,40}$`.
    #[error("{found:?} is not a name: use 1 to 40 of a-z, 0-9 and -")]
    Name {
        /// The text as received.
        found: String,
    },
    /// It is not `STEP.NUMBER`.
    #[error("{found:?} is not a test: write the step, a dot and the test's number, as in ping.2")]
    Test {
        /// The text as received.
        found: String,
    },
    /// It is not 1 to 8 hexadecimal digits.
    #[error("{found:?} is not a seed: write 1 to 8 hexadecimal digits, as in 4f1c")]
    Seed {
        /// The text as received.
        found: String,
    },
}

fn parse_name(text: &str) -> Result<String, InvalidId> {
    let fits = (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(InvalidId::Name {
            found: text.chars().take(80).collect(),
        })
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// Parses `^[a-z0-9-]{1,40}$`.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                parse_name(text).map(Self)
            }

            /// The name as in URLs and folder names.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $type {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl FromStr for $type {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl From<$type> for String {
            fn from(id: $type) -> Self {
                id.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

name! {
    /// A plain name: a browser's own, or a course's name for a recognised mistake.
    Slug
}
name! {
    /// A course's permanent name: its folder in `curriculum/` and its part of the URL.
    CourseId
}
name! {
    /// A step's permanent name: its folder in the course and its part of the URL.
    StepId
}

/// One test of a step: `ping.2` is the second `@test` in the tests of the step `ping`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TestId {
    step: StepId,
    number: u16,
}

impl TestId {
    /// The `number`th test, counted from 1, of `step`.
    pub fn new(step: StepId, number: u16) -> Self {
        Self { step, number }
    }

    /// The step that the test belongs to.
    pub fn step(&self) -> &StepId {
        &self.step
    }

    /// The number among the step's tests, from 1.
    pub fn number(&self) -> u16 {
        self.number
    }
}

impl FromStr for TestId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let parsed = text.rsplit_once('.').and_then(|(step, number)| {
            let number = number.parse().ok().filter(|number| *number > 0)?;
            Some(Self::new(StepId::parse(step).ok()?, number))
        });
        parsed.ok_or_else(|| InvalidId::Test {
            found: text.chars().take(80).collect(),
        })
    }
}

impl TryFrom<String> for TestId {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<TestId> for String {
    fn from(id: TestId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for TestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.step, self.number)
    }
}

/// What a run's random values grow from: the same seed repeats the run. Written in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Seed(u32);

impl Seed {
    /// The seed with this value.
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// The value that the judge seeds its generators with.
    pub fn value(self) -> u32 {
        self.0
    }
}

impl FromStr for Seed {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(text, 16)
            .ok()
            .filter(|_| digits)
            .map(Self)
            .ok_or_else(|| InvalidId::Seed {
                found: text.chars().take(80).collect(),
            })
    }
}

impl TryFrom<String> for Seed {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<Seed> for String {
    fn from(seed: Seed) -> Self {
        seed.to_string()
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        assert_eq!(StepId::parse("ping-2").unwrap().as_str(), "ping-2");
        for bad in ["", "Ping", "a b", "../etc", "é", &"a".repeat(41)] {
            assert!(StepId::parse(bad).is_err(), "{bad:?} was taken");
            assert!(serde_json::from_value::<StepId>(bad.into()).is_err());
        }
    }

    #[test]
    fn a_test_is_a_step_and_a_number() {
        let test: TestId = "ping.12".parse().unwrap();
        assert_eq!((test.step().as_str(), test.number()), ("ping", 12));
        assert_eq!(test.to_string(), "ping.12");
        for bad in ["ping", "ping.", "ping.0", ".1", "ping.x", "ping.70000"] {
            assert!(bad.parse::<TestId>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_seed_is_hexadecimal_both_ways() {
        let seed: Seed = "4f1c".parse().unwrap();
        assert_eq!((seed.value(), seed.to_string().as_str()), (0x4f1c, "4f1c"));
        for bad in ["", "+1", "xyz", "123456789"] {
            assert!(bad.parse::<Seed>().is_err(), "{bad:?} was taken");
        }
    }
}
