//! What is on screen of a console: entries in order, as many as are kept.

use std::collections::VecDeque;

use protocol::{ByteString, OutputStream};

/// How many entries are kept, and how many bytes in them.
pub(super) const ENTRIES_MAX: usize = 500;
pub(super) const BYTES_MAX: usize = 400_000;

/// The longest command that is shown whole, and the longest reply.
const SHOWN_BYTES_MAX: usize = 20_000;

/// Output is joined to what came before up to here: a screen reader reads a changed entry again.
const JOINED_BYTES_MAX: usize = 2_000;

/// One entry of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleEntry {
    /// Counted from 0 since the console was made; an entry that changes has a new one.
    pub number: u64,
    /// What it is.
    pub content: ConsoleContent,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsoleContent {
    /// A client sent something.
    Sent {
        /// The client.
        client: u32,
        /// As it was typed.
        text: String,
        /// What was sent, or its beginning.
        bytes: ByteString,
        /// Whether it is what redis-cli would send for the text.
        is_command: bool,
    },
    /// A client received something.
    Received(ReceivedEntry),
    /// The program wrote something.
    Output {
        /// The stream.
        stream: OutputStream,
        /// What it wrote.
        text: String,
    },
    /// Bytes are left out: there were too many at a time.
    LeftOut {
        /// The client that received them; none where the program wrote them.
        client: Option<u32>,
        /// How many.
        bytes: u64,
    },
    /// Something happened.
    Note {
        /// What, as a sentence.
        text: String,
        /// The line to look at, where one is known.
        line: Option<u32>,
        /// Whether the program, or the session, is at an end by it.
        is_end: bool,
    },
}

/// What a client received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedEntry {
    /// The client.
    pub client: u32,
    /// As redis-cli prints a reply, or the bytes in their written form.
    pub text: String,
    /// What it is.
    pub kind: ReceivedKind,
    /// The bytes themselves, or their beginning.
    pub bytes: ByteString,
    /// From the command to this, as in `0.4 ms`; none where nothing was asked.
    pub took: Option<String>,
    /// The program's line that sent it.
    pub line: Option<u32>,
}

/// What was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceivedKind {
    /// A whole reply, or in a protocol of lines some text.
    Reply,
    /// A reply that is an error.
    Error,
    /// A reply that nobody had asked for.
    Unasked,
    /// The beginning of a reply, of which no more has come.
    Incomplete,
    /// Bytes that are no reply.
    Invalid,
}

/// The entries that are kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Entries {
    entries: VecDeque<ConsoleEntry>,
    bytes: usize,
    next_number: u64,
}

impl Entries {
    pub(super) fn iter(&self) -> impl Iterator<Item = &ConsoleEntry> {
        self.entries.iter()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }

    pub(super) fn add(&mut self, content: ConsoleContent) {
        self.bytes += bytes_of(&content);
        let number = self.number();
        self.entries.push_back(ConsoleEntry { number, content });
        self.forget();
    }

    /// Output that continues the last entry is joined to it.
    pub(super) fn add_output(&mut self, stream: OutputStream, text: &str) {
        let number = self.number();
        match self.entries.back_mut() {
            Some(ConsoleEntry {
                number: of_last,
                content:
                    ConsoleContent::Output {
                        stream: last_stream,
                        text: last,
                    },
            }) if *last_stream == stream && last.len() < JOINED_BYTES_MAX => {
                last.push_str(text);
                *of_last = number;
                self.bytes += text.len();
                self.forget();
            }
            _ => self.add(ConsoleContent::Output {
                stream,
                text: text.to_owned(),
            }),
        }
    }

    /// What is left out is counted in one entry, for as long as nothing else comes but more of the kind.
    pub(super) fn add_left_out(&mut self, client: Option<u32>, more: u64) {
        let number = self.number();
        let is_of_kind = |content: &ConsoleContent| match content {
            ConsoleContent::LeftOut { client: of, .. } => *of == client,
            _ => false,
        };
        // Output may come between.
        let recent = self.entries.iter_mut().rev().take(3);
        match recent.into_iter().find(|entry| is_of_kind(&entry.content)) {
            Some(ConsoleEntry {
                number: of_entry,
                content: ConsoleContent::LeftOut { bytes, .. },
            }) => {
                *bytes += more;
                *of_entry = number;
            }
            _ => self.add(ConsoleContent::LeftOut {
                client,
                bytes: more,
            }),
        }
    }

    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    fn forget(&mut self) {
        while self.entries.len() > ENTRIES_MAX || (self.bytes > BYTES_MAX && self.entries.len() > 1)
        {
            if let Some(oldest) = self.entries.pop_front() {
                self.bytes -= bytes_of(&oldest.content);
            }
        }
    }
}

fn bytes_of(content: &ConsoleContent) -> usize {
    match content {
        ConsoleContent::Sent { text, bytes, .. } => text.len() + bytes.as_bytes().len(),
        ConsoleContent::Received(received) => received.text.len() + received.bytes.as_bytes().len(),
        ConsoleContent::Output { text, .. } | ConsoleContent::Note { text, .. } => text.len(),
        ConsoleContent::LeftOut { .. } => 0,
    }
}

/// Bytes that are kept whole, or their beginning.
pub(super) fn shortened_bytes(bytes: &[u8]) -> ByteString {
    bytes[..bytes.len().min(SHOWN_BYTES_MAX)].into()
}

/// A text that is shown whole, or its beginning.
pub(super) fn shortened(text: &str) -> String {
    if text.len() <= SHOWN_BYTES_MAX {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(SHOWN_BYTES_MAX);
    format!("{}…", &text[..end])
}
