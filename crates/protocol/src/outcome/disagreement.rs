//! A real redis-server that was given what the program has stored, and says otherwise.

use serde::{Deserialize, Serialize};

use super::Comparison;
use super::phrase::{listed, quoted, the_request, without_backticks};
use crate::{Expected, Received};

/// What a real redis-server makes of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Disagreement {
    /// It can't read them, and has ended.
    NotRead {
        /// The line of its log that says why, if any does.
        said: Option<String>,
        /// Whether it broke down: Redis trusts the counts in a log.
        #[serde(default)]
        has_crashed: bool,
    },
    /// They are more than it is given.
    TooLarge {
        /// The most for all of them together, in KiB.
        limit_kib: u32,
    },
    /// It has ended, or does not answer any more, by what the program has stored or sent.
    Lost {
        /// The first line of its log since it has read them, if there is one.
        said: Option<String>,
    },
    /// It answers a question otherwise.
    Answered {
        /// Its answer beside the one that was expected.
        reply: Comparison,
        /// What was expected.
        expected: Expected,
        /// What it answered.
        received: Received,
    },
}

impl Disagreement {
    /// Its answer beside the expected one, where there is one.
    pub(super) fn reply(&self) -> Option<&Comparison> {
        match self {
            Self::NotRead { .. } | Self::TooLarge { .. } | Self::Lost { .. } => None,
            Self::Answered { reply, .. } => Some(reply),
        }
    }

    /// The line of its log that says why it has no answer, where there is one.
    pub(super) fn said(&self) -> Option<&str> {
        match self {
            Self::NotRead { said, .. } | Self::Lost { said } => said.as_deref(),
            Self::TooLarge { .. } | Self::Answered { .. } => None,
        }
    }

    pub(super) fn sentence(&self, files: &[String]) -> String {
        let names: Vec<String> = files
            .iter()
            .map(|file| format!("`{}`", without_backticks(file)))
            .collect();
        let names = listed(&names);
        let redis = if names.is_empty() {
            "A real Redis".to_owned()
        } else {
            format!("A real Redis that was given {names}")
        };
        match self {
            Self::NotRead {
                has_crashed: true, ..
            } => format!(
                "A real Redis breaks down while it reads {names}. Does each count in it fit what follows?"
            ),
            Self::NotRead { said, .. } => {
                format!(
                    "A real Redis can't read {names}.{}",
                    its_words(said.as_deref())
                )
            }
            Self::TooLarge { limit_kib } => {
                let have = if let [_] = files {
                    "has"
                } else {
                    "together have"
                };
                format!(
                    "{names} {have} more than {limit_kib} KiB, which is the most that a real Redis is given here."
                )
            }
            Self::Lost { said } => format!(
                "{redis} does not answer any more.{}",
                its_words(said.as_deref())
            ),
            Self::Answered {
                reply,
                expected,
                received,
            } => {
                let request = the_request(reply.request.as_ref());
                format!(
                    "{redis} should answer {request} with {expected}, but answers with {received}."
                )
            }
        }
    }
}

/// A line of its log, as a sentence of its own.
fn its_words(said: Option<&str>) -> String {
    said.map_or_else(String::new, |said| {
        format!(" It says: `{}`.", quoted(said.trim_end_matches('.')))
    })
}

#[cfg(test)]
mod tests {
    use super::Disagreement;
    use crate::{Comparison, Expected, Outcome, Received, RespValue};

    fn said(files: &[&str], fault: Disagreement) -> String {
        let files = files.iter().map(|&file| file.to_owned()).collect();
        Outcome::Disagrees { files, fault }.message()
    }

    #[test]
    fn a_file_that_it_cannot_read_is_told_in_its_own_words() {
        let fault = |said: Option<&str>| Disagreement::NotRead {
            said: said.map(str::to_owned),
            has_crashed: false,
        };
        assert_eq!(
            said(
                &["dump.rdb"],
                fault(Some("Wrong signature trying to load DB from file."))
            ),
            "A real Redis can't read `dump.rdb`. It says: `Wrong signature trying to load DB from file`."
        );
        assert_eq!(
            said(&["dump.rdb"], fault(None)),
            "A real Redis can't read `dump.rdb`."
        );
        let has_crashed = true;
        assert_eq!(
            said(
                &["appendonly.aof"],
                Disagreement::NotRead {
                    said: None,
                    has_crashed
                }
            ),
            "A real Redis breaks down while it reads `appendonly.aof`. Does each count in it fit what follows?"
        );
    }

    #[test]
    fn one_that_is_lost_is_told_with_its_last_words() {
        let out_of_memory = "Out Of Memory allocating 15983644 bytes!";
        assert_eq!(
            said(
                &["appendonly.aof"],
                Disagreement::Lost {
                    said: Some(out_of_memory.to_owned())
                }
            ),
            "A real Redis that was given `appendonly.aof` does not answer any more. It says: `Out Of Memory allocating 15983644 bytes!`."
        );
        assert_eq!(
            said(&[], Disagreement::Lost { said: None }),
            "A real Redis does not answer any more."
        );
    }

    #[test]
    fn files_that_are_too_large_are_told() {
        let fault = || Disagreement::TooLarge { limit_kib: 4096 };
        assert_eq!(
            said(&["dump.rdb"], fault()),
            "`dump.rdb` has more than 4096 KiB, which is the most that a real Redis is given here."
        );
        assert_eq!(
            said(&["a", "b"], fault()),
            "`a` and `b` together have more than 4096 KiB, which is the most that a real Redis is given here."
        );
    }

    #[test]
    fn another_answer_is_told_with_its_question() {
        let answered = || Disagreement::Answered {
            reply: Comparison {
                expected: b":2\r\n".as_slice().into(),
                expected_is_prefix: false,
                expected_is_example: false,
                received: b"$-1\r\n".as_slice().into(),
                cut_bytes: 0,
                offset: 0,
                request: None,
            },
            expected: Expected::Reply(RespValue::Integer(2)),
            received: Received::Reply(RespValue::Nil),
        };
        assert_eq!(
            said(&["appendonly.aof"], answered()),
            "A real Redis that was given `appendonly.aof` should answer a request with the integer 2, but answers with nil."
        );
        assert_eq!(
            said(&[], answered()),
            "A real Redis should answer a request with the integer 2, but answers with nil."
        );
    }
}
