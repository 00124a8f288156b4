//! Markdown rendered to safe HTML, once, when a course is loaded.
//!
//! Besides CommonMark there are tables, `> [!NOTE]` callouts, highlighted code, `<details>` and
//! byte diagrams. The page has its own `h1`, so a leading `# Title` is dropped and headings begin
//! at `h2`.
//!
//! The classes that style sheets can rely on:
//!
//! - `pre.code` and `pre.session` (a `console` block), each around a `code.language-…`;
//! - in code, `span.syn-key`, `.syn-str`, `.syn-num`, `.syn-com`, `.syn-fn`, and `.prompt` in a
//!   session;
//! - `div.bytes`, a row of bytes, with `span.t` (type or length), `.d` (data), `.c` (`\r\n`);
//! - `button.term`, a word that the glossary explains, and after it the `span.definition`;
//! - `div.callout` with `.callout-note`, `-tip`, `-important`, `-warning` or `-caution`, and
//!   `p.callout-title` in it;
//! - `a.external`, a link to another site, which opens in a new tab;
//! - `.align-left`, `.align-center`, `.align-right` on table cells.

mod block_error;
mod byte_diagram;
mod code_block;
mod headings;
mod highlight;
mod html;
mod link;
mod page;
mod sanitiser;
mod term_marks;

use std::path::{Path, PathBuf};

use protocol::Heading;
use pulldown_cmark::{BrokenLink, Event, LinkType, Options, Parser};

use crate::line_index::LineIndex;
use crate::problem::Diagnostics;
pub(crate) use link::{DocKind, TextContext};
use page::Page;

/// A Markdown text: a whole file, or a string in one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Markdown<'a> {
    pub(crate) file: &'a Path,
    /// The line of the file on which the text begins, from 1.
    pub(crate) first_line: u32,
    pub(crate) text: &'a str,
}

/// A rendered Markdown text.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// Safe HTML.
    pub(crate) html: String,
    /// The number of words, not counting code blocks.
    pub(crate) word_count: u32,
    /// The links to other sites, in order.
    pub(crate) external_links: Vec<ExternalLink>,
    /// The headings of the second level, in order.
    pub(crate) headings: Vec<Heading>,
}

/// A link to another site.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExternalLink {
    /// The file that contains the link.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// The target, with `http` or `https`.
    pub url: String,
}

impl Markdown<'_> {
    /// The line of the file that contains the byte at `offset` of the text.
    fn line(&self, offset: usize) -> u32 {
        let line_index = LineIndex::new(self.text);
        self.first_line.saturating_add(line_index.line(offset) - 1)
    }

    /// Renders the text; what is wrong with it goes to `diagnostics`.
    pub(crate) fn render(&self, diagnostics: &Diagnostics, context: &TextContext<'_>) -> Rendered {
        let broken_link = |link: BrokenLink<'_>| {
            // `[word]` alone is a word in brackets, but `[word][name]` was meant as a link.
            if !matches!(
                link.link_type,
                LinkType::ShortcutUnknown | LinkType::Shortcut
            ) {
                diagnostics.report(
                    self.file,
                    self.line(link.span.start),
                    format!(
                        "the link [{}] is not defined: add a line `[{}]: https://…`",
                        link.reference, link.reference
                    ),
                );
            }
            None
        };
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
        let parser = Parser::new_with_broken_link_callback(self.text, options, Some(broken_link));
        let mut page = Page::new(self, diagnostics, context);
        let mut complexity = Complexity::default();
        for (event, span) in parser.into_offset_iter() {
            complexity.add(&event);
            if complexity.exceeds_limit() {
                diagnostics.report(
                    self.file,
                    self.line(span.start),
                    "the text is nested too deeply, or has too much HTML: make it simpler",
                );
                return Rendered::default();
            }
            page.push(event, span.start);
        }
        page.finish()
    }
}

/// How much work the sanitiser will have. Thousands of nested elements take it minutes.
#[derive(Debug, Default)]
struct Complexity {
    /// Open elements.
    depth: usize,
    /// Tags of raw HTML: how they nest is known only to the sanitiser.
    html_tags: usize,
}

impl Complexity {
    const MAX_DEPTH: usize = 40;
    const MAX_HTML_TAGS: usize = 200;

    fn add(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Html(html) | Event::InlineHtml(html) => {
                self.html_tags += html.matches('<').count();
            }
            _ => {}
        }
    }

    fn exceeds_limit(&self) -> bool {
        self.depth > Self::MAX_DEPTH || self.html_tags > Self::MAX_HTML_TAGS
    }
}

#[cfg(test)]
mod tests;
