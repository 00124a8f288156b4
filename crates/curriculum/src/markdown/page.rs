//! A page of HTML as it grows from the events of its Markdown.

use std::collections::BTreeMap;

use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd,
    html,
};

use super::link::{self, Place, Surroundings};
use super::{Markdown, Rendered, code, sanitiser};
use crate::course::Link;
use crate::problem::Found;
use crate::suggestion::did_you_mean;

/// The page as it grows, event by event.
pub(super) struct Page<'a> {
    markdown: &'a Markdown<'a>,
    found: &'a Found,
    surroundings: &'a Surroundings<'a>,
    events: Vec<Event<'a>>,
    words: String,
    links: Vec<Link>,
    /// Links to headings of this text, with their lines.
    anchors: Vec<(String, u32)>,
    /// How often each heading's name was given out.
    headings: BTreeMap<String, u32>,
    heading: Option<Heading>,
    code: Option<CodeBlock>,
    /// For each open link or picture, whether it is left out because it is broken.
    is_link_dropped: Vec<bool>,
    columns: Vec<Alignment>,
    column: usize,
    is_in_table_head: bool,
}

/// A heading whose end has not come yet.
struct Heading {
    /// Where its first event stands.
    at: usize,
    level: HeadingLevel,
    text: String,
}

/// A code block whose end has not come yet.
struct CodeBlock {
    language: String,
    line: u32,
    text: String,
}

impl<'a> Page<'a> {
    /// A page without content.
    pub(super) fn new(
        markdown: &'a Markdown<'a>,
        found: &'a Found,
        surroundings: &'a Surroundings<'a>,
    ) -> Self {
        Self {
            markdown,
            found,
            surroundings,
            events: Vec::new(),
            words: String::new(),
            links: Vec::new(),
            anchors: Vec::new(),
            headings: BTreeMap::new(),
            heading: None,
            code: None,
            is_link_dropped: Vec::new(),
            columns: Vec::new(),
            column: 0,
            is_in_table_head: false,
        }
    }

    /// The page as safe HTML, once every event is in it.
    pub(super) fn end(self) -> Rendered {
        self.check_anchors();
        let mut unsafe_html = String::new();
        html::push_html(&mut unsafe_html, self.events.into_iter());
        let is_word = |word: &&str| word.chars().any(char::is_alphanumeric);
        let words = self.words.split_whitespace().filter(is_word).count();
        Rendered {
            html: sanitiser::clean(&unsafe_html),
            words: u32::try_from(words).unwrap_or(u32::MAX),
            links: self.links,
        }
    }

    fn raw(&mut self, html: impl Into<CowStr<'a>>) {
        self.events.push(Event::Html(html.into()));
    }

    fn problem(&self, at: usize, sentence: impl Into<String>) {
        self.found
            .at(self.markdown.file, self.markdown.line(at), sentence);
    }

    /// Adds an event that begins at an offset of the text.
    pub(super) fn take(&mut self, event: Event<'a>, at: usize) {
        match event {
            Event::Text(text) => self.text(text),
            Event::Code(text) => {
                self.words(&text);
                self.events.push(Event::Code(text));
            }
            Event::SoftBreak | Event::HardBreak => {
                self.words(" ");
                self.events.push(event);
            }
            Event::Html(ref html) | Event::InlineHtml(ref html) => {
                if !html.starts_with("<!--") && link::is_in_html(html) {
                    self.problem(
                        at,
                        "a link or picture is written in HTML, so it can't be checked: \
                         write it as Markdown, `[text](address)` or `![text](file)`",
                    );
                }
                self.events.push(event);
            }
            Event::Start(tag) => self.start_tag(tag, at),
            Event::End(tag) => self.end_tag(tag),
            other => self.events.push(other),
        }
    }

