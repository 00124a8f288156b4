//! Byte offsets turned into line numbers.

/// Where each line of a text ends.
#[derive(Debug, Clone)]
pub(crate) struct LineIndex {
    /// The offset just after each `\n`.
    ends: Vec<usize>,
}

impl LineIndex {
    /// Indexes a text.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            ends: text
                .match_indices('\n')
                .map(|(offset, _)| offset + 1)
                .collect(),
        }
    }

    /// The line, from 1, that contains the byte at `offset`.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        let lines_before = self.ends.partition_point(|end| *end <= offset);
        u32::try_from(lines_before)
            .unwrap_or(u32::MAX)
            .saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newline_belongs_to_the_line_it_ends() {
        let index = LineIndex::new("ab\n\nc");
        let lines: Vec<u32> = (0..7).map(|offset| index.line(offset)).collect();
        assert_eq!(lines, [1, 1, 1, 2, 3, 3, 3]);
        assert_eq!(LineIndex::new("").line(0), 1);
    }
}
