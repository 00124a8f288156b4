//! A program's output as HTML: a heading for each test, colours, mentioned lines as buttons, long
//! lines cut, everything else escaped.

use std::fmt::Write as _;

use html_escape::encode_double_quoted_attribute_to_string;

use crate::{
    AnsiReader, OutputBlock, OutputSpan, StyledText, TerminalColor, TextStyle, Weight,
    output_blocks, output_spans,
};
use protocol::{OutputChunk, OutputStream, TestId, counted};

/// Characters of one line beyond which it is cut, and those that are shown then.
const LONG_LINE: usize = 400;
const SHOWN_OF_LONG_LINE: usize = 200;

/// So many places of a searched text are marked: a letter may stand in each word.
pub const FOUND_MAX: usize = 1000;

/// A run's output as HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputHtml {
    /// The HTML. A button has the line that it leads to in `data-line`; a button `show-all` stands
    /// before the hidden rest of a long line.
    pub html: String,
    /// How often the searched text was found; each of the first [`FOUND_MAX`] places is a `mark`.
    pub found: usize,
}

/// The output as HTML, with a heading for each test. `name` is the heading of a test; `searched`, if
/// not empty, is marked wherever it stands, in any case, and then no line is cut.
pub fn output_html(
    chunks: &[OutputChunk],
    name: impl Fn(&TestId) -> String,
    searched: &str,
) -> OutputHtml {
    let mut page = Page {
        html: String::new(),
        found: 0,
        searched: searched.to_lowercase(),
    };
    let mut readers = Readers::default();
    let mut before: Option<(u16, Option<&TestId>)> = None;
    for block in output_blocks(chunks) {
        let is_new_test = before.is_none_or(|(_, test)| test != block.test);
        match block.test.filter(|_| is_new_test) {
            Some(test) => {
                page.html
                    .push_str("<h2 class=\"output-test\" translate=\"yes\">");
                page.push_escaped(&name(test));
                page.html.push_str("</h2>");
            }
            None if before.is_some() => {
                let words = format!("Started again: number {}", block.launch);
                page.push_note(&words);
            }
            None => {}
        }
        if before.is_none_or(|(launch, _)| launch != block.launch) {
            readers = Readers::default();
        }
        before = Some((
            block.launch,
            block.same_in.last().copied().unwrap_or(block.test),
        ));
        page.push_block(&mut readers, block.chunks);
        if let Some(words) = repeated(&block, &name) {
            page.push_note(&words);
        }
    }
    OutputHtml {
        html: page.html,
        found: page.found,
    }
}

/// Where the program wrote the same as in a block.
fn repeated(block: &OutputBlock<'_>, name: impl Fn(&TestId) -> String) -> Option<String> {
    const NAMED: usize = 2;
    let tests: Vec<&TestId> = block.same_in.iter().flatten().copied().collect();
    let starts = block.same_in.len() - tests.len();
    if tests.is_empty() {
        return (starts > 0).then(|| {
            let times = counted(starts, "time", "times");
            format!("Started again {times}, and it wrote the same each time")
        });
    }
    let named: Vec<String> = tests
        .iter()
        .take(NAMED)
        .map(|test| format!("“{}”", name(test)))
        .collect();
    let others = tests.len() - named.len();
    let more = match others {
        0 => String::new(),
        _ => format!(" and in {}", counted(others, "more test", "more tests")),
    };
    Some(format!("The same in {}{more}", named.join(" and in ")))
}

/// Reads the colours of the two streams of one start.
#[derive(Default)]
struct Readers {
    stdout: AnsiReader,
    stderr: AnsiReader,
}

struct Page {
    html: String,
    found: usize,
    /// In lower case; empty where nothing is searched.
    searched: String,
}

impl Page {
    fn push_note(&mut self, words: &str) {
        self.html.push_str("<p class=\"launch\" translate=\"yes\">");
        self.push_escaped(words);
        self.html.push_str("</p>");
    }

