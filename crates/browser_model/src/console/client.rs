//! A client of the console's, and how what it receives is told apart.

use protocol::{ByteString, WireProtocol, duration_text};

use super::entry::{ReceivedEntry, ReceivedKind, shortened, shortened_bytes};
use super::phase::InputMode;
use crate::redis_cli::reply_text;
use crate::reply_reader::{Reading, Reply, read_reply};

/// How many bytes of a reply that is not whole are kept.
const UNREAD_BYTES_MAX: usize = 256 * 1024;

/// Whether a client has a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClientState {
    /// It has none.
    #[default]
    Gone,
    /// It is asked for.
    Connecting,
    /// It has one.
    Connected,
}

/// A client of the console's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsoleClient {
    /// Whether it has a connection.
    pub state: ClientState,
    /// Lines to be sent once it is connected.
    pub(super) queue: Vec<(String, InputMode)>,
    /// How many replies it waits for.
    pub waits_for: u32,
    /// It has sent bytes of which nobody knows how many replies they ask for.
    asks_freely: bool,
    unread: Vec<u8>,
    /// The line that sent the first byte of `unread`.
    line: Option<u32>,
    /// Part of a reply was left out: until it asks again, nobody can tell what belongs to it.
    is_out_of_step: bool,
}

/// Something that came for a client.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival<'bytes> {
    pub(super) bytes: &'bytes [u8],
    pub(super) line: Option<u32>,
    pub(super) took_us: Option<u32>,
}

impl ConsoleClient {
    /// The client with another connection, or none; what is to be sent stays.
    pub(super) fn renewed(&mut self, state: ClientState) {
        *self = Self {
            state,
            queue: std::mem::take(&mut self.queue),
            ..Self::default()
        };
    }

    /// It asks something; a command has one reply, of other bytes nobody knows how many.
    pub(super) fn ask(&mut self, is_command: bool) {
        self.waits_for += u32::from(is_command);
        self.asks_freely |= !is_command;
        if self.is_out_of_step {
            self.is_out_of_step = false;
            self.unread.clear();
        }
    }

    /// What it has received that is no whole reply yet.
    pub(super) fn unread(&self) -> &[u8] {
        &self.unread
    }

    /// Takes what came; returns what can be shown of it, and how many bytes can't, since what they belong
    /// to is left out.
    pub(super) fn take(
        &mut self,
        number: u32,
        protocol: WireProtocol,
        arrival: Arrival<'_>,
    ) -> (Vec<ReceivedEntry>, usize) {
        if self.is_out_of_step {
            return (Vec::new(), arrival.bytes.len());
        }
        if self.unread.is_empty() {
            self.line = arrival.line;
        }
        self.unread.extend_from_slice(arrival.bytes);
        let entries = match protocol {
            WireProtocol::Lines => {
                let text = String::from_utf8_lossy(&self.unread).trim_end().to_owned();
                let bytes = std::mem::take(&mut self.unread);
                vec![self.entry(number, &text, ReceivedKind::Reply, &bytes, arrival.took_us)]
            }
            WireProtocol::Resp => self.read_replies(number, arrival.took_us),
        };
        (entries, 0)
    }

    /// The end of a reply is left out; returns its beginning.
    pub(super) fn miss_the_rest(&mut self, number: u32) -> Option<ReceivedEntry> {
        self.is_out_of_step = true;
        self.waits_for = self.waits_for.saturating_sub(1);
        self.end(number)
    }

    /// What has come of a reply of which no more will come.
    pub(super) fn end(&mut self, number: u32) -> Option<ReceivedEntry> {
        let bytes = std::mem::take(&mut self.unread);
        (!bytes.is_empty()).then(|| {
            let text = ByteString::from(bytes.as_slice()).to_string();
            self.entry(number, &text, ReceivedKind::Incomplete, &bytes, None)
        })
    }

    fn read_replies(&mut self, number: u32, took_us: Option<u32>) -> Vec<ReceivedEntry> {
        let mut entries = Vec::new();
        while !self.unread.is_empty() {
            let (kind, text, length) = match read_reply(&self.unread) {
                Reading::Reply(reply, length) => (self.kind_of(&reply), reply_text(&reply), length),
                Reading::Incomplete if self.unread.len() <= UNREAD_BYTES_MAX => break,
                Reading::Incomplete | Reading::Invalid => {
                    let length = length_of_invalid(&self.unread);
                    let text = ByteString::from(&self.unread[..length]).to_string();
                    (ReceivedKind::Invalid, text, length)
                }
            };
            self.waits_for = self.waits_for.saturating_sub(1);
            let rest = self.unread.split_off(length);
            let bytes = std::mem::replace(&mut self.unread, rest);
            let took_us = took_us.filter(|_| kind != ReceivedKind::Unasked);
            entries.push(self.entry(number, &text, kind, &bytes, took_us));
            // Which line sent the next one is not known.
            self.line = None;
        }
        entries
    }

    fn kind_of(&self, reply: &Reply) -> ReceivedKind {
        match reply {
            _ if self.waits_for == 0 && !self.asks_freely => ReceivedKind::Unasked,
            Reply::Error(_) => ReceivedKind::Error,
            _ => ReceivedKind::Reply,
        }
    }

    fn entry(
        &self,
        client: u32,
        text: &str,
        kind: ReceivedKind,
        bytes: &[u8],
        took_us: Option<u32>,
    ) -> ReceivedEntry {
        ReceivedEntry {
            client,
            text: shortened(text),
            kind,
            bytes: shortened_bytes(bytes),
            took: took_us.map(duration_text),
            line: self.line,
        }
    }
}

/// Of bytes that begin with no reply: up to the end of a line after which one may begin, or all.
fn length_of_invalid(bytes: &[u8]) -> usize {
    let begins_reply = |at: &usize| {
        let rest = &bytes[*at..];
        rest.first().is_some_and(|byte| b"+-:$*".contains(byte))
    };
    let ends = bytes.windows(2).enumerate();
    ends.filter(|(_, end)| end == b"\r\n")
        .map(|(at, _)| at + 2)
        .find(begins_reply)
        .unwrap_or(bytes.len())
}
