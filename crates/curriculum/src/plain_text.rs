//! Texts that are drawn as they are written, but for code in backticks.

use std::sync::LazyLock;

use regex::Regex;

/// The first Markdown in a text that a page would show with its signs: emphasis, a link, an entity.
pub(crate) fn markdown_in(text: &str) -> Option<&str> {
    static MARKDOWN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\*\*?[\p{L}\d][^*]*\*|\b__?\p{L}[^_\s]*__?\b|\]\([^)]*\)|</?[a-z]+>|&[a-z]+;")
            .expect("the expression is written here")
    });
    // Every second part stands between backticks.
    text.split('`')
        .step_by(2)
        .find_map(|words| MARKDOWN.find(words))
        .map(|found| found.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emphasis_links_and_html_are_found() {
        for (text, found) in [
            ("That is how Python *shows* bytes.", Some("*shows*")),
            ("Count **all of** them.", Some("**all of*")),
            ("It _is_ one.", Some("_is_")),
            ("See [the page](../ping/).", Some("](../ping/)")),
            ("A <b>bold</b> word", Some("<b>")),
            ("one&nbsp;word", Some("&nbsp;")),
            ("`a *b* c` and `x_y_z`", None),
            ("2 * 3 * 4, a snake_case_name, `*args`", None),
            ("if a < b and c > d", None),
        ] {
            assert_eq!(markdown_in(text), found, "{text}");
        }
    }
}
