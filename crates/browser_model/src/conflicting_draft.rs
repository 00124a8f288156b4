//! One step open in two tabs: whose draft stands where.

/// What a tab does when another one has kept a draft of the same step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictingDraft {
    /// It is what stands here already.
    Same,
    /// Nothing was typed here since the last draft was kept: the other's takes its place.
    Adopt,
    /// Both were typed in: this tab keeps its own and offers the other's.
    Offer,
}

impl ConflictingDraft {
    /// Decides by what stands in the editor, what it opened with or last kept, and what came.
    pub fn judge(editor: &str, saved_text: &str, other: &str) -> Self {
        if editor == other {
            Self::Same
        } else if saved_text == editor {
            Self::Adopt
        } else {
            Self::Offer
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ConflictingDraft;

    #[test]
    fn a_tab_that_was_typed_in_keeps_its_own() {
        assert_eq!(
            ConflictingDraft::judge("a", "a", "a"),
            ConflictingDraft::Same
        );
        assert_eq!(
            ConflictingDraft::judge("a", "a", "b"),
            ConflictingDraft::Adopt
        );
        assert_eq!(
            ConflictingDraft::judge("ab", "a", "b"),
            ConflictingDraft::Offer
        );
    }
}
