//! A real redis-server that was given what the program has stored, and says otherwise.

use serde::{Deserialize, Serialize};

use super::Comparison;
use super::phrase::{quoted, the_request, without_backticks};
use crate::{Expected, Received};

/// What a real redis-server makes of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Disagreement {
    /// It can't read them, and has ended.
    NotRead {
        /// The line of its log that says why, if any does.
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
            Self::NotRead { .. } => None,
            Self::Answered { reply, .. } => Some(reply),
        }
    }

    pub(super) fn sentence(&self, files: &[String]) -> String {
        let names: Vec<String> = files
            .iter()
            .map(|file| format!("`{}`", without_backticks(file)))
            .collect();
        match self {
            Self::NotRead { said } => {
                let names = if names.is_empty() {
                    "what it was given".to_owned()
                } else {
                    names.join(" and ")
                };
                let said = said.as_ref().map_or_else(String::new, |said| {
                    format!(" It says: `{}`", quoted(said.trim_end_matches('.')))
                });
                let end = if said.is_empty() { "" } else { "." };
                format!("A real Redis can't read {names}.{said}{end}")
            }
            Self::Answered {
                reply,
                expected,
                received,
            } => {
                let who = if names.is_empty() {
                    "A real Redis".to_owned()
                } else {
                    format!("A real Redis that has read {}", names.join(" and "))
                };
                let request = the_request(reply.request.as_ref());
                format!("{who} answers {request} with {received}, and {expected} would be right.")
            }
        }
    }
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
            "A real Redis that has read `appendonly.aof` answers a request with nil, and the integer 2 would be right."
        );
        assert_eq!(
            said(&[], answered()),
            "A real Redis answers a request with nil, and the integer 2 would be right."
        );
    }
}