    fn words(&mut self, text: &str) {
        self.words.push_str(text);
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
        }
    }

    fn text(&mut self, text: CowStr<'a>) {
        match &mut self.code {
            Some(code) => code.text.push_str(&text),
            None => {
                self.words(&text);
                self.events.push(Event::Text(text));
            }
        }
    }

    fn start_tag(&mut self, tag: Tag<'a>, at: usize) {
        match tag {
            Tag::Heading { level, .. } => {
                self.words.push(' ');
                self.heading = Some(Heading {
                    at: self.events.len(),
                    level,
                    text: String::new(),
                });
                // The opening tag takes this place once the text, and so the id, is known.
                self.raw("");
            }
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.trim().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(CodeBlock {
                    language,
                    line: self.markdown.line(at),
                    text: String::new(),
                });
            }
            Tag::BlockQuote(Some(kind)) => {
                let (class, title) = callout(kind);
                self.raw(format!(
                    "<div class=\"callout callout-{class}\" role=\"note\">\
                     <p class=\"callout-title\">{title}</p>\n"
                ));
            }
            Tag::Link { dest_url, .. } => self.start_link(&dest_url, at),
            Tag::Image {
                dest_url, title, ..
            } => self.start_picture(&dest_url, title, at),
            Tag::Table(columns) => {
                self.columns = columns;
                self.raw("<table>");
            }
            Tag::TableHead => {
                self.column = 0;
                self.is_in_table_head = true;
                self.raw("<thead><tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.raw("<tr>");
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
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::BlockQuote(Some(_)) => self.raw("</div>\n"),
            TagEnd::Link => {
                if !self.is_link_dropped.pop().unwrap_or(false) {
                    self.raw("</a>");
                }
            }
            TagEnd::Image => {
                if !self.is_link_dropped.pop().unwrap_or(false) {
                    self.events.push(Event::End(tag));
                }
            }
            TagEnd::Table => self.raw("</tbody></table>\n"),
            TagEnd::TableHead => {
                self.is_in_table_head = false;
                self.raw("</tr></thead><tbody>\n");
            }
            TagEnd::TableRow => self.raw("</tr>\n"),
            TagEnd::TableCell if self.is_in_table_head => self.raw("</th>"),
            TagEnd::TableCell => self.raw("</td>"),
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.events.push(Event::End(tag));
            }
            block => {
                self.words.push(' ');
                self.events.push(Event::End(block));
            }
        }
    }

    /// Alignment as a class: a `style` attribute is neither safe nor allowed by the page's policy.
    fn start_cell(&mut self) {
        self.words.push(' ');
        let align = match self.columns.get(self.column) {
            Some(Alignment::Left) => " class=\"align-left\"",
            Some(Alignment::Center) => " class=\"align-center\"",
            Some(Alignment::Right) => " class=\"align-right\"",
            Some(Alignment::None) | None => "",
        };
        self.column += 1;
        if self.is_in_table_head {
            self.raw(format!("<th scope=\"col\"{align}>"));
        } else {
            self.raw(format!("<td{align}>"));
        }
    }

    fn end_heading(&mut self) {
        let Some(heading) = self.heading.take() else {
            return;
        };
        self.words.push(' ');
        if heading.level == HeadingLevel::H1 && heading.at == 0 {
            self.events.clear();
            self.words.clear();
            return;
        }
        let level = heading.level.max(HeadingLevel::H2);
        let opening = match self.surroundings.place {
            Place::Hint => format!("<{level}>"),
            Place::Introduction | Place::Instructions => {
                let id = self.heading_id(&heading.text);
                format!("<{level} id=\"{}{id}\">", link::ANCHOR_PREFIX)
            }
        };
        if let Some(event) = self.events.get_mut(heading.at) {
            *event = Event::Html(opening.into());
        }
        self.raw(format!("</{level}>\n"));
    }

    /// The heading's name in links, as GitHub makes it; the second of a name gets a number.
    fn heading_id(&mut self, text: &str) -> String {
        let name: String = text
            .trim()
            .chars()
            .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
            .flat_map(char::to_lowercase)
            .map(|letter| if letter == ' ' { '-' } else { letter })
            .collect();
        let count = self.headings.entry(name.clone()).or_default();
        *count += 1;
        match *count {
            1 => name,
            count => format!("{name}-{}", count - 1),
        }
    }

    fn end_code(&mut self) {
        let Some(block) = self.code.take() else {
            return;
        };
        self.words.push(' ');
        match code::render(&block.language, &block.text) {
            Ok(html) => self.raw(html),
            Err(wrong) => {
                let line = block.line.saturating_add(wrong.line);
                self.found.at(self.markdown.file, line, wrong.sentence);
            }
        }
    }

    fn start_link(&mut self, address: &str, at: usize) {
        let line = self.markdown.line(at);
        let opening = match self.surroundings.link(address) {
            Ok(link::Target::Site(url)) => {
                let opening = link::external(&url);
                self.links.push(Link {
                    file: self.markdown.file.to_owned(),
                    line,
                    url,
                });
                Some(opening)
            }
            Ok(link::Target::Step(address)) => Some(link::internal(&address)),
            Ok(link::Target::Heading(name)) => {
                let opening = link::internal(&format!("#{}{name}", link::ANCHOR_PREFIX));
                self.anchors.push((name, line));
                Some(opening)
            }
            Err(sentence) => {
                self.problem(at, sentence);
                None
            }
        };
        self.is_link_dropped.push(opening.is_none());
        if let Some(opening) = opening {
            self.raw(opening);
        }
    }

    fn start_picture(&mut self, address: &str, title: CowStr<'a>, at: usize) {
        let picture = self.surroundings.picture(address);
        self.is_link_dropped.push(picture.is_err());
        match picture {
            Ok(data) => self.events.push(Event::Start(Tag::Image {
                link_type: LinkType::Inline,
                dest_url: data.into(),
                title,
                id: "".into(),
            })),
            Err(sentence) => self.problem(at, sentence),
        }
    }

    fn check_anchors(&self) {
        for (name, line) in &self.anchors {
            let is_there = self.headings.iter().any(|(heading, count)| {
                name == heading || (1..*count).any(|number| *name == format!("{heading}-{number}"))
            });
            if !is_there {
                let headings = self.headings.keys().map(String::as_str);
                self.found.at(
                    self.markdown.file,
                    *line,
                    format!(
                        "the link leads to #{name}, but no heading here has that name{}",
                        did_you_mean(name, headings)
                    ),
                );
            }
        }
    }
}

fn callout(kind: BlockQuoteKind) -> (&'static str, &'static str) {
    match kind {
        BlockQuoteKind::Note => ("note", "Note"),
        BlockQuoteKind::Tip => ("tip", "Tip"),
        BlockQuoteKind::Important => ("important", "Important"),
        BlockQuoteKind::Warning => ("warning", "Warning"),
        BlockQuoteKind::Caution => ("caution", "Caution"),
    }
}
