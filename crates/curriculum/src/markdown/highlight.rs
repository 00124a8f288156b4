//! Python with a class on each token that has a colour.

use std::sync::LazyLock;

use html_escape::encode_text;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

use super::html;

/// Highlights Python as HTML; plain where the highlighter fails.
pub(super) fn python(text: &str) -> String {
    highlight(text).unwrap_or_else(|| encode_text(text).into_owned())
}

fn highlight(text: &str) -> Option<String> {
    static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);
    let syntaxes = &*SYNTAXES;
    let mut state = ParseState::new(syntaxes.find_syntax_by_token("python")?);
    let mut stack = ScopeStack::new();
    let mut spans = SpanWriter::default();
    for line in text.split_inclusive('\n') {
        let mut start = 0;
        for (end, change) in state.parse_line(line, syntaxes).ok()? {
            spans.push(class_of(&stack), line.get(start..end)?);
            start = end;
            stack.apply(&change).ok()?;
        }
        spans.push(class_of(&stack), line.get(start..)?);
    }
    Some(spans.finish())
}

/// Joins neighbouring tokens of the same class into one `span`.
#[derive(Default)]
struct SpanWriter {
    html: String,
    class: Option<&'static str>,
    text: String,
}

impl SpanWriter {
    fn push(&mut self, class: Option<&'static str>, text: &str) {
        if text.is_empty() {
            return;
        }
        if class != self.class {
            self.flush();
            self.class = class;
        }
        self.text.push_str(text);
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        match self.class {
            Some(class) => self.html.push_str(&html::span(class, &text)),
            None => self.html.push_str(&encode_text(&text)),
        }
    }

    fn finish(mut self) -> String {
        self.flush();
        self.html
    }
}

/// The class of the innermost scope that has one. Five classes are enough to read by.
fn class_of(stack: &ScopeStack) -> Option<&'static str> {
    const CLASSES: [(&str, Option<&str>); 14] = [
        ("comment", Some("syn-com")),
        ("meta.interpolation", None),
        ("storage.type.string", Some("syn-str")),
        ("string", Some("syn-str")),
        ("constant.numeric", Some("syn-num")),
        ("constant.language", Some("syn-key")),
        ("keyword.operator.logical", Some("syn-key")),
        ("keyword.operator", None),
        ("keyword", Some("syn-key")),
        ("storage", Some("syn-key")),
        ("entity.name", Some("syn-fn")),
        ("support.function", Some("syn-fn")),
        ("support.type", Some("syn-fn")),
        ("variable.function", Some("syn-fn")),
    ];
    static SCOPES: LazyLock<Vec<(Scope, Option<&str>)>> = LazyLock::new(|| {
        let scopes = CLASSES.iter();
        let scopes = scopes.filter_map(|(name, class)| Some((Scope::new(name).ok()?, *class)));
        scopes.collect()
    });
    let class_of_scope = |scope: &Scope| {
        let mut known = SCOPES.iter();
        known
            .find(|(prefix, _)| prefix.is_prefix_of(*scope))
            .map(|(_, class)| *class)
    };
    stack
        .as_slice()
        .iter()
        .rev()
        .find_map(class_of_scope)
        .flatten()
}
