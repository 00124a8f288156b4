//! Blocks of code: highlighted Python, sessions at a prompt, pictures of bytes, plain text.

use std::sync::LazyLock;

use html_escape::encode_text;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

use super::bytes_picture;
use crate::suggestion::did_you_mean;

/// What is wrong with a block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Lines after the one that opens the block; 0 for that one.
    pub(super) line: u32,
    pub(super) sentence: String,
}

const LANGUAGES: [&str; 6] = ["python", "console", "sh", "text", "resp", "bytes"];

/// The block as HTML.
pub(super) fn render(language: &str, text: &str) -> Result<String, Wrong> {
    match language {
        "python" => Ok(block("code", language, &python(text))),
        "console" => Ok(block("session", language, &session(text))),
        "sh" | "text" => Ok(block("code", language, &encode_text(text))),
        "" => Ok(block("code", "text", &encode_text(text))),
        "resp" => bytes_picture::resp(text),
        "bytes" => bytes_picture::plain(text),
        other => Err(Wrong {
            line: 0,
            sentence: format!(
                "a block of code is marked {other:?}: use one of {}{}",
                LANGUAGES.join(", "),
                did_you_mean(other, LANGUAGES)
            ),
        }),
    }
}

fn block(class: &str, language: &str, html: &str) -> String {
    format!(
        "<pre class=\"{class}\" tabindex=\"0\"><code class=\"language-{language}\">{html}</code></pre>\n"
    )
}

/// A session: what a person types stands after a prompt.
fn session(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| {
            let (prompt, rest) = line
                .split_at_checked(prompt_length(line))
                .unwrap_or(("", line));
            let prompt = match prompt {
                "" => String::new(),
                prompt => span("prompt", prompt),
            };
            prompt + &encode_text(rest)
        })
        .collect()
}

fn prompt_length(line: &str) -> usize {
    let known = ["$ ", ">>> ", "... "];
    if let Some(prompt) = known.iter().find(|prompt| line.starts_with(**prompt)) {
        return prompt.len();
    }
    // redis-cli's, as in `127.0.0.1:6379> `.
    match line.split_once("> ") {
        Some((address, _)) if address.contains(':') && !address.contains(char::is_whitespace) => {
            address.len() + 2
        }
        _ => 0,
    }
}

fn span(class: &str, text: &str) -> String {
    format!("<span class=\"{class}\">{}</span>", encode_text(text))
}

fn python(text: &str) -> String {
    highlighted(text).unwrap_or_else(|| encode_text(text).into_owned())
}

/// The text with a class on each word that has one; nothing where the highlighter gives up.
fn highlighted(text: &str) -> Option<String> {
    static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);
    let syntaxes = &*SYNTAXES;
    let mut state = ParseState::new(syntaxes.find_syntax_by_token("python")?);
    let mut stack = ScopeStack::new();
    let mut pieces = Pieces::default();
    for line in text.split_inclusive('\n') {
        let mut at = 0;
        for (next, change) in state.parse_line(line, syntaxes).ok()? {
            pieces.add(class_of(&stack), line.get(at..next)?);
            at = next;
            stack.apply(&change).ok()?;
        }
        pieces.add(class_of(&stack), line.get(at..)?);
    }
    Some(pieces.end())
}

/// Neighbours of one class, joined.
#[derive(Default)]
struct Pieces {
    html: String,
    class: Option<&'static str>,
    text: String,
}

impl Pieces {
    fn add(&mut self, class: Option<&'static str>, text: &str) {
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
            Some(class) => self.html.push_str(&span(class, &text)),
            None => self.html.push_str(&encode_text(&text)),
        }
    }

    fn end(mut self) -> String {
        self.flush();
        self.html
    }
}

/// Five classes are enough to read by; the innermost scope that has one decides.
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
    let of_scope = |scope: &Scope| {
        let mut known = SCOPES.iter();
        known
            .find(|(prefix, _)| prefix.is_prefix_of(*scope))
            .map(|(_, class)| *class)
    };
    stack.as_slice().iter().rev().find_map(of_scope).flatten()
}
