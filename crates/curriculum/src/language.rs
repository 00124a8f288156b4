//! The language that a course is written in, and how its words are counted.

use icu_locale_core::LanguageIdentifier;
use protocol::CourseLanguage;

/// The common languages that are written from right to left; a tag of any other names its script.
const RIGHT_TO_LEFT: [&str; 20] = [
    "ar", "arc", "arz", "azb", "ckb", "dv", "fa", "glk", "he", "ks", "lrc", "mzn", "nqo", "pnb",
    "ps", "sd", "syr", "ug", "ur", "yi",
];
/// Scripts that are, by ISO 15924.
const RIGHT_TO_LEFT_SCRIPTS: [&str; 10] = [
    "Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa",
];

/// The language of a BCP 47 tag, as in `en`, `pt-BR` or `az-Arab`; none where it is no tag.
pub(crate) fn parse(tag: &str) -> Option<CourseLanguage> {
    let identifier = LanguageIdentifier::try_from_str(tag).ok()?;
    let is_right_to_left = match identifier.script {
        Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script.as_str()),
        None => RIGHT_TO_LEFT.contains(&identifier.language.as_str()),
    };
    Some(CourseLanguage {
        tag: identifier.to_string(),
        is_right_to_left,
    })
}

/// How many words a text has. Some scripts have no blanks between words: there, two characters of
/// Chinese or Japanese and four of Thai, Lao, Khmer, Burmese or Tibetan count as one: about
/// what one English word says.
pub(crate) fn count_words(text: &str) -> usize {
    text.split_whitespace().map(words_in).sum()
}

/// The words of a text without blanks.
fn words_in(text: &str) -> usize {
    let (mut twos, mut fours, mut has_others) = (0_usize, 0_usize, false);
    for character in text.chars() {
        match character {
            '\u{3041}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}' => twos += 1,
            '\u{0e01}'..='\u{0fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => {
                fours += 1
            }
            _ => has_others |= character.is_alphanumeric(),
        }
    }
    twos.div_ceil(2) + fours.div_ceil(4) + usize::from(has_others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_a_direction() {
        for (tag, canonical, direction) in [
            ("en", "en", "ltr"),
            ("PT-br", "pt-BR", "ltr"),
            ("he", "he", "rtl"),
            ("ar-EG", "ar-EG", "rtl"),
            ("az-Arab", "az-Arab", "rtl"),
            ("ur-Aran", "ur-Aran", "rtl"),
            ("ar-latn", "ar-Latn", "ltr"),
        ] {
            let language = parse(tag).unwrap();
            assert_eq!(language.tag, canonical);
            assert_eq!(language.direction(), direction, "{tag}");
        }
        for no_tag in ["", "English", "e", "en_", "en US", "עברית"] {
            assert_eq!(parse(no_tag), None, "{no_tag}");
        }
    }

    #[test]
    fn words_are_counted_without_blanks_too() {
        for (text, words) in [
            ("One two, three — four.", 4),
            ("שלום עולם", 2),
            ("한국어 단어", 2),
            // "Write a server" and "in Python".
            ("サーバーを書く Python で", 6),
            ("写一个服务器。", 3),
            ("เขียนเซิร์ฟเวอร์", 4),
        ] {
            assert_eq!(count_words(text), words, "{text}");
        }
    }
}
