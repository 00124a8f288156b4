//! Sentences with code between backticks, split into code and plain text.

/// Part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InlineSpan {
    /// Plain text.
    Text(String),
    /// The code between two backticks.
    Code(String),
}

impl InlineSpan {
    /// The text without backticks.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Code(text) => text,
        }
    }
}

/// Splits a sentence at its backticks. A backtick without a partner is plain text.
pub fn inline_spans(sentence: &str) -> Vec<InlineSpan> {
    let mut found = Vec::new();
    let mut rest = sentence;
    while let Some((plain, after)) = rest.split_once('`') {
        let Some((code, after)) = after.split_once('`') else {
            break;
        };
        if !plain.is_empty() {
            found.push(InlineSpan::Text(plain.to_owned()));
        }
        if !code.is_empty() {
            found.push(InlineSpan::Code(code.to_owned()));
        }
        rest = after;
    }
    if !rest.is_empty() {
        found.push(InlineSpan::Text(rest.to_owned()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> InlineSpan {
        InlineSpan::Text(text.to_owned())
    }

    fn code(text: &str) -> InlineSpan {
        InlineSpan::Code(text.to_owned())
    }

    #[test]
    fn code_stands_between_backticks() {
        assert_eq!(
            inline_spans("call `listen` now"),
            [plain("call "), code("listen"), plain(" now")]
        );
        assert_eq!(inline_spans("`a``b`"), [code("a"), code("b")]);
    }

    #[test]
    fn a_lone_backtick_is_kept() {
        assert_eq!(inline_spans("`a` and ` b"), [code("a"), plain(" and ` b")]);
        assert!(inline_spans("").is_empty());
    }
}