    fn push_block(&mut self, readers: &mut Readers, chunks: &[OutputChunk]) {
        for chunk in chunks {
            let (reader, class, label) = match chunk.stream {
                OutputStream::Stdout => (&mut readers.stdout, "stdout", ""),
                OutputStream::Stderr => (
                    &mut readers.stderr,
                    "stderr",
                    "<span class=\"unseen\">Standard error: </span>",
                ),
            };
            // Writing to a String can't fail.
            let _ = write!(self.html, "<div class=\"{class}\">{label}");
            for run in reader.read(&chunk.text) {
                self.push_run(&run);
            }
            self.html.push_str("</div>");
        }
    }

    fn push_run(&mut self, run: &StyledText) {
        let (classes, style) = style_of(run.style);
        let is_styled = !classes.is_empty() || !style.is_empty();
        if is_styled {
            let _ = write!(self.html, "<span class=\"{classes}\"");
            if !style.is_empty() {
                let _ = write!(self.html, " style=\"{style}\"");
            }
            self.html.push('>');
        }
        for span in output_spans(&run.text) {
            match span {
                OutputSpan::Text(text) => self.push_text(&text),
                OutputSpan::Line { text, line } => {
                    let _ = write!(
                        self.html,
                        "<button type=\"button\" class=\"link\" data-line=\"{line}\">"
                    );
                    self.push_searched(&text);
                    self.html.push_str("</button>");
                }
            }
        }
        if is_styled {
            self.html.push_str("</span>");
        }
    }

    /// Text, its long lines cut.
    fn push_text(&mut self, text: &str) {
        for line in text.split_inclusive('\n') {
            let length = line.trim_end_matches('\n').chars().count();
            if length <= LONG_LINE || !self.searched.is_empty() {
                self.push_searched(line);
                continue;
            }
            let cut = line
                .char_indices()
                .nth(SHOWN_OF_LONG_LINE)
                .map_or(line.len(), |(at, _)| at);
            let (shown, rest) = line.split_at(cut);
            self.push_searched(shown);
            let more = counted(
                length - SHOWN_OF_LONG_LINE,
                "more character",
                "more characters",
            );
            let _ = write!(
                self.html,
                "<button type=\"button\" class=\"link show-all\" translate=\"yes\">show all: {more}</button>\
                 <span hidden>"
            );
            self.push_searched(rest.trim_end_matches('\n'));
            self.html.push_str("</span>");
            if rest.ends_with('\n') {
                self.html.push('\n');
            }
        }
    }

    fn push_searched(&mut self, text: &str) {
        let lower = text.to_lowercase();
        // Where lower case changes the length of a text, the hits would be at wrong offsets.
        if self.searched.is_empty() || lower.len() != text.len() {
            self.push_escaped(text);
            return;
        }
        let mut from = 0;
        while let Some(at) = lower[from..].find(&self.searched) {
            let (start, end) = (from + at, from + at + self.searched.len());
            let (Some(before), Some(hit)) = (text.get(from..start), text.get(start..end)) else {
                break;
            };
            self.push_escaped(before);
            self.found += 1;
            if self.found <= FOUND_MAX {
                self.html.push_str("<mark class=\"found\">");
                self.push_escaped(hit);
                self.html.push_str("</mark>");
            } else {
                self.push_escaped(hit);
            }
            from = end;
        }
        self.push_escaped(&text[from..]);
    }

    fn push_escaped(&mut self, text: &str) {
        encode_double_quoted_attribute_to_string(text, &mut self.html);
    }
}

