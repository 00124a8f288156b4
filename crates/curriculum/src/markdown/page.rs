//! Builds a page of HTML from the events of its Markdown.

use protocol::Heading;
use pulldown_cmark::html::push_html;
use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd,
};

use super::headings::{self, Headings};
use super::link::{self, DocKind, Target, TextContext};
use super::term_marks::TermMarks;
use super::{ExternalLink, Markdown, Rendered, code_block, html, sanitiser};
use crate::language::count_words;
use crate::problem::Diagnostics;
use crate::suggestion::did_you_mean;

/// A page under construction, built event by event.
pub(super) struct Page<'a> {
    markdown: &'a Markdown<'a>,
    diagnostics: &'a Diagnostics,
    context: &'a TextContext<'a>,
    events: Vec<Event<'a>>,
    /// The text that counts as words.
    words: String,
    external_links: Vec<ExternalLink>,
    /// The links to headings of this text, with their lines; checked at the end.
    heading_links: Vec<(String, u32)>,
    headings: Headings,
    /// The headings of the second level.
    contents: Vec<Heading>,
    terms: TermMarks,
    open_heading: Option<OpenHeading>,
    open_code_block: Option<OpenCodeBlock>,
    /// For each open link or image, whether it is broken and so left out.
    is_link_broken: Vec<bool>,
    columns: Vec<Alignment>,
    column: usize,
    is_in_table_head: bool,
}

/// A heading whose end tag is still to come.
struct OpenHeading {
    /// The index of its opening tag among the events.
    index: usize,
    level: HeadingLevel,
    text: String,
}

/// A code block whose end tag is still to come.
struct OpenCodeBlock {
    language: String,
    line: u32,
    text: String,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub(super) fn new(
        markdown: &'a Markdown<'a>,
        diagnostics: &'a Diagnostics,
        context: &'a TextContext<'a>,
    ) -> Self {
        Self {
            markdown,
            diagnostics,
            context,
            events: Vec::new(),
            words: String::new(),
            external_links: Vec::new(),
            heading_links: Vec::new(),
            headings: Headings::default(),
            contents: Vec::new(),
            terms: TermMarks::default(),
            open_heading: None,
            open_code_block: None,
            is_link_broken: Vec::new(),
            columns: Vec::new(),
            column: 0,
            is_in_table_head: false,
        }
    }

    /// Sanitises the page, once every event has been pushed.
    pub(super) fn finish(self) -> Rendered {
        self.check_heading_links();
        let mut unsafe_html = String::new();
        push_html(&mut unsafe_html, self.events.into_iter());
        let word_count = count_words(&self.words);
        Rendered {
            html: sanitiser::clean(&unsafe_html),
            word_count: u32::try_from(word_count).unwrap_or(u32::MAX),
            external_links: self.external_links,
            headings: self.contents,
        }
    }

    fn push_html(&mut self, html: impl Into<CowStr<'a>>) {
        self.events.push(Event::Html(html.into()));
    }

    fn report(&self, offset: usize, message: impl Into<String>) {
        self.diagnostics
            .report(self.markdown.file, self.markdown.line(offset), message);
    }

    /// Adds an event; `offset` is where it begins in the text.
    pub(super) fn push(&mut self, event: Event<'a>, offset: usize) {
        match event {
            Event::Text(text) => self.push_text(text),
            Event::Code(text) => {
                self.push_words(&text);
                self.events.push(Event::Code(text));
            }
            Event::SoftBreak | Event::HardBreak => {
                self.push_words(" ");
                self.events.push(event);
            }
            Event::Html(ref html) | Event::InlineHtml(ref html) => {
                if !html.starts_with("<!--") && link::is_in_html(html) {
                    self.report(
                        offset,
                        "a link or image is written in HTML, so it can't be checked: \
                         write it as Markdown, `[text](address)` or `![text](file)`",
                    );
                }
                self.events.push(event);
            }
            Event::Start(tag) => self.start_tag(tag, offset),
            Event::End(tag) => self.end_tag(tag),
            other => self.events.push(other),
        }
    }

    fn push_words(&mut self, text: &str) {
        self.words.push_str(text);
        if let Some(heading) = &mut self.open_heading {
            heading.text.push_str(text);
        }
    }

    fn push_text(&mut self, text: CowStr<'a>) {
        match &mut self.open_code_block {
            Some(block) => block.text.push_str(&text),
            None => {
                self.push_words(&text);
                self.events.extend(self.terms.explain(text, self.context));
            }
        }
    }

    fn start_tag(&mut self, tag: Tag<'a>, offset: usize) {
        self.terms.start(&tag.to_end());
        match tag {
            Tag::Heading { level, .. } => {
                self.words.push(' ');
                self.open_heading = Some(OpenHeading {
                    index: self.events.len(),
                    level,
                    text: String::new(),
                });
                // The opening tag goes here once the text, and with it the id, is known.
                self.push_html("");
            }
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.trim().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.open_code_block = Some(OpenCodeBlock {
                    language,
                    line: self.markdown.line(offset),
                    text: String::new(),
                });
            }
            Tag::BlockQuote(Some(kind)) => {
                let (class, title) = callout(kind);
                self.push_html(format!(
                    "<div class=\"callout callout-{class}\" role=\"note\">\
                     <p class=\"callout-title\">{title}</p>\n"
                ));
            }
            Tag::Link { dest_url, .. } => self.start_link(&dest_url, offset),
            Tag::Image {
                dest_url, title, ..
            } => self.start_image(&dest_url, title, offset),
            Tag::Table(columns) => {
                self.columns = columns;
                self.push_html("<table>");
            }
            Tag::TableHead => {
                self.column = 0;
                self.is_in_table_head = true;
                self.push_html("<thead><tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.push_html("<tr>");
            }
            Tag::TableCell => self.start_cell(),
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {
                self.events.push(Event::Start(tag));
            }
            block => {
                self.words.push(' ');
                self.events.push(Event::Start(block));
            }
        }
    }

