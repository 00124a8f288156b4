//! Sentences with code between backticks, split into code and plain text.

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InlineSpan {
    /// Plain text.
    Words(String),
    /// The code between two backticks.
    Code(String),
}

impl InlineSpan {
    /// The text without backticks.
    pub fn text(&self) -> &str {
        match self {
            Self::Words(text) | Self::Code(text) => text,
        }
    }
}

/// Splits a sentence at its backticks. A backtick without a partner is plain text.
pub fn inline_spans(sentence: &str) -> Vec<InlineSpan> {
    let mut found = Vec::new();
    let mut rest = sentence;
    while let Some((words, after)) = rest.split_once('`') {
        let Some((code, after)) = after.split_once('`') else {
            break;
        };
        if !words.is_empty() {
            found.push(InlineSpan::Words(words.to_owned()));
        }
        if !code.is_empty() {
            found.push(InlineSpan::Code(code.to_owned()));
        }
        rest = after;
    }
    if !rest.is_empty() {
        found.push(InlineSpan::Words(rest.to_owned()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> InlineSpan {
        InlineSpan::Words(text.to_owned())
    }

    fn code(text: &str) -> InlineSpan {
        InlineSpan::Code(text.to_owned())
    }

    #[test]
    fn code_stands_between_backticks() {
        assert_eq!(
            inline_spans("call `listen` now"),
            [words("call "), code("listen"), words(" now")]
        );
        assert_eq!(inline_spans("`a``b`"), [code("a"), code("b")]);
    }

    #[test]
    fn a_lone_backtick_is_kept() {
        assert_eq!(inline_spans("`a` and ` b"), [code("a"), words(" and ` b")]);
        assert!(inline_spans("").is_empty());
    }
}
