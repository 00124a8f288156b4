//! Bytes on screen: as text, escaped or in hexadecimal, one byte marked, many cut to those around
//! the mark.

use crate::ByteView;
use protocol::ByteString;

/// A run of bytes that look alike on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByteSpan {
    /// The bytes as shown.
    pub text: String,
    /// What the bytes are.
    pub kind: ByteSpanKind,
}

/// The kind of a run of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteSpanKind {
    /// Printable bytes.
    Plain,
    /// Bytes that are not printable.
    Control,
    /// The byte to look at.
    Marked,
    /// Where the byte to look at is missing.
    Missing,
    /// Omitted bytes; the text says how many.
    LeftOut,
}

/// Bytes as they appear on screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShownBytes {
    /// In order.
    pub spans: Vec<ByteSpan>,
    /// Characters before the mark, if there is one.
    pub mark_column: Option<usize>,
}

/// How much of a long byte string is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of them.
    Whole,
    /// Those around the mark, or the beginning without one.
    Around,
}

const SHORT: usize = 160;
const BEFORE: usize = 24;
const AFTER: usize = 72;

/// Whether [`Extent::Around`] cuts these bytes.
pub fn is_long(bytes: &[u8]) -> bool {
    bytes.len() > SHORT
}

/// Lays bytes out. `mark` is the index of the byte to look at; at the end or beyond, it shows that
/// something is missing there.
pub fn show_bytes(bytes: &[u8], view: ByteView, mark: Option<usize>, extent: Extent) -> ShownBytes {
    let (from, to) = match extent {
        Extent::Around if is_long(bytes) => window(bytes, mark.unwrap_or(0)),
        _ => (0, bytes.len()),
    };
    let mut screen = Screen {
        shown: ShownBytes::default(),
        column: 0,
        view,
    };
    screen.leave_out(from);
    let mut at = from;
    while at < to {
        let length = unit(&bytes[at..to], view);
        let unit = &bytes[at..at + length];
        let is_marked = mark.is_some_and(|mark| (at..at + length).contains(&mark));
        screen.write(unit, is_marked);
        at += length;
    }
    screen.leave_out(bytes.len() - to);
    if mark.is_some_and(|mark| mark >= bytes.len()) {
        screen.shown.mark_column =
            Some(screen.column + usize::from(view == ByteView::Hex && screen.column > 0));
        screen.push("∅", ByteSpanKind::Missing);
    }
    screen.shown
}

/// The range to show, its ends moved off the middle of a character.
fn window(bytes: &[u8], mark: usize) -> (usize, usize) {
    let is_boundary = |at: usize| bytes.get(at).is_none_or(|byte| byte & 0xc0 != 0x80);
    let mut from = mark.min(bytes.len()).saturating_sub(BEFORE);
    if from < 8 {
        from = 0;
    }
    let mut to = (from + BEFORE + AFTER).min(bytes.len());
    while from > 0 && !is_boundary(from) {
        from -= 1;
    }
    while to < bytes.len() && !is_boundary(to) {
        to += 1;
    }
    (from, to)
}

/// How many bytes are shown as one: those of a whole character in the text view, else one.
fn unit(bytes: &[u8], view: ByteView) -> usize {
    if view != ByteView::Text {
        return 1;
    }
    let length = match bytes[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    match bytes.get(..length) {
        Some(candidate) if std::str::from_utf8(candidate).is_ok() => length,
        _ => 1,
    }
}

struct Screen {
    shown: ShownBytes,
    column: usize,
    view: ByteView,
}

impl Screen {
    fn write(&mut self, unit: &[u8], is_marked: bool) {
        let is_printable = match unit {
            [byte] => (b' '..=b'~').contains(byte),
            _ => true,
        };
        let text = match self.view {
            ByteView::Escaped => ByteString::escape(unit[0]),
            ByteView::Hex => format!("{:02x}", unit[0]),
            ByteView::Text => text_of(unit),
        };
        let kind = match (is_marked, is_printable) {
            (true, _) => ByteSpanKind::Marked,
            (false, true) => ByteSpanKind::Plain,
            (false, false) => ByteSpanKind::Control,
        };
        if self.view == ByteView::Hex && self.column > 0 {
            self.push(" ", ByteSpanKind::Plain);
        }
        if is_marked {
            self.shown.mark_column = Some(self.column);
        }
        self.push(&text, kind);
    }

    fn push(&mut self, text: &str, kind: ByteSpanKind) {
        self.column += text.chars().count();
        match self.shown.spans.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(text),
            _ => self.shown.spans.push(ByteSpan {
                text: text.to_owned(),
                kind,
            }),
        }
    }

    fn leave_out(&mut self, bytes: usize) {
        if bytes > 0 {
            self.push(
                &format!("…{}…", protocol::counted(bytes, "byte", "bytes")),
                ByteSpanKind::LeftOut,
            );
        }
    }
}

