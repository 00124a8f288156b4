//! Byte diagrams: a message as a row of cells, one for each part.
//!
//! A block contains bytes as `protocol::ByteString` writes them. A line break starts a new row and
//! adds no bytes; neither does white space before it. A `resp` block must consist of whole RESP
//! values, so that a wrong length in a text is found; a `bytes` block may contain any bytes.

use std::ops::Range;

use protocol::{ByteString, counted};

use super::block_error::BlockError;
use super::html;

/// A part of the bytes and its class.
type Cell = (Range<usize>, &'static str);

const TYPE: &str = "t";
const DATA: &str = "d";
const LINE_END: &str = "c";

/// The bytes of all rows, joined, and where each row lies in them.
struct Diagram {
    bytes: Vec<u8>,
    rows: Vec<Row>,
}

struct Row {
    bytes: Range<usize>,
    /// The line in the block, from 1.
    line: u32,
}

/// Renders whole RESP values.
pub(super) fn resp(text: &str) -> Result<String, BlockError> {
    let diagram = Diagram::parse(text)?;
    let cells = resp_cells(&diagram.bytes).map_err(|(offset, reason)| BlockError {
        line: diagram.line(offset),
        message: format!(
            "the block is not RESP: {reason}; \
             correct it, or mark it `bytes` if that is the point"
        ),
    })?;
    Ok(diagram.render(&cells))
}

/// Renders any bytes, split at each `\r\n`.
pub(super) fn bytes(text: &str) -> Result<String, BlockError> {
    let diagram = Diagram::parse(text)?;
    let mut cells = Vec::new();
    let mut start = 0;
    while let Some(end) = find_line_end(&diagram.bytes, start) {
        cells.push((start..end, DATA));
        cells.push((end..end + 2, LINE_END));
        start = end + 2;
    }
    cells.push((start..diagram.bytes.len(), DATA));
    Ok(diagram.render(&cells))
}

impl Diagram {
    fn parse(text: &str) -> Result<Self, BlockError> {
        let mut diagram = Self {
            bytes: Vec::new(),
            rows: Vec::new(),
        };
        for (line, row) in (1..).zip(text.lines()) {
            let row = row.trim_end();
            if row.is_empty() {
                continue;
            }
            let row = ByteString::parse(row).map_err(|error| BlockError {
                line,
                message: error.to_string(),
            })?;
            let start = diagram.bytes.len();
            diagram.bytes.extend_from_slice(row.as_bytes());
            diagram.rows.push(Row {
                bytes: start..diagram.bytes.len(),
                line,
            });
        }
        if diagram.rows.is_empty() {
            return Err(BlockError {
                line: 0,
                message: "the block has no bytes: write some, as in +PONG\\r\\n".to_owned(),
            });
        }
        Ok(diagram)
    }

    fn line(&self, offset: usize) -> u32 {
        let row = self.rows.iter().find(|row| row.bytes.contains(&offset));
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
                    Some(html::span(class, &ByteString::from(bytes).to_string()))
                })
                .collect();
            format!("<div class=\"bytes\" translate=\"no\">{cells}</div>\n")
        });
        rows.collect()
    }
}

/// The offset of the first `\r\n` at or after `start`.
fn find_line_end(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..)?;
    let distance = rest.windows(2).position(|pair| pair == b"\r\n")?;
    Some(start + distance)
}

/// Splits whole RESP values into cells, or says at which offset they are wrong, and why.
fn resp_cells(bytes: &[u8]) -> Result<Vec<Cell>, (usize, String)> {
    let mut cells = Vec::new();
    let mut start = 0;
    // How many values the arrays so far still need.
    let mut pending: usize = 0;
    while start < bytes.len() || pending > 0 {
        let Some(first) = bytes.get(start) else {
            let last = bytes.len().saturating_sub(1);
            return Err((
                last,
                format!(
                    "an array needs {}",
                    counted(pending, "more value", "more values")
                ),
            ));
        };
        let end = find_line_end(bytes, start)
            .ok_or_else(|| (start, "a value does not end with \\r\\n".to_owned()))?;
        pending = pending.saturating_sub(1);
        match first {
            b'+' | b'-' | b':' => {
                cells.extend([(start..start + 1, TYPE), (start + 1..end, DATA)]);
                cells.push((end..end + 2, LINE_END));
                start = end + 2;
            }
            b'$' | b'*' => {
                let count = parse_count(bytes.get(start + 1..end).unwrap_or_default())
                    .map_err(|reason| (start, reason))?;
                cells.extend([(start..end, TYPE), (end..end + 2, LINE_END)]);
                start = match (first, count) {
                    (_, None) => end + 2,
                    (b'*', Some(count)) => {
                        pending = pending.saturating_add(count);
                        end + 2
                    }
                    (_, Some(length)) => push_bulk_string(bytes, end + 2, length, &mut cells)?,
                };
            }
            other => {
                return Err((
                    start,
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

/// Adds the cells of a bulk string's data, which begins at `start`; gives the offset after it.
fn push_bulk_string(
    bytes: &[u8],
    start: usize,
    length: usize,
    cells: &mut Vec<Cell>,
) -> Result<usize, (usize, String)> {
    let end = start.checked_add(length).filter(|end| {
        bytes
            .get(*end..)
            .is_some_and(|rest| rest.starts_with(b"\r\n"))
    });
    let Some(end) = end else {
        let reason = match find_line_end(bytes, start) {
            Some(end) => format!(
                "the \\r\\n comes after {}",
                counted(end - start, "byte", "bytes")
            ),
            None => "no \\r\\n follows".to_owned(),
        };
        return Err((
            start.min(bytes.len().saturating_sub(1)),
            format!("${length} is announced, but {reason}"),
        ));
    };
    cells.extend([(start..end, DATA), (end..end + 2, LINE_END)]);
    Ok(end + 2)
}

/// The number after `$` or `*`; `None` for -1, which means nil.
fn parse_count(digits: &[u8]) -> Result<Option<usize>, String> {
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