    fn end_tag(&mut self, tag: TagEnd) {
        self.terms.end(&tag);
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::CodeBlock => self.end_code_block(),
            TagEnd::BlockQuote(Some(_)) => self.push_html("</div>\n"),
            TagEnd::Link => {
                if !self.is_link_broken.pop().unwrap_or(false) {
                    self.push_html("</a>");
                }
            }
            TagEnd::Image => {
                if !self.is_link_broken.pop().unwrap_or(false) {
                    self.events.push(Event::End(tag));
                }
            }
            TagEnd::Table => self.push_html("</tbody></table>\n"),
            TagEnd::TableHead => {
                self.is_in_table_head = false;
                self.push_html("</tr></thead><tbody>\n");
            }
            TagEnd::TableRow => self.push_html("</tr>\n"),
            TagEnd::TableCell if self.is_in_table_head => self.push_html("</th>"),
            TagEnd::TableCell => self.push_html("</td>"),
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.events.push(Event::End(tag));
            }
            block => {
                self.words.push(' ');
                self.events.push(Event::End(block));
            }
        }
    }

    /// Aligns by class: the page's content security policy forbids `style` attributes.
    fn start_cell(&mut self) {
        self.words.push(' ');
        let class = match self.columns.get(self.column) {
            Some(Alignment::Left) => " class=\"align-left\"",
            Some(Alignment::Center) => " class=\"align-center\"",
            Some(Alignment::Right) => " class=\"align-right\"",
            Some(Alignment::None) | None => "",
        };
        self.column += 1;
        if self.is_in_table_head {
            self.push_html(format!("<th scope=\"col\"{class}>"));
        } else {
            self.push_html(format!("<td{class}>"));
        }
    }

    fn end_heading(&mut self) {
        let Some(heading) = self.open_heading.take() else {
            return;
        };
        self.words.push(' ');
        if heading.level == HeadingLevel::H1 && heading.index == 0 {
            self.events.clear();
            self.words.clear();
            return;
        }
        let level = heading.level.max(HeadingLevel::H2);
        let opening = match self.context.kind {
            // Hints share their page with the instructions, so their ids could clash.
            DocKind::Hint | DocKind::Explanation | DocKind::Sheet => format!("<{level}>"),
            DocKind::Introduction | DocKind::Instructions => {
                let id = self.headings.add(&heading.text);
                let opening = format!("<{level} id=\"{id}\">");
                if level == HeadingLevel::H2 {
                    self.contents.push(Heading {
                        id,
                        title: heading.text,
                    });
                }
                opening
            }
        };
        if let Some(event) = self.events.get_mut(heading.index) {
            *event = Event::Html(opening.into());
        }
        self.push_html(format!("</{level}>\n"));
    }

    fn end_code_block(&mut self) {
        let Some(block) = self.open_code_block.take() else {
            return;
        };
        self.words.push(' ');
        match code_block::render(&block.language, &block.text) {
            Ok(html) => self.push_html(html),
            Err(error) => {
                let line = block.line.saturating_add(error.line);
                self.diagnostics
                    .report(self.markdown.file, line, error.message);
            }
        }
    }

    fn start_link(&mut self, address: &str, offset: usize) {
        let line = self.markdown.line(offset);
        let opening = match self.context.link(address) {
            Ok(Target::External(url)) => {
                let opening = html::external_link(&url);
                self.external_links.push(ExternalLink {
                    file: self.markdown.file.to_owned(),
                    line,
                    url,
                });
                Some(opening)
            }
            Ok(Target::Step(address)) => Some(html::internal_link(&address)),
            Ok(Target::Heading(name)) => {
                let opening = html::internal_link(&format!("#{}", headings::id_of(&name)));
                self.heading_links.push((name, line));
                Some(opening)
            }
            Err(message) => {
                self.report(offset, message);
                None
            }
        };
        self.is_link_broken.push(opening.is_none());
        if let Some(opening) = opening {
            self.push_html(opening);
        }
    }

    fn start_image(&mut self, address: &str, title: CowStr<'a>, offset: usize) {
        let image = self.context.image(address);
        self.is_link_broken.push(image.is_err());
        match image {
            Ok(data_url) => self.events.push(Event::Start(Tag::Image {
                link_type: LinkType::Inline,
                dest_url: data_url.into(),
                title,
                id: "".into(),
            })),
            Err(message) => self.report(offset, message),
        }
    }

    fn check_heading_links(&self) {
        for (name, line) in &self.heading_links {
            if !self.headings.contains(name) {
                self.diagnostics.report(
                    self.markdown.file,
                    *line,
                    format!(
                        "the link leads to #{name}, but no heading here has that name{}",
                        did_you_mean(name, self.headings.names())
                    ),
                );
            }
        }
    }
}

/// The class and the title of a callout.
fn callout(kind: BlockQuoteKind) -> (&'static str, &'static str) {
    match kind {
        BlockQuoteKind::Note => ("note", "Note"),
        BlockQuoteKind::Tip => ("tip", "Tip"),
        BlockQuoteKind::Important => ("important", "Important"),
        BlockQuoteKind::Warning => ("warning", "Warning"),
        BlockQuoteKind::Caution => ("caution", "Caution"),
    }
}
