//! The name that was probably meant.

/// `; did you mean …?` where a candidate is close to `word`, otherwise empty.
pub(crate) fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> String {
    let max_edits = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= max_edits)
        .min()
        .map(|(_, candidate)| format!("; did you mean `{candidate}`?"))
        .unwrap_or_default()
}

/// The edits between two words, where swapping two neighbours is one edit. Case is ignored and `_`
/// equals `-`: mixing them up is a slip, not a different name.
fn edit_distance(from: &str, to: &str) -> usize {
    strsim::osa_distance(&normalized(from), &normalized(to))
}

fn normalized(word: &str) -> String {
    // The distance takes quadratic time, and a name in a file can be as long as the file.
    let start = word.chars().take(100).flat_map(char::to_lowercase);
    start
        .map(|letter| if letter == '_' { '-' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_is_one_edit_and_case_and_underscores_are_none() {
        for (from, to, expected) in [
            ("", "", 0),
            ("abc", "", 3),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("gaol", "goal", 1),
            ("Wrong_Type", "wrong-type", 0),
        ] {
            assert_eq!(edit_distance(from, to), expected, "{from} to {to}");
        }
    }

    #[test]
    fn only_a_close_name_is_suggested() {
        let words = ["title", "goal", "minutes"];
        assert_eq!(did_you_mean("titel", words), "; did you mean `title`?");
        assert_eq!(did_you_mean("minute", words), "; did you mean `minutes`?");
        assert_eq!(did_you_mean("colour", words), "");
    }
}
