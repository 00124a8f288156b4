//! Pictures of bytes: each piece of a message in a cell of its own.
//!
//! The block holds bytes as `lesson::ByteString` writes them. White space at the end of a line
//! and the ends of lines mean nothing but a new row. A `resp` block must be whole RESP values, so
//! that a wrong length in a text can't slip through; a `bytes` block may be anything.

use std::ops::Range;

use html_escape::encode_text;
use lesson::ByteString;

use super::code::Wrong;

/// A piece of the bytes and its class.
type Cell = (Range<usize>, &'static str);

const TYPE: &str = "t";
const DATA: &str = "d";
const LINE_END: &str = "c";

/// The bytes of a block, all rows in one, and where each row lies.
struct Picture {
    bytes: Vec<u8>,
    rows: Vec<Row>,
}

struct Row {
    bytes: Range<usize>,
    /// Lines after the one that opens the block.
    line: u32,
}

/// A picture of whole RESP values.
pub(super) fn resp(text: &str) -> Result<String, Wrong> {
    let picture = Picture::parse(text)?;
    let cells = resp_cells(&picture.bytes).map_err(|(at, sentence)| Wrong {
        line: picture.line(at),
        sentence: format!(
            "the picture is not RESP: {sentence}; \
             correct it, or mark the block `bytes` if that is the point"
        ),
    })?;
    Ok(picture.render(&cells))
}

/// A picture of any bytes, cut at each `\r\n`.
pub(super) fn plain(text: &str) -> Result<String, Wrong> {
    let picture = Picture::parse(text)?;
    let mut cells = Vec::new();
    let mut at = 0;
    while let Some(end) = line_end(&picture.bytes, at) {
        cells.push((at..end, DATA));
        cells.push((end..end + 2, LINE_END));
        at = end + 2;
    }
    cells.push((at..picture.bytes.len(), DATA));
    Ok(picture.render(&cells))
}

impl Picture {
    fn parse(text: &str) -> Result<Self, Wrong> {
        let mut picture = Self {
            bytes: Vec::new(),
            rows: Vec::new(),
        };
        for (line, written) in (1..).zip(text.lines()) {
            let written = written.trim_end();
            if written.is_empty() {
                continue;
            }
            let row = ByteString::parse(written).map_err(|error| Wrong {
                line,
                sentence: error.to_string(),
            })?;
            let start = picture.bytes.len();
            picture.bytes.extend_from_slice(row.as_bytes());
            picture.rows.push(Row {
                bytes: start..picture.bytes.len(),
                line,
            });
        }
        if picture.rows.is_empty() {
            return Err(Wrong {
                line: 0,
                sentence: "the picture has no bytes: write some, as in +PONG\\r\\n".to_owned(),
            });
        }
        Ok(picture)
    }

    fn line(&self, at: usize) -> u32 {
        let row = self.rows.iter().find(|row| row.bytes.contains(&at));
        row.or(self.rows.last()).map_or(0, |row| row.line)
    }

    fn render(&self, cells: &[Cell]) -> String {
        let rows = self.rows.iter().map(|row| {
            let cells: String = cells
                .iter()
                .filter_map(|(cell, class)| {
                    let start = cell.start.max(row.bytes.start);
                    let end = cell.end.min(row.bytes.end);
                    let bytes = self.bytes.get(start..end).filter(|cell| !cell.is_empty())?;
                    let text = ByteString::from(bytes).to_string();
                    let text = encode_text(&text);
                    Some(format!("<span class=\"{class}\">{text}</span>"))
                })
                .collect();
            format!("<div class=\"bytes\">{cells}</div>\n")
        });
        rows.collect()
    }
}

/// Where the next `\r\n` from `at` on begins.
fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let place = rest.windows(2).position(|pair| pair == b"\r\n")?;
    Some(at + place)
}

/// The cells of whole RESP values; otherwise where the bytes stop being that, and why.
fn resp_cells(bytes: &[u8]) -> Result<Vec<Cell>, (usize, String)> {
    let mut cells = Vec::new();
    let mut at = 0;
    // Values that the arrays begun so far still need.
    let mut wanted: u64 = 0;
    while at < bytes.len() || wanted > 0 {
        let Some(first) = bytes.get(at) else {
            let last = bytes.len().saturating_sub(1);
            return Err((
                last,
                format!("{wanted} more must follow, as its array says"),
            ));
        };
        let end = line_end(bytes, at).ok_or((at, "a value has no \\r\\n at its end".to_owned()))?;
        wanted = wanted.saturating_sub(1);
        match first {
            b'+' | b'-' | b':' => {
                cells.extend([(at..at + 1, TYPE), (at + 1..end, DATA)]);
                cells.push((end..end + 2, LINE_END));
                at = end + 2;
            }
            b'$' | b'*' => {
                let count = count_of(bytes.get(at + 1..end).unwrap_or_default())
                    .map_err(|sentence| (at, sentence))?;
                cells.extend([(at..end, TYPE), (end..end + 2, LINE_END)]);
                at = match (first, count) {
                    (_, None) => end + 2,
                    (b'*', Some(count)) => {
                        wanted = wanted.saturating_add(count);
                        end + 2
                    }
                    (_, Some(count)) => bulk(bytes, end + 2, count, &mut cells)?,
                };
            }
            other => {
                return Err((
                    at,
                    format!(
                        "a value begins with +, -, :, $ or *, not with {}",
                        ByteString::escape(*other)
                    ),
                ));
            }
        }
    }
    Ok(cells)
}

/// The data of a bulk string and its end; gives back where the next value begins.
fn bulk(
    bytes: &[u8],
    start: usize,
    count: u64,
    cells: &mut Vec<Cell>,
) -> Result<usize, (usize, String)> {
    let end = usize::try_from(count)
        .ok()
        .and_then(|count| start.checked_add(count));
    let end = end.filter(|end| {
        bytes
            .get(*end..)
            .is_some_and(|rest| rest.starts_with(b"\r\n"))
    });
    let Some(end) = end else {
        let written = line_end(bytes, start).map(|end| end - start);
        let found = match written {
            Some(1) => "1 byte stands".to_owned(),
            Some(written) => format!("{written} bytes stand"),
            None => "too little stands".to_owned(),
        };
        return Err((
            start.min(bytes.len().saturating_sub(1)),
            format!("${count} is promised, but {found} before the \\r\\n"),
        ));
    };
    cells.extend([(start..end, DATA), (end..end + 2, LINE_END)]);
    Ok(end + 2)
}

/// A count after `$` or `*`; nothing for -1, which stands for nil.
fn count_of(digits: &[u8]) -> Result<Option<u64>, String> {
    let text = String::from_utf8_lossy(digits);
    if text == "-1" {
        return Ok(None);
    }
    let is_number = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let count = text.parse().ok().filter(|_| is_number);
    count
        .map(Some)
        .ok_or_else(|| format!("{text:?} is not a count"))
}
