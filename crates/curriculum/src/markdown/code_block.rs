//! Code blocks: highlighted Python, terminal sessions, byte diagrams, plain text.

use html_escape::encode_text;

use super::block_error::BlockError;
use super::{byte_diagram, highlight, html};
use crate::suggestion::did_you_mean;

const LANGUAGES: [&str; 6] = ["python", "console", "sh", "text", "resp", "bytes"];

/// Renders a block as HTML by the language that its fence names.
pub(super) fn render(language: &str, text: &str) -> Result<String, BlockError> {
    match language {
        "python" => Ok(pre("code", language, &highlight::python(text))),
        "console" => Ok(pre("session", language, &session(text))),
        "sh" | "text" => Ok(pre("code", language, &encode_text(text))),
        "" => Ok(pre("code", "text", &encode_text(text))),
        "resp" => byte_diagram::resp(text),
        "bytes" => byte_diagram::bytes(text),
        other => Err(BlockError {
            line: 0,
            message: format!(
                "a code block is marked {other:?}: use one of {}{}",
                LANGUAGES.join(", "),
                did_you_mean(other, LANGUAGES)
            ),
        }),
    }
}

fn pre(class: &str, language: &str, html: &str) -> String {
    format!(
        "<pre class=\"{class}\" tabindex=\"0\"><code class=\"language-{language}\">{html}</code></pre>\n"
    )
}

fn session(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| {
            let (prompt, rest) = line
                .split_at_checked(prompt_length(line))
                .unwrap_or(("", line));
            let prompt = match prompt {
                "" => String::new(),
                prompt => html::span("prompt", prompt),
            };
            prompt + &encode_text(rest)
        })
        .collect()
}

fn prompt_length(line: &str) -> usize {
    let prompts = ["$ ", ">>> ", "... "];
    if let Some(prompt) = prompts.iter().find(|prompt| line.starts_with(**prompt)) {
        return prompt.len();
    }
    // redis-cli's prompt, as in `127.0.0.1:6379> `.
    match line.split_once("> ") {
        Some((address, _)) if address.contains(':') && !address.contains(char::is_whitespace) => {
            address.len() + 2
        }
        _ => 0,
    }
}
