//! One container's connection: bytes both ways, without Docker's types.

use std::fmt;
use std::io;
use std::pin::Pin;

use bytes::Bytes;
use futures::Stream;
use tokio::io::AsyncWrite;

/// Some of a container's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AttachedOutput {
    /// The judge's frames, cut anywhere.
    Stdout(Bytes),
    /// What the judge writes when it breaks.
    Stderr(Bytes),
}

/// The connection to one container. Losing it is losing the container: with its standard input
/// closed, the judge ends.
pub(crate) struct AttachedIo {
    /// Standard input, the half whose drop the container notices. It is dropped first.
    pub(crate) input: Pin<Box<dyn AsyncWrite + Send>>,
    /// Standard output and error, to their end.
    pub(crate) output: Pin<Box<dyn Stream<Item = io::Result<AttachedOutput>> + Send>>,
}

impl fmt::Debug for AttachedIo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AttachedIo")
    }
}
