//! The HTML elements that Markdown's own renderer doesn't write.

use html_escape::{encode_double_quoted_attribute, encode_text};

/// `<span class="…">text</span>`.
pub(super) fn span(class: &str, text: &str) -> String {
    format!("<span class=\"{class}\">{}</span>", encode_text(text))
}

/// A word and what it means. A button, so that keys and fingers reach it; its number is unique on a
/// page because each term is explained once, in one text of the page.
pub(super) fn term(index: usize, word: &str, meaning_html: &str) -> String {
    format!(
        "<button type=\"button\" class=\"term\" aria-describedby=\"term-{index}\">{}</button>\
         <span class=\"definition\" role=\"tooltip\" id=\"term-{index}\">{meaning_html}</span>",
        encode_text(word)
    )
}

/// The opening tag of a link to another site. It opens in a new tab, since the page contains the
/// learner's editor.
pub(super) fn external_link(url: &str) -> String {
    format!(
        "<a href=\"{}\" class=\"external\" target=\"_blank\">",
        encode_double_quoted_attribute(url)
    )
}

/// The opening tag of a link within the course.
pub(super) fn internal_link(address: &str) -> String {
    format!("<a href=\"{}\">", encode_double_quoted_attribute(address))
}