/// A character, or the picture of one that is not printable.
fn text_of(unit: &[u8]) -> String {
    match (unit, std::str::from_utf8(unit)) {
        ([byte @ 0..=0x1f], _) => picture(*byte),
        ([0x7f], _) => "␡".to_owned(),
        (_, Ok(text)) => text.to_owned(),
        (_, Err(_)) => "\u{fffd}".to_owned(),
    }
}

/// The Unicode picture of a control character.
pub(crate) fn picture(control: u8) -> String {
    char::from_u32(0x2400 + u32::from(control))
        .unwrap_or('\u{fffd}')
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(shown: &ShownBytes) -> String {
        shown
            .spans
            .iter()
            .map(|span| match span.kind {
                ByteSpanKind::Marked => format!("[{}]", span.text),
                ByteSpanKind::Missing => format!("<{}>", span.text),
                _ => span.text.clone(),
            })
            .collect()
    }

    fn show(bytes: &[u8], view: ByteView, mark: usize) -> String {
        text(&show_bytes(bytes, view, Some(mark), Extent::Around))
    }

    #[test]
    fn one_byte_is_marked_in_each_view() {
        let bytes = "$2\r\nhé\r\n".as_bytes();
        assert_eq!(show(bytes, ByteView::Escaped, 1), r"$[2]\r\nh\xc3\xa9\r\n");
        assert_eq!(show(bytes, ByteView::Escaped, 6), r"$2\r\nh\xc3[\xa9]\r\n");
        assert_eq!(show(bytes, ByteView::Text, 6), "$2␍␊h[é]␍␊");
        assert_eq!(
            show(bytes, ByteView::Hex, 1),
            "24 [32] 0d 0a 68 c3 a9 0d 0a"
        );
    }

    #[test]
    fn what_is_missing_is_marked_behind_the_end() {
        assert_eq!(show(b"+PONG", ByteView::Escaped, 5), "+PONG<∅>");
        assert_eq!(show(b"", ByteView::Hex, 0), "<∅>");
    }

    #[test]
    fn the_mark_knows_its_column() {
        let shown = show_bytes(b"\r\nx", ByteView::Escaped, Some(2), Extent::Whole);
        assert_eq!(shown.mark_column, Some(4));
        let shown = show_bytes(b"\r\nx", ByteView::Hex, Some(2), Extent::Whole);
        assert_eq!(shown.mark_column, Some(6));
        let shown = show_bytes(b"\r", ByteView::Hex, Some(1), Extent::Whole);
        assert_eq!(shown.mark_column, Some(3));
    }

    #[test]
    fn long_bytes_are_cut_to_what_lies_around_the_mark() {
        let bytes = vec![b'x'; 4096];
        let shown = show(&bytes, ByteView::Escaped, 1000);
        assert!(shown.starts_with("…976 bytes…xx"), "{shown}");
        assert!(shown.ends_with("xx…3024 bytes…"), "{shown}");
        let whole = show_bytes(&bytes, ByteView::Escaped, Some(1000), Extent::Whole);
        assert_eq!(whole.spans.len(), 3);
    }

    #[test]
    fn text_that_is_no_text_is_shown_as_far_as_it_is() {
        assert_eq!(
            show(b"a\xffb\xc3", ByteView::Text, 0),
            "[a]\u{fffd}b\u{fffd}"
        );
    }
}
