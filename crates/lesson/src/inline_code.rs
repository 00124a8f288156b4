//! Sentences with code between backticks, cut into what is code and what is not.

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Plain words.
    Words(String),
    /// What stood between two backticks.
    Code(String),
}

impl Piece {
    /// The text without its marks.
    pub fn text(&self) -> &str {
        match self {
            Self::Words(text) | Self::Code(text) => text,
        }
    }
}

/// Cuts a sentence at its backticks. A backtick without a partner stands for itself.
pub fn pieces(sentence: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = sentence;
    while let Some((words, after)) = rest.split_once('`') {
        let Some((code, after)) = after.split_once('`') else {
            break;
        };
        if !words.is_empty() {
            found.push(Piece::Words(words.to_owned()));
        }
        if !code.is_empty() {
            found.push(Piece::Code(code.to_owned()));
        }
        rest = after;
    }
    if !rest.is_empty() {
        found.push(Piece::Words(rest.to_owned()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Piece {
        Piece::Words(text.to_owned())
    }

    fn code(text: &str) -> Piece {
        Piece::Code(text.to_owned())
    }

    #[test]
    fn code_stands_between_backticks() {
        assert_eq!(
            pieces("call `listen` now"),
            [words("call "), code("listen"), words(" now")]
        );
        assert_eq!(pieces("`a``b`"), [code("a"), code("b")]);
    }

    #[test]
    fn a_lone_backtick_is_kept() {
        assert_eq!(pieces("`a` and ` b"), [code("a"), words(" and ` b")]);
        assert!(pieces("").is_empty());
    }
}
