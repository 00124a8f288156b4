//! A program's output as HTML: colours, mentioned lines as buttons, everything else escaped.

use std::fmt::Write as _;

use crate::{AnsiReader, OutputSpan, StyledText, TerminalColor, TextStyle, Weight, output_spans};
use protocol::{OutputChunk, OutputStream, counted};

/// The output as HTML. A button has the line that it leads to in `data-line`. Starts of the program
/// that wrote the same as the one before are counted, not repeated.
pub fn output_html(chunks: &[OutputChunk]) -> String {
    let mut html = String::new();
    let mut launches = chunks
        .chunk_by(|one, next| one.launch == next.launch)
        .peekable();
    let mut is_first = true;
    while let Some(launch) = launches.next() {
        if !is_first {
            // Writing to a String can't fail.
            let _ = write!(
                html,
                "<p class=\"launch\">Started again: number {}</p>",
                launch.first().map_or(0, |chunk| chunk.launch)
            );
        }
        is_first = false;
        push_launch(&mut html, launch);
        let mut same = 0_usize;
        while launches
            .next_if(|next| written(next) == written(launch))
            .is_some()
        {
            same += 1;
        }
        if same > 0 {
            let _ = write!(
                html,
                "<p class=\"launch\">Started again {}, and it wrote the same each time</p>",
                counted(same, "time", "times")
            );
        }
    }
    html
}

/// The output as plain text, without its colours.
pub fn output_text(chunks: &[OutputChunk]) -> String {
    let mut readers = [AnsiReader::default(), AnsiReader::default()];
    let mut text = String::new();
    for chunk in chunks {
        let reader = &mut readers[usize::from(chunk.stream == OutputStream::Stderr)];
        text.extend(reader.read(&chunk.text).into_iter().map(|span| span.text));
    }
    text
}

/// What was written to each stream; their interleaving is chance.
fn written(launch: &[OutputChunk]) -> [String; 2] {
    [OutputStream::Stdout, OutputStream::Stderr].map(|stream| {
        let of_stream = launch.iter().filter(|chunk| chunk.stream == stream);
        of_stream.map(|chunk| chunk.text.as_str()).collect()
    })
}

fn push_launch(html: &mut String, launch: &[OutputChunk]) {
    let mut readers = [AnsiReader::default(), AnsiReader::default()];
    for chunk in launch {
        let (reader, class, label) = match chunk.stream {
            OutputStream::Stdout => (&mut readers[0], "stdout", ""),
            OutputStream::Stderr => (
                &mut readers[1],
                "stderr",
                "<span class=\"unseen\">Standard error: </span>",
            ),
        };
        let _ = write!(html, "<div class=\"{class}\">{label}");
        for run in reader.read(&chunk.text) {
            push_run(html, &run);
        }
        html.push_str("</div>");
    }
}

fn push_run(html: &mut String, run: &StyledText) {
    let (classes, style) = style_of(run.style);
    let is_styled = !classes.is_empty() || !style.is_empty();
    if is_styled {
        let _ = write!(html, "<span class=\"{classes}\"");
        if !style.is_empty() {
            let _ = write!(html, " style=\"{style}\"");
        }
        html.push('>');
    }
    for piece in output_spans(&run.text) {
        match piece {
            OutputSpan::Text(text) => push_escaped(html, &text),
            OutputSpan::Line { text, line } => {
                let _ = write!(
                    html,
                    "<button type=\"button\" class=\"link\" data-line=\"{line}\">"
                );
                push_escaped(html, &text);
                html.push_str("</button>");
            }
        }
    }
    if is_styled {
        html.push_str("</span>");
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

fn push_escaped(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(launch: u16, stream: OutputStream, text: &str) -> OutputChunk {
        OutputChunk {
            launch,
            stream,
            text: text.to_owned(),
        }
    }

    #[test]
    fn what_a_program_writes_is_never_html() {
        let html = output_html(&[chunk(
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
    fn a_copy_of_the_output_has_no_colours() {
        let text = output_text(&[
            chunk(1, OutputStream::Stdout, "\x1b[31mred\x1b[0"),
            chunk(1, OutputStream::Stderr, "1 < 2\n"),
            chunk(1, OutputStream::Stdout, "m, plain\n"),
        ]);
        assert_eq!(text, "red1 < 2\n, plain\n");
    }

    #[test]
    fn a_traceback_leads_to_its_line() {
        let html = output_html(&[chunk(
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
        let html = output_html(&[
            chunk(1, OutputStream::Stdout, "\x1b[31ma"),
            chunk(2, OutputStream::Stdout, "b"),
        ]);
        assert!(
            html.ends_with("number 2</p><div class=\"stdout\">b</div>"),
            "{html}"
        );
    }

    #[test]
    fn starts_that_write_the_same_are_counted() {
        let html = output_html(&[
            chunk(1, OutputStream::Stdout, "ready\n"),
            chunk(1, OutputStream::Stderr, "gone\n"),
            chunk(2, OutputStream::Stderr, "gone\n"),
            chunk(2, OutputStream::Stdout, "ready\n"),
            chunk(3, OutputStream::Stdout, "ready\n"),
            chunk(3, OutputStream::Stderr, "go"),
            chunk(3, OutputStream::Stderr, "ne\n"),
            chunk(4, OutputStream::Stdout, "other\n"),
        ]);
        assert_eq!(html.matches("ready").count(), 1, "{html}");
        assert!(html.contains("Started again 2 times, and it wrote the same each time"));
        assert!(html.ends_with("number 4</p><div class=\"stdout\">other\n</div>"));
    }
}
