//! The word that was probably meant.

/// `; did you mean ...?`, where one of the candidates is close to `word`; otherwise nothing.
pub(crate) fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> String {
    let most = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (edits(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= most)
        .min()
        .map(|(_, candidate)| format!("; did you mean `{candidate}`?"))
        .unwrap_or_default()
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour to make one
/// word the other. Case, `_` and `-` don't count: those are slips of the hand.
fn edits(from: &str, to: &str) -> usize {
    let plain = |word: &str| -> Vec<char> {
        let word = word.chars().take(100).flat_map(char::to_lowercase);
        word.map(|letter| if letter == '_' { '-' } else { letter })
            .collect()
    };
    let (from, to) = (plain(from), plain(to));
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for row in 0..from.len() {
        let mut cells = vec![row + 1];
        for column in 0..to.len() {
            let change = last[column] + usize::from(from[row] != to[column]);
            let mut least = change.min(last[column + 1] + 1).min(cells[column] + 1);
            let is_swap =
                row > 0 && column > 0 && from[row] == to[column - 1] && from[row - 1] == to[column];
            if is_swap {
                least = least.min(before_last[column - 1] + 1);
            }
            cells.push(least);
        }
        before_last = std::mem::replace(&mut last, cells);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted_as_a_hand_makes_them() {
        for (from, to, expected) in [
            ("", "", 0),
            ("abc", "", 3),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("gaol", "goal", 1),
            ("Wrong_Type", "wrong-type", 0),
        ] {
            assert_eq!(edits(from, to), expected, "{from} to {to}");
        }
    }

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_is_not() {
        let words = ["title", "goal", "minutes"];
        assert_eq!(did_you_mean("titel", words), "; did you mean `title`?");
        assert_eq!(did_you_mean("minute", words), "; did you mean `minutes`?");
        assert_eq!(did_you_mean("colour", words), "");
    }
}
