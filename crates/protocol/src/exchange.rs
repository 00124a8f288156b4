//! What passes between a test's clients and the learner's program.

use serde::{Deserialize, Serialize};

use crate::ByteString;

/// An event on a test's connections, and when it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The client, numbered from 1 in the order of connecting; 0 for an event of no single client.
    pub client: u16,
    /// Microseconds since the test began.
    pub at_us: u32,
    /// The event.
    #[serde(flatten)]
    pub action: ExchangeAction,
}

/// An event on a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum ExchangeAction {
    /// The client connected.
    Connected,
    /// The client sent bytes.
    Sent {
        /// The bytes, cut where there are many.
        bytes: ByteString,
        /// Bytes that were cut off the end of `bytes`.
        cut_bytes: u32,
        /// The bytes in a readable form, as in `ECHO "hé"`.
        decoded: Option<String>,
    },
    /// The program's bytes arrived.
    Received {
        /// The bytes, cut where there are many.
        bytes: ByteString,
        /// Bytes that were cut off the end of `bytes`.
        cut_bytes: u32,
        /// The bytes in a readable form.
        decoded: Option<String>,
        /// The learner's line that sent them, if known.
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
    /// There are too many events: some from the middle are left out here.
    LeftOut {
        /// How many events.
        count: u32,
    },
}
