//! The headings of a text and the links to them.

use std::collections::BTreeMap;

/// What precedes a heading's name in its `id`, which must not clash with others on the page.
const ID_PREFIX: &str = "text-";

/// The names of the headings so far.
#[derive(Debug, Default)]
pub(super) struct Headings {
    /// How many headings have the same text, by the name that GitHub derives from it.
    counts: BTreeMap<String, u32>,
}

impl Headings {
    /// Adds a heading and gives its `id`. As on GitHub, a repeated name gets a number.
    pub(super) fn add(&mut self, text: &str) -> String {
        let name: String = text
            .trim()
            .chars()
            .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
            .flat_map(char::to_lowercase)
            .map(|letter| if letter == ' ' { '-' } else { letter })
            .collect();
        let count = self.counts.entry(name.clone()).or_default();
        *count += 1;
        match *count {
            1 => id_of(&name),
            count => id_of(&format!("{name}-{}", count - 1)),
        }
    }

    /// Whether a link can name this heading.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.counts.iter().any(|(heading, count)| {
            name == heading || (1..*count).any(|number| name == format!("{heading}-{number}"))
        })
    }

    /// The distinct names, without numbers.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.counts.keys().map(String::as_str)
    }
}

/// The `id` of the heading with this name.
pub(super) fn id_of(name: &str) -> String {
    format!("{ID_PREFIX}{name}")
}
