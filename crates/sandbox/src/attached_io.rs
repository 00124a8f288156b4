//! The connection to one container: bytes both ways, without a word about Docker.

use std::fmt;
use std::io;
use std::pin::Pin;

use bytes::Bytes;
use futures::Stream;
use tokio::io::AsyncWrite;

/// What came out of a container in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AttachedOutput {
    /// The judge's frames, cut anywhere.
    Stdout(Bytes),
    /// What the judge says when it breaks.
    Stderr(Bytes),
}

/// The connection to one container. Losing it is losing the container: with its standard input
/// closed, the judge ends.
pub(crate) struct AttachedIo {
    /// Into the container; the first half whose drop the container notices.
    pub(crate) input: Pin<Box<dyn AsyncWrite + Send>>,
    /// Out of the container, to its end.
    pub(crate) output: Pin<Box<dyn Stream<Item = io::Result<AttachedOutput>> + Send>>,
}

impl fmt::Debug for AttachedIo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AttachedIo")
    }
}
