//! Markdown turned into safe HTML, once, when a course is loaded.
//!
//! Besides CommonMark there are tables, `> [!NOTE]` callouts, highlighted code, `<details>` for
//! what can be folded away, and pictures of bytes. The page's own heading is the title of the
//! step, so a leading `# Title` is left out and headings begin with `h2`.
//!
//! The classes that reach the page, for the style sheet:
//!
//! - `pre.code` and `pre.session` (a `console` block), with `code.language-…` in them;
//! - in code, `span.syn-key`, `.syn-str`, `.syn-num`, `.syn-com`, `.syn-fn`, and `.prompt` in a
//!   session;
//! - `div.bytes`, a row of bytes, with `span.t` (type or length), `.d` (data), `.c` (`\r\n`);
//! - `div.callout` with `.callout-note`, `-tip`, `-important`, `-warning` or `-caution`, and
//!   `p.callout-title` in it;
//! - `a.external`, a link to another site, which opens beside the page;
//! - `.align-left`, `.align-center`, `.align-right` on cells of a table.

mod bytes_picture;
mod code;
mod link;
mod page;
mod sanitiser;

use std::path::Path;

use pulldown_cmark::{BrokenLink, Event, LinkType, Options, Parser};

use crate::course::Link;
use crate::lines::Lines;
use crate::problem::Found;
pub(crate) use link::{Place, Surroundings};
use page::Page;

/// A Markdown text and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Markdown<'a> {
    /// The file that holds it.
    pub(crate) file: &'a Path,
    /// The line of the file where it begins.
    pub(crate) first_line: u32,
    /// The text.
    pub(crate) text: &'a str,
}

/// What became of a Markdown text.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// Safe HTML.
    pub(crate) html: String,
    /// The words in it, without code blocks.
    pub(crate) words: u32,
    /// The links to other sites.
    pub(crate) links: Vec<Link>,
}

impl Markdown<'_> {
    fn line(&self, at: usize) -> u32 {
        let lines = Lines::of(self.text);
        self.first_line.saturating_add(lines.at(at) - 1)
    }

    /// Turns the text into HTML; what is wrong with it goes to the problems.
    pub(crate) fn render(&self, found: &Found, surroundings: &Surroundings<'_>) -> Rendered {
        let broken_link = |link: BrokenLink<'_>| {
            // `[word]` alone is just a word in brackets; `[word][name]` was meant as a link.
            if !matches!(
                link.link_type,
                LinkType::ShortcutUnknown | LinkType::Shortcut
            ) {
                found.at(
                    self.file,
                    self.line(link.span.start),
                    format!(
                        "the link [{}] is defined nowhere: write a line `[{}]: https://…`",
                        link.reference, link.reference
                    ),
                );
            }
            None
        };
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
        let parser = Parser::new_with_broken_link_callback(self.text, options, Some(broken_link));
        let mut page = Page::new(self, found, surroundings);
        let mut weight = Weight::default();
        for (event, span) in parser.into_offset_iter() {
            if weight.add(&event).is_too_heavy() {
                found.at(
                    self.file,
                    self.line(span.start),
                    "the text is nested too deeply, or has too much HTML: make it simpler",
                );
                return Rendered::default();
            }
            page.take(event, span.start);
        }
        page.end()
    }
}

/// How much the sanitiser will have to do, which takes minutes for thousands of nested elements.
#[derive(Debug, Default)]
struct Weight {
    /// Elements that are open.
    depth: usize,
    /// Tags of raw HTML so far; how they nest, only the sanitiser knows.
    html_tags: usize,
}

impl Weight {
    const MAX_DEPTH: usize = 40;
    const MAX_HTML_TAGS: usize = 200;

    fn add(&mut self, event: &Event<'_>) -> &Self {
        match event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Html(html) | Event::InlineHtml(html) => {
                self.html_tags += html.matches('<').count();
            }
            _ => {}
        }
        self
    }

    fn is_too_heavy(&self) -> bool {
        self.depth > Self::MAX_DEPTH || self.html_tags > Self::MAX_HTML_TAGS
    }
}

#[cfg(test)]
mod tests;
