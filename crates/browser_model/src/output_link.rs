//! Lines of the learner's program that its output mentions, as a traceback does.

use protocol::PROGRAM_FILE;

/// Part of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputSpan {
    /// Plain text.
    Text(String),
    /// A mention of a line.
    Line {
        /// The text of the mention, as in `line 12`.
        text: String,
        /// The line, from 1.
        line: u32,
    },
}

/// Finds the mentions `main.py", line 12` and `main.py:12`.
pub fn output_spans(text: &str) -> Vec<OutputSpan> {
    let mut found = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(PROGRAM_FILE) {
        let (before, after) = rest.split_at(at + PROGRAM_FILE.len());
        plain.push_str(before);
        rest = after;
        let Some((joint, mention, line)) = mention(after) else {
            continue;
        };
        plain.push_str(joint);
        found.push(OutputSpan::Text(std::mem::take(&mut plain)));
        found.push(OutputSpan::Line {
            text: mention.to_owned(),
            line,
        });
        rest = &after[joint.len() + mention.len()..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        found.push(OutputSpan::Text(plain));
    }
    found
}

/// The text between the file's name and the mention, the mention, and its line.
fn mention(after: &str) -> Option<(&str, &str, u32)> {
    let (joint, words) = if after.starts_with("\", line ") {
        ("\", ", "line ")
    } else if after.starts_with(':') {
        (":", "")
    } else {
        return None;
    };
    let rest = &after[joint.len() + words.len()..];
    let digits = rest
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(rest.len());
    let line = rest[..digits].parse().ok().filter(|line| *line > 0)?;
    let mention = &after[joint.len()..joint.len() + words.len() + digits];
    Some((joint, mention, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(String, u32)> {
        output_spans(text)
            .into_iter()
            .filter_map(|span| match span {
                OutputSpan::Line { text, line } => Some((text, line)),
                OutputSpan::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn a_traceback_names_lines() {
        let text = "  File \"/code/main.py\", line 12, in handle\n    x\n  File \"/code/main.py\", line 3, in f";
        assert_eq!(
            lines(text),
            [("line 12".to_owned(), 12), ("line 3".to_owned(), 3)]
        );
        let whole: String = output_spans(text)
            .iter()
            .map(|span| match span {
                OutputSpan::Text(text) | OutputSpan::Line { text, .. } => text.as_str(),
            })
            .collect();
        assert_eq!(whole, text);
    }

    #[test]
    fn a_name_without_a_line_is_only_a_name() {
        for text in [
            "main.py",
            "main.py: no",
            "main.py\", line x",
            "main.py:0",
            "/lib/socket.py\", line 4",
        ] {
            assert!(lines(text).is_empty(), "{text}");
        }
        assert_eq!(lines("at main.py:7!"), [("7".to_owned(), 7)]);
    }
}
