//! One step open in two tabs: whose draft each of them shows.

/// What a tab does when another one has saved a draft of the same step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictingDraft {
    /// Nothing: the editor shows that text already.
    Same,
    /// It shows the other's draft, since nothing was typed here after the last save.
    Adopt,
    /// It keeps its own draft and offers the other's, since both were typed in.
    Offer,
}

impl ConflictingDraft {
    /// Compares the editor's text, the text it opened with or last saved, and the other tab's.
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
