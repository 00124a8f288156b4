//! Which line of a text a place is in.

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    /// The offset after each line's end.
    ends: Vec<usize>,
}

impl Lines {
    /// The lines of a text.
    pub(crate) fn of(text: &str) -> Self {
        Self {
            ends: text.match_indices('\n').map(|(at, _)| at + 1).collect(),
        }
    }

    /// The line, from 1, of the byte at an offset from 0.
    pub(crate) fn at(&self, offset: usize) -> u32 {
        let before = self.ends.partition_point(|end| *end <= offset);
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_its_line_end() {
        let lines = Lines::of("ab\n\nc");
        let found: Vec<u32> = (0..7).map(|offset| lines.at(offset)).collect();
        assert_eq!(found, [1, 1, 1, 2, 3, 3, 3]);
        assert_eq!(Lines::of("").at(0), 1);
    }
}
