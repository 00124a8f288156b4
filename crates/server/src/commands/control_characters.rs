//! Characters that a terminal obeys instead of showing them, written as escapes.

/// Writes control characters except line feed and tab, and those that reorder text, as escapes:
/// `\u{1b}`.
pub(crate) fn escape_controls(text: &str) -> String {
    escaped(text, |character| character.escape_unicode().collect())
}

/// The same in a line of JSON, as JSON writes them: `\u009b`. They stand in its strings only, of
/// which it escapes those up to U+001F by itself.
pub(crate) fn escape_controls_in_json(json: &str) -> String {
    escaped(json, |character| format!("\\u{:04x}", u32::from(character)))
}

fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_obeyed(character) {
            escaped.push_str(&escape(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn is_obeyed(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{061c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => true,
        _ => character.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_and_not_done() {
        let window_title = "a\x1b]0;renamed\x07b\r\u{9b}2J\u{202e}c\td\n";
        assert_eq!(
            escape_controls(window_title),
            "a\\u{1b}]0;renamed\\u{7}b\\u{d}\\u{9b}2J\\u{202e}c\td\n"
        );
        assert_eq!(escape_controls("✓ hé · 東京 👍"), "✓ hé · 東京 👍");
    }

    #[test]
    fn json_has_nothing_that_a_terminal_would_obey_and_says_the_same() {
        let all: String = ('\0'..='\u{2100}').chain(['東', '👍']).collect();
        let json = escape_controls_in_json(&serde_json::to_string(&all).unwrap());
        assert!(!json.contains(is_obeyed), "{json:?}");
        assert!(!json.contains('\u{7f}') && json.contains("\\u007f\\u0080"));
        assert!(json.contains("\\u009f\u{a0}") && json.contains("東👍"));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), all);
    }
}
