//! Why a code block can't be rendered.

/// What is wrong with a code block, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BlockError {
    /// The line in the block: 0 is the opening fence, 1 the first line of its content.
    pub(super) line: u32,
    pub(super) message: String,
}
