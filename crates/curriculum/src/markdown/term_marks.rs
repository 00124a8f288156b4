//! Where a page explains its terms: each where it is first used.

use std::collections::BTreeSet;

use pulldown_cmark::{CowStr, Event, TagEnd};

use super::html;
use super::link::{DocKind, TextContext};

/// The terms that a page has explained so far, and whether this is the place for one.
#[derive(Debug, Default)]
pub(super) struct TermMarks {
    explained: BTreeSet<usize>,
    /// How many of the open elements are no place to explain a term.
    unexplained_depth: usize,
    is_bold: bool,
}

impl TermMarks {
    /// An element that ends with this tag begins.
    pub(super) fn start(&mut self, tag: &TagEnd) {
        self.unexplained_depth += usize::from(is_unexplained(tag));
        self.is_bold |= *tag == TagEnd::Strong;
    }

    /// An element ends.
    pub(super) fn end(&mut self, tag: &TagEnd) {
        self.unexplained_depth -= usize::from(is_unexplained(tag));
        self.is_bold &= *tag != TagEnd::Strong;
    }

    /// A text, and after each term that is new to the page what it means.
    pub(super) fn explain<'a>(
        &mut self,
        text: CowStr<'a>,
        context: &TextContext<'_>,
    ) -> Vec<Event<'a>> {
        let is_place = self.unexplained_depth == 0
            && matches!(context.kind, DocKind::Introduction | DocKind::Instructions);
        let (mut events, mut end) = (Vec::new(), 0);
        let part = |from: usize, to: usize| CowStr::from(text[from..to].to_owned());
        for term in context.glossary.find(&text) {
            // A bold word is one that the text itself explains.
            let is_new = (is_place || self.is_bold) && self.explained.insert(term.index);
            if self.is_bold || !is_new {
                continue;
            }
            let word = &text[term.start..term.end];
            let meaning = context.glossary.explain(term.index);
            events.push(Event::Text(part(end, term.start)));
            events.push(Event::Html(html::term(term.index, word, meaning).into()));
            end = term.end;
        }
        if end == 0 {
            return vec![Event::Text(text)];
        }
        events.push(Event::Text(part(end, text.len())));
        events
    }
}

/// Whether terms in such an element stay as they are.
fn is_unexplained(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Heading(_)
            | TagEnd::Table
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::Strong
            | TagEnd::BlockQuote(_)
    )
}
