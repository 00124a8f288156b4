//! The smallest edit that turns one text into another.

/// A range of a text and its replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEdit {
    /// The start of the range, in UTF-16 units from 0, as browsers count.
    pub start: u32,
    /// The end of the range, exclusive, in the same units.
    pub end: u32,
    /// The replacement.
    pub text: String,
}

impl TextEdit {
    /// The edit from the first character that differs to the last.
    pub fn between(before: &str, after: &str) -> Self {
        let same = |(one, other): &(char, char)| one == other;
        let above = before.chars().zip(after.chars()).take_while(same);
        let above: usize = above.map(|(one, _)| one.len_utf8()).sum();
        let (old, new) = (&before[above..], &after[above..]);
        let below = old.chars().rev().zip(new.chars().rev()).take_while(same);
        let below: usize = below.map(|(one, _)| one.len_utf8()).sum();
        let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
        let start = units(&before[..above]);
        Self {
            start,
            end: start + units(&old[..old.len() - below]),
            text: new[..new.len() - below].to_owned(),
        }
    }
}

/// The column in UTF-16 units, as an editor counts, of a column in characters; both from 1.
pub fn utf16_column(line: &str, column: u32) -> u32 {
    let before = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
    let more = line.chars().take(before).filter(|it| it.len_utf16() > 1);
    column + u32::try_from(more.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_beyond_the_first_plane_is_two_columns_of_an_editor() {
        let line = r#"print("👍👍é") $"#;
        assert_eq!(line.chars().nth(13), Some('$'));
        assert_eq!(utf16_column(line, 1), 1);
        assert_eq!(utf16_column(line, 8), 8);
        assert_eq!(utf16_column(line, 14), 16);
        assert_eq!(utf16_column(line, 99), 101);
    }

    #[test]
    fn an_edit_is_as_small_as_can_be_and_makes_the_other_text() {
        for (before, after, expected) in [
            ("", "", (0, 0, "")),
            ("same", "same", (4, 4, "")),
            ("a b c", "a x c", (2, 3, "x")),
            ("aa", "aaa", (2, 2, "a")),
            ("aaa", "aa", (2, 3, "")),
            ("é🎉x", "é🎉yx", (3, 3, "y")),
            ("", "new", (0, 0, "new")),
            ("old", "", (0, 3, "")),
        ] {
            let edit = TextEdit::between(before, after);
            let (start, end, text) = expected;
            assert_eq!(
                (edit.start, edit.end, edit.text.as_str()),
                (start, end, text)
            );
            let units: Vec<u16> = before.encode_utf16().collect();
            let mut made = units[..edit.start as usize].to_vec();
            made.extend(edit.text.encode_utf16());
            made.extend(&units[edit.end as usize..]);
            assert_eq!(String::from_utf16(&made).unwrap(), after);
        }
    }
}
