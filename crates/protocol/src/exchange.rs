//! What passes between a test's clients and the learner's program.

use serde::{Deserialize, Serialize};

use crate::outcome::replies_phrase;
use crate::{ByteString, Excerpt, Request, RespValue, counted};

/// An event on a test's connections, and when it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The client, numbered from 1 in the order of connecting; 0 for an event of no single client.
    pub client: u16,
    /// Microseconds since the test began.
    pub at_us: u32,
    /// Who did what.
    #[serde(flatten)]
    pub action: ExchangeAction,
}

/// An event on a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum ExchangeAction {
    /// The client connected.
    Connected {
        /// What it is called, where it is a real one that the test runs, as in `redis-cli`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The client sent bytes.
    Sent {
        /// The bytes, cut where there are many.
        bytes: ByteString,
        /// Bytes that were cut off the end of `bytes`.
        cut_bytes: u32,
        /// The bytes as a request, where they are one by themselves.
        decoded: Option<Request>,
    },
    /// The program's bytes arrived.
    Received {
        /// The bytes, cut where there are many.
        bytes: ByteString,
        /// Bytes that were cut off the end of `bytes`.
        cut_bytes: u32,
        /// The bytes as replies, where they are some few whole ones.
        decoded: Option<Vec<RespValue>>,
        /// The learner's line that sent them, if known.
        line: Option<u32>,
        /// The learner's calls that led to that line, the innermost first; of a test that failed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        callers: Vec<Caller>,
    },
    /// The client waited and nothing came.
    Silence {
        /// How long it waited.
        waited_ms: u32,
    },
    /// The client closed the connection.
    ClosedByClient,
    /// The client broke the connection off.
    ResetByClient,
    /// The program closed the connection.
    ClosedByServer,
    /// The program's side reset the connection.
    Reset,
    /// The test, or the run for it, started the program.
    Started {
        /// The program's arguments.
        arguments: Vec<String>,
    },
    /// The test restarted the program.
    Restarted {
        /// The program's arguments.
        #[serde(default)]
        arguments: Vec<String>,
    },
    /// The test killed the program.
    Stopped,
    /// The test asked the program to end.
    Terminated,
    /// The test read a file of the program's.
    FileRead {
        /// Its name.
        file: String,
        /// Its beginning.
        content: Excerpt,
        /// Its length in bytes.
        size: u32,
    },
    /// The test changed a file of the program's.
    FileWritten {
        /// Its name.
        file: String,
        /// The beginning of what was written.
        content: Excerpt,
        /// The number of bytes that were written.
        size: u32,
    },
    /// The test started a real redis-server.
    RedisStarted {
        /// The files that it was given.
        files: Vec<String>,
    },
    /// The test asked a real redis-server.
    RedisAsked {
        /// The question.
        request: Request,
        /// The answer.
        reply: RespValue,
    },
    /// There are too many events: some from the middle are left out here.
    LeftOut {
        /// Events that are missing here.
        count: u32,
    },
}

/// One of the learner's calls on the way to a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The line that calls.
    pub line: u32,
    /// The function that the line is in, or `<module>`, if known.
    #[serde(default)]
    pub function: Option<String>,
}

impl Caller {
    /// The function as an end of a sentence, as in ` in answer`; empty outside of any.
    pub fn within(&self) -> String {
        match self.function.as_deref() {
            None | Some("<module>") => String::new(),
            Some(function) => format!(" in {function}"),
        }
    }
}

impl Exchange {
    /// The name of the real client with this number among the exchanges of a test; None for a client of
    /// the test's own.
    pub fn real_client(exchanges: &[Self], client: u16) -> Option<&str> {
        exchanges
            .iter()
            .find_map(|exchange| match &exchange.action {
                ExchangeAction::Connected { name: Some(name) } if exchange.client == client => {
                    Some(name.as_str())
                }
                _ => None,
            })
    }

    /// What the client with this number is called: its name, or `client` and the number.
    pub fn client_name(exchanges: &[Self], client: u16) -> String {
        Self::real_client(exchanges, client)
            .map_or_else(|| format!("client {client}"), str::to_owned)
    }
}

fn size_of(size: u32) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// As an end of a sentence, as one types them; empty where there are none.
fn with_arguments(arguments: &[String]) -> String {
    if arguments.is_empty() {
        return String::new();
    }
    let words = arguments.iter().map(|argument| {
        let word = Excerpt {
            bytes: argument.as_bytes().into(),
            cut_bytes: 0,
        };
        word.word()
    });
    format!(" with {}", words.collect::<Vec<_>>().join(" "))
}

impl ExchangeAction {
    /// Whether the program starts here, or ends by the test's doing.
    pub fn is_start_or_end(&self) -> bool {
        matches!(
            self,
            Self::Started { .. } | Self::Restarted { .. } | Self::Stopped | Self::Terminated
        )
    }

    /// The learner's calls that led to the bytes, the innermost first.
    pub fn callers(&self) -> &[Caller] {
        match self {
            Self::Received { callers, .. } => callers,
            _ => &[],
        }
    }

    /// The event in English; of bytes that passed, what they say, where they can be read. `client`
    /// is what it is called where the sentence has to name it, as among several.
    pub fn headline(&self, client: Option<&str>) -> Option<String> {
        let subject = client.unwrap_or("the client");
        let to_client = client.map_or_else(String::new, |client| format!(" to {client}"));
        Some(match self {
            Self::Sent { .. } | Self::Received { .. } => return self.decoded_text(),
            Self::Connected { .. } => format!("{subject} connected"),
            Self::Silence { waited_ms } => format!("nothing came{to_client} for {waited_ms} ms"),
            Self::ClosedByClient => format!("{subject} closed its connection"),
            Self::ResetByClient => format!("{subject} broke its connection off"),
            Self::ClosedByServer => format!("the program closed the connection{to_client}"),
            Self::Reset => format!("the program's side reset the connection{to_client}"),
            Self::Started { arguments } => {
                format!("the program was started{}", with_arguments(arguments))
            }
            Self::Restarted { arguments } => {
                format!("the program was restarted{}", with_arguments(arguments))
            }
            Self::Stopped => "the program was killed".to_owned(),
            Self::Terminated => "the program was asked to end, by SIGTERM".to_owned(),
            Self::FileRead {
                file,
                content,
                size,
            } => format!(
                "the test read {file}, {}: {}",
                counted(size_of(*size), "byte", "bytes"),
                content.word()
            ),
            Self::FileWritten {
                file,
                content,
                size,
            } => format!(
                "the test wrote {} to {file}: {}",
                counted(size_of(*size), "byte", "bytes"),
                content.word()
            ),
            Self::RedisStarted { files } if files.is_empty() => {
                "a real Redis was started".to_owned()
            }
            Self::RedisStarted { files } => {
                format!("a real Redis was started with {}", files.join(" and "))
            }
            Self::RedisAsked { request, reply } => {
                format!("a real Redis answered {request} with {reply}")
            }
            Self::LeftOut { count } => {
                let count = size_of(*count);
                format!("{} left out here", counted(count, "event is", "events are"))
            }
        })
    }

    /// The bytes that passed as a person says them, where they can be read.
    pub fn decoded_text(&self) -> Option<String> {
        match self {
            Self::Sent { decoded, .. } => decoded.as_ref().map(Request::to_string),
            Self::Received { decoded, .. } => {
                decoded.as_ref().map(|replies| replies_phrase(replies))
            }
            _ => None,
        }
    }
}