fn style_of(style: TextStyle) -> (String, String) {
    let mut classes: Vec<String> = Vec::new();
    let mut css = String::new();
    let (foreground, background) = if style.is_inverse {
        classes.push("inverse".to_owned());
        (style.background, style.foreground)
    } else {
        (style.foreground, style.background)
    };
    for (color, class, property) in [
        (foreground, "fg", "color"),
        (background, "bg", "background-color"),
    ] {
        match color {
            Some(TerminalColor::Named(number)) => classes.push(format!("{class}-{number}")),
            Some(TerminalColor::Rgb(red, green, blue)) => {
                let _ = write!(css, "{property}:rgb({red} {green} {blue});");
            }
            None => {}
        }
    }
    match style.weight {
        Weight::Bold => classes.push("bold".to_owned()),
        Weight::Faint => classes.push("faint".to_owned()),
        Weight::Normal => {}
    }
    for (is_set, class) in [
        (style.is_italic, "italic"),
        (style.is_underlined, "underlined"),
        (style.is_struck, "struck"),
    ] {
        if is_set {
            classes.push(class.to_owned());
        }
    }
    (classes.join(" "), css)
}

#[cfg(test)]
mod tests {
    use protocol::StepId;

    use super::*;

    fn chunk(launch: u16, stream: OutputStream, text: &str) -> OutputChunk {
        OutputChunk {
            launch,
            test: None,
            stream,
            text: text.to_owned(),
        }
    }

    fn of_test(launch: u16, number: u16, text: &str) -> OutputChunk {
        let step = StepId::parse("ping").unwrap();
        OutputChunk {
            test: Some(TestId::new(step, number)),
            ..chunk(launch, OutputStream::Stdout, text)
        }
    }

    fn html(chunks: &[OutputChunk]) -> String {
        output_html(chunks, |test| format!("PING < {}", test.number()), "").html
    }

    #[test]
    fn what_a_program_writes_is_never_html() {
        let html = html(&[chunk(
            1,
            OutputStream::Stdout,
            "<img src=x onerror=alert(1)>\x1b[31m</span>\"",
        )]);
        assert_eq!(
            html,
            "<div class=\"stdout\">&lt;img src=x onerror=alert(1)&gt;\
             <span class=\"fg-1\">&lt;/span&gt;&quot;</span></div>"
        );
    }

    #[test]
    fn a_traceback_leads_to_its_line() {
        let html = html(&[chunk(
            1,
            OutputStream::Stderr,
            "File \"/code/main.py\", line 7, in f",
        )]);
        assert!(
            html.contains("data-line=\"7\">line 7</button>, in f"),
            "{html}"
        );
    }

    #[test]
    fn each_start_of_the_program_is_told_apart() {
        let html = html(&[
            chunk(1, OutputStream::Stdout, "\x1b[31ma"),
            chunk(2, OutputStream::Stdout, "b"),
        ]);
        assert!(
            html.ends_with("number 2</p><div class=\"stdout\">b</div>"),
            "{html}"
        );
    }

    #[test]
    fn each_test_has_a_heading_and_repetitions_are_named() {
        let html = html(&[
            of_test(1, 1, "ready\n"),
            of_test(2, 2, "ready\n"),
            of_test(3, 3, "ready\n"),
            of_test(3, 4, "other\n"),
        ]);
        assert_eq!(html.matches("ready").count(), 1, "{html}");
        assert!(html.contains("translate=\"yes\">PING &lt; 1</h2><div class=\"stdout\">ready"));
        assert!(html.contains("The same in “PING &lt; 2” and in “PING &lt; 3”</p>"));
        assert!(
            html.ends_with("PING &lt; 4</h2><div class=\"stdout\">other\n</div>"),
            "{html}"
        );
        assert!(!html.contains("Started again"));
    }

    #[test]
    fn a_long_line_is_cut_and_whole_where_something_is_searched() {
        let long = format!("{}End\nnext\n", "x".repeat(500));
        let chunks = [chunk(1, OutputStream::Stdout, &long)];
        let cut = html(&chunks);
        assert!(cut.contains("show all: 303 more characters</button><span hidden>xxx"));
        assert!(cut.ends_with("End</span>\nnext\n</div>"), "{cut}");
        let searched = output_html(&chunks, |_| String::new(), "END");
        assert_eq!(searched.found, 1);
        assert!(searched.html.contains("x<mark class=\"found\">End</mark>"));
        assert!(!searched.html.contains("show all"));
    }
}
