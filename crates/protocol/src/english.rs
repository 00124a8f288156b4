//! Values in English: durations, counts, articles, sentences.

/// Microseconds with a fitting unit and precision: `0.6 ms`, `38 ms`, `1.4 s`.
pub fn duration_text(duration_us: u32) -> String {
    let ms = f64::from(duration_us) / 1000.0;
    // The bounds follow the rounded text: 9,950 µs would read 10.0 ms.
    match duration_us {
        0..9_950 => format!("{ms:.1} ms"),
        9_950..999_500 => format!("{ms:.0} ms"),
        _ => format!("{:.1} s", ms / 1000.0),
    }
}

/// Minutes as a range: `10–20 min`, `15 min`, `1–2 h` from two hours on.
pub fn minutes_text(from: u32, to: u32) -> String {
    if to >= 120 {
        let (from, to) = (half_hours(from), half_hours(to));
        return if from == to {
            format!("{to} h")
        } else {
            format!("{from}–{to} h")
        };
    }
    if from == to {
        format!("{to} min")
    } else {
        format!("{from}–{to} min")
    }
}

fn half_hours(minutes: u32) -> String {
    let halves = (minutes + 15) / 30;
    match (halves / 2, halves % 2) {
        (0, 1) => "½".to_owned(),
        (hours, 0) => hours.to_string(),
        (hours, _) => format!("{hours}½"),
    }
}

/// `1 line`, `3 lines`: a count with its noun.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

/// A noun with its article: `an array`, `a bulk string`; `nil` has none.
pub fn with_article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    match noun {
        "nil" => noun.to_owned(),
        noun if vowel => format!("an {noun}"),
        noun => format!("a {noun}"),
    }
}

/// An error's text as a sentence: a capital letter and a full stop.
pub fn sentence_case(text: &str) -> String {
    capitalised(&closed(text))
}

/// The same text with a full stop, where nothing else closes it.
pub(crate) fn closed(text: &str) -> String {
    let stop = if text.is_empty() || text.ends_with(['.', '!', '?', '…']) {
        ""
    } else {
        "."
    };
    format!("{text}{stop}")
}

/// The same text with a capital letter.
pub(crate) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_durations_have_a_decimal() {
        let texts = [0, 640, 9_949, 9_999, 38_400, 999_499, 999_999, 1_400_000].map(duration_text);
        assert_eq!(
            texts,
            [
                "0.0 ms", "0.6 ms", "9.9 ms", "10 ms", "38 ms", "999 ms", "1.0 s", "1.4 s"
            ]
        );
    }

    #[test]
    fn long_ranges_are_in_hours() {
        assert_eq!(minutes_text(10, 20), "10–20 min");
        assert_eq!(minutes_text(15, 15), "15 min");
        assert_eq!(minutes_text(55, 120), "1–2 h");
        assert_eq!(minutes_text(90, 150), "1½–2½ h");
    }
}
