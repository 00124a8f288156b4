//! What passed between a test's clients and the learner's program.

use serde::{Deserialize, Serialize};

use crate::ByteString;

/// One thing that happened on one connection of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The client, numbered from 1 in the order of connecting; 0 where it is about none of them.
    pub client: u16,
    /// Microseconds since the test began.
    pub at_us: u32,
    /// What happened.
    #[serde(flatten)]
    pub action: ExchangeAction,
}

/// What happened on a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum ExchangeAction {
    /// The client connected.
    Connected,
    /// The client sent bytes.
    Sent {
        /// The bytes; long ones are cut.
        bytes: ByteString,
        /// Bytes that were cut off the end of `bytes`.
        cut_bytes: u32,
        /// The bytes as a person says them, as in `ECHO "hé"`.
        decoded: Option<String>,
    },
    /// The program's bytes arrived.
    Received {
        /// The bytes; long ones are cut.
        bytes: ByteString,
        /// Bytes that were cut off the end of `bytes`.
        cut_bytes: u32,
        /// The bytes as a person says them.
        decoded: Option<String>,
        /// The line of the learner's program that sent them, where it is known.
        line: Option<u32>,
    },
    /// The client waited and nothing came.
    Silence {
        /// How long it waited.
        waited_ms: u32,
    },
    /// The client closed the connection.
    ClosedByClient,
    /// The program closed the connection.
    ClosedByServer,
    /// The program's side reset the connection.
    Reset,
    /// The test restarted the program.
    Restarted,
    /// There are too many to keep: some from the middle are left out here.
    LeftOut {
        /// How many.
        count: u32,
    },
}
