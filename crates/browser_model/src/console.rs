//! The console: what is typed to a learner's server, and what comes of it, in order.

use std::collections::{BTreeMap, VecDeque};

use protocol::{
    ByteString, ConnectionEnd, OutputStream, SessionCommand, SessionEnd, SessionEvent, SourceSpan,
    WireProtocol, duration_text, sentence_case,
};

use crate::redis_cli::{UnbalancedQuotes, encode_command, reply_text, split_words};
use crate::reply_reader::{Reading, Reply, read_reply};

/// How many entries are kept, and how many characters in them.
const ENTRIES_MAX: usize = 500;
const CHARACTERS_MAX: usize = 400_000;

/// How many bytes of a reply that is not whole are kept.
const UNREAD_BYTES_MAX: usize = 256 * 1024;

/// The longest command that is shown whole, and the longest reply.
const SHOWN_CHARACTERS_MAX: usize = 20_000;

/// What the session is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConsolePhase {
    /// There is none.
    #[default]
    Closed,
    /// It is asked for, or waits for a place.
    Opening,
    /// The program runs.
    Running,
    /// The program has ended; another can be started.
    Exited,
    /// It is over.
    Ended(SessionEnd),
}

impl ConsolePhase {
    /// Whether there is a session, or will be.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Opening | Self::Running | Self::Exited)
    }
}

/// What is typed is read as this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputMode {
    /// As the course's protocol has it: a command of words, or a line.
    Protocol,
    /// Bytes as Python writes them between quotes, as in `PING\r\n`.
    Raw,
}

/// Why what was typed can't be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnsendableInput {
    /// Quotes that don't fit together.
    #[error("Not sent: {0}.")]
    Quotes(#[from] UnbalancedQuotes),
    /// No bytes in the written form.
    #[error("Not sent: {0}.")]
    Bytes(#[from] protocol::InvalidByteString),
    /// The client is not connected.
    #[error("Not sent: client {0} is not connected. Restart the program, or add a client.")]
    NotConnected(u32),
}

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
        /// What was sent.
        bytes: ByteString,
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
    /// The bytes themselves.
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

/// A client of the console's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsoleClient {
    /// Whether it has a connection.
    pub is_connected: bool,
    /// How many replies it waits for.
    pub waits_for: u32,
    unread: Vec<u8>,
    /// It has sent bytes of which nobody knows how many replies they ask for.
    asks_freely: bool,
    /// Since then no reply can be told from another.
    is_out_of_step: bool,
}

/// The console of one step.
#[derive(Debug, Clone)]
pub struct Console {
    protocol: WireProtocol,
    phase: ConsolePhase,
    entries: VecDeque<ConsoleEntry>,
    characters: usize,
    next_number: u64,
    clients: BTreeMap<u32, ConsoleClient>,
    history: Vec<String>,
    idle_max_s: u32,
}

impl Console {
    /// A console without a session, with one client.
    pub fn new(protocol: WireProtocol) -> Self {
        Self {
            protocol,
            phase: ConsolePhase::Closed,
            entries: VecDeque::new(),
            characters: 0,
            next_number: 0,
            clients: BTreeMap::from([(1, ConsoleClient::default())]),
            history: Vec::new(),
            idle_max_s: 0,
        }
    }

    /// What the session is doing.
    pub fn phase(&self) -> &ConsolePhase {
        &self.phase
    }

    /// What has happened, in order.
    pub fn entries(&self) -> impl Iterator<Item = &ConsoleEntry> {
        self.entries.iter()
    }

    /// The clients by their numbers.
    pub fn clients(&self) -> &BTreeMap<u32, ConsoleClient> {
        &self.clients
    }

    /// What a client has received that is no whole reply yet, in its written form.
    pub fn unfinished(&self, client: u32) -> Option<String> {
        let unread = &self.clients.get(&client)?.unread;
        (!unread.is_empty()).then(|| shortened(&ByteString::from(unread.as_slice()).to_string()))
    }

    /// What was typed, the latest last.
    pub fn history(&self) -> &[String] {
        &self.history
    }

    /// Seconds without a command after which the session ends.
    pub fn idle_max_s(&self) -> u32 {
        self.idle_max_s
    }

    /// A session is asked for.
    pub fn open(&mut self) {
        self.phase = ConsolePhase::Opening;
        self.disconnect_all();
    }

    /// The session is over by the page's own doing.
    pub fn close(&mut self) {
        if self.phase.is_open() {
            self.phase = ConsolePhase::Closed;
            self.disconnect_all();
            self.note("The session has ended.", None, true);
        }
    }

    /// Forgets what has happened; clients and session stay.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.characters = 0;
    }

    /// Adds a client, and says what to ask of the server; none where there are enough.
    pub fn add_client(&mut self) -> Option<(u32, SessionCommand)> {
        let number = (1..=SessionCommand::CLIENTS_MAX).find(|n| !self.clients.contains_key(n))?;
        self.clients.insert(number, ConsoleClient::default());
        Some((number, SessionCommand::Connect { client: number }))
    }

    /// Removes a client, but for the last one.
    pub fn remove_client(&mut self, client: u32) -> Option<SessionCommand> {
        if self.clients.len() < 2 {
            return None;
        }
        self.clients.remove(&client)?;
        Some(SessionCommand::Disconnect { client })
    }

    /// Takes what was typed for a client: the command to send, or none for an empty line.
    pub fn type_line(
        &mut self,
        client: u32,
        line: &str,
        mode: InputMode,
    ) -> Result<Option<SessionCommand>, UnsendableInput> {
        if line.trim().is_empty()
            && mode == InputMode::Protocol
            && self.protocol == WireProtocol::Resp
        {
            return Ok(None);
        }
        let (bytes, is_command) = match (mode, self.protocol) {
            (InputMode::Raw, _) => (ByteString::parse(line)?.as_bytes().to_vec(), false),
            (InputMode::Protocol, WireProtocol::Resp) => {
                (encode_command(&split_words(line)?), true)
            }
            (InputMode::Protocol, WireProtocol::Lines) => {
                (format!("{line}\r\n").into_bytes(), false)
            }
        };
        self.remember(line);
        self.send(client, line, bytes, is_command).map(Some)
    }

    /// Sends bytes that were not typed, say those of a test; `text` is how they are shown.
    pub fn send(
        &mut self,
        client: u32,
        text: &str,
        bytes: Vec<u8>,
        is_command: bool,
    ) -> Result<SessionCommand, UnsendableInput> {
        let found = self.clients.get_mut(&client);
        let Some(connected) = found.filter(|client| client.is_connected) else {
            return Err(UnsendableInput::NotConnected(client));
        };
        connected.waits_for += u32::from(is_command);
        connected.asks_freely |= !is_command;
        let bytes = ByteString::from(bytes);
        self.add(ConsoleContent::Sent {
            client,
            text: shortened(text),
            bytes: bytes.clone(),
        });
        Ok(SessionCommand::Send { client, bytes })
    }

    /// Says something that is not of the session.
    pub fn say(&mut self, text: impl Into<String>) {
        self.note(text, None, false);
    }

    /// Takes an event; returns what to ask of the server for it.
    pub fn take(&mut self, event: SessionEvent) -> Vec<SessionCommand> {
        match event {
            SessionEvent::Waiting => self.phase = ConsolePhase::Opening,
            SessionEvent::Opened { idle_max_s, .. } => self.idle_max_s = idle_max_s,
            SessionEvent::Started { launch } => return self.started(launch),
            SessionEvent::Output {
                stream,
                text,
                dropped_bytes,
            } => self.printed(stream, &text, dropped_bytes),
            SessionEvent::Connected { client, .. } => self.connected(client),
            SessionEvent::NotConnected {
                client,
                outcome,
                span,
            } => {
                let text = match outcome {
                    Some(outcome) => outcome.message(),
                    None if self.phase == ConsolePhase::Exited => return Vec::new(),
                    None => "there are too many clients".to_owned(),
                };
                self.note(
                    format!("Client {client} can't connect. {}", sentence_case(&text)),
                    line_of(span),
                    false,
                );
            }
            SessionEvent::Received {
                client,
                bytes,
                dropped_bytes,
                line,
                took_us,
            } => self.received(client, bytes.as_bytes(), dropped_bytes, line, took_us),
            SessionEvent::Disconnected { client, how } => self.disconnected(client, how),
            SessionEvent::Exited { outcome, span } => {
                self.phase = ConsolePhase::Exited;
                self.disconnect_all();
                let span = span.or_else(|| outcome.span());
                self.note(outcome.message(), line_of(span), true);
            }
            SessionEvent::NotStarted { reason } => {
                self.note(format!("Not restarted: {reason}."), None, false);
            }
            SessionEvent::Ended { end } => {
                self.disconnect_all();
                let text = match &end {
                    SessionEnd::Failed { error } => sentence_case(&error.to_string()),
                    end => format!("The session has ended: {end}."),
                };
                self.note(text, None, true);
                self.phase = ConsolePhase::Ended(end);
            }
        }
        Vec::new()
    }

    /// The connection to the server is lost.
    pub fn lose(&mut self) {
        if self.phase.is_open() {
            let text = match self.phase {
                ConsolePhase::Opening => {
                    "There is no session: the server can't be reached, or something on the way to it \
                     lets no WebSocket pass. Your code is safe."
                }
                _ => {
                    "The connection to the server is lost, and the session with it. Your code is safe."
                }
            };
            self.phase = ConsolePhase::Closed;
            self.disconnect_all();
            self.note(text, None, true);
        }
    }

    /// The whole console as text, to be copied.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for entry in &self.entries {
            match &entry.content {
                ConsoleContent::Sent {
                    client, text: sent, ..
                } => text.push_str(&format!("{client}> {sent}\n")),
                ConsoleContent::Received(received) => {
                    text.push_str(&received.text);
                    text.push('\n');
                }
                ConsoleContent::Output { text: output, .. } => text.push_str(output),
                ConsoleContent::Note { text: note, .. } => text.push_str(&format!("# {note}\n")),
            }
        }
        text
    }

    fn started(&mut self, launch: u16) -> Vec<SessionCommand> {
        let text = match launch {
            1 => "Your program has started.",
            _ => "Your program has started again, with the code as it is now.",
        };
        self.phase = ConsolePhase::Running;
        self.disconnect_all();
        self.note(text, None, false);
        let connect = |client: &u32| SessionCommand::Connect { client: *client };
        self.clients.keys().map(connect).collect()
    }

    fn connected(&mut self, client: u32) {
        if let Some(found) = self.clients.get_mut(&client) {
            *found = ConsoleClient {
                is_connected: true,
                ..ConsoleClient::default()
            };
        }
        if client > 1 {
            self.note(format!("Client {client} is connected."), None, false);
        }
    }

    fn disconnected(&mut self, client: u32, how: ConnectionEnd) {
        let Some(found) = self.clients.get_mut(&client) else {
            return;
        };
        let rest = std::mem::take(&mut found.unread);
        *found = ConsoleClient::default();
        if !rest.is_empty() {
            self.add_received(client, &rest, None, None, ReceivedKind::Incomplete);
        }
        let text = match how {
            ConnectionEnd::Closed => {
                format!("Your program has closed client {client}'s connection.")
            }
            ConnectionEnd::Reset => {
                format!("Your program has broken off client {client}'s connection.")
            }
            ConnectionEnd::Unread => {
                format!("Client {client} is cut off: your program does not read what it sends.")
            }
        };
        self.note(text, None, false);
    }

    fn disconnect_all(&mut self) {
        for client in self.clients.values_mut() {
            *client = ConsoleClient::default();
        }
    }

    fn received(
        &mut self,
        client: u32,
        bytes: &[u8],
        dropped_bytes: u32,
        line: Option<u32>,
        took_us: Option<u32>,
    ) {
        let Some(found) = self.clients.get_mut(&client) else {
            return;
        };
        found.unread.extend_from_slice(bytes);
        if self.protocol == WireProtocol::Lines {
            let text = std::mem::take(&mut found.unread);
            self.add_received(client, &text, line, took_us, ReceivedKind::Reply);
        } else {
            self.read_replies(client, line, took_us);
        }
        if dropped_bytes > 0 {
            if let Some(found) = self.clients.get_mut(&client) {
                found.is_out_of_step = true;
            }
            self.note(
                format!("{dropped_bytes} bytes more came for client {client}, and are left out."),
                None,
                false,
            );
        }
    }

    fn read_replies(&mut self, client: u32, line: Option<u32>, took_us: Option<u32>) {
        loop {
            let Some(found) = self.clients.get_mut(&client) else {
                return;
            };
            if found.unread.is_empty() {
                return;
            }
            let reading = if found.is_out_of_step {
                Reading::Invalid
            } else {
                read_reply(&found.unread)
            };
            match reading {
                Reading::Reply(reply, length) => {
                    let rest = found.unread.split_off(length);
                    let bytes = std::mem::replace(&mut found.unread, rest);
                    let was_asked = found.waits_for > 0 || found.asks_freely;
                    found.waits_for = found.waits_for.saturating_sub(1);
                    let took_us = took_us.filter(|_| was_asked);
                    self.add_reply(client, &reply, bytes, line, took_us, was_asked);
                }
                Reading::Incomplete if found.unread.len() <= UNREAD_BYTES_MAX => return,
                Reading::Incomplete | Reading::Invalid => {
                    let bytes = std::mem::take(&mut found.unread);
                    found.waits_for = 0;
                    // What follows can't be told apart, until something is asked again.
                    found.is_out_of_step = false;
                    self.add_received(client, &bytes, line, took_us, ReceivedKind::Invalid);
                }
            }
        }
    }

    fn add_reply(
        &mut self,
        client: u32,
        reply: &Reply,
        bytes: Vec<u8>,
        line: Option<u32>,
        took_us: Option<u32>,
        was_asked: bool,
    ) {
        let kind = match reply {
            _ if !was_asked => ReceivedKind::Unasked,
            Reply::Error(_) => ReceivedKind::Error,
            _ => ReceivedKind::Reply,
        };
        self.add(ConsoleContent::Received(ReceivedEntry {
            client,
            text: shortened(&reply_text(reply)),
            kind,
            bytes: bytes.into(),
            took: took_us.map(duration_text),
            line,
        }));
    }

    fn add_received(
        &mut self,
        client: u32,
        bytes: &[u8],
        line: Option<u32>,
        took_us: Option<u32>,
        kind: ReceivedKind,
    ) {
        let text = match (self.protocol, kind) {
            (WireProtocol::Lines, _) => String::from_utf8_lossy(bytes).trim_end().to_owned(),
            _ => ByteString::from(bytes).to_string(),
        };
        self.add(ConsoleContent::Received(ReceivedEntry {
            client,
            text: shortened(&text),
            kind,
            bytes: bytes.into(),
            took: took_us.map(duration_text),
            line,
        }));
    }

    /// Output that continues the last entry is joined to it.
    fn printed(&mut self, stream: OutputStream, text: &str, dropped_bytes: u32) {
        match self.entries.back_mut() {
            Some(ConsoleEntry {
                number,
                content:
                    ConsoleContent::Output {
                        stream: last_stream,
                        text: last,
                    },
            }) if *last_stream == stream && last.len() < SHOWN_CHARACTERS_MAX => {
                last.push_str(text);
                *number = self.next_number;
                self.next_number += 1;
                self.characters += text.len();
                self.forget();
            }
            _ if text.is_empty() => {}
            _ => self.add(ConsoleContent::Output {
                stream,
                text: text.to_owned(),
            }),
        }
        if dropped_bytes > 0 {
            self.note(
                format!(
                    "Your program writes too much at a time: {dropped_bytes} bytes are left out."
                ),
                None,
                false,
            );
        }
    }

    fn note(&mut self, text: impl Into<String>, line: Option<u32>, is_end: bool) {
        self.add(ConsoleContent::Note {
            text: text.into(),
            line,
            is_end,
        });
    }

    fn add(&mut self, content: ConsoleContent) {
        self.characters += characters(&content);
        self.entries.push_back(ConsoleEntry {
            number: self.next_number,
            content,
        });
        self.next_number += 1;
        self.forget();
    }

    fn forget(&mut self) {
        while self.entries.len() > ENTRIES_MAX
            || (self.characters > CHARACTERS_MAX && self.entries.len() > 1)
        {
            if let Some(oldest) = self.entries.pop_front() {
                self.characters -= characters(&oldest.content);
            }
        }
    }

    fn remember(&mut self, line: &str) {
        if self.history.last().is_none_or(|last| last != line) {
            self.history.push(line.to_owned());
        }
        let surplus = self.history.len().saturating_sub(ENTRIES_MAX);
        self.history.drain(..surplus);
    }
}

fn characters(content: &ConsoleContent) -> usize {
    match content {
        ConsoleContent::Sent { text, bytes, .. } => text.len() + bytes.as_bytes().len(),
        ConsoleContent::Received(received) => received.text.len() + received.bytes.as_bytes().len(),
        ConsoleContent::Output { text, .. } | ConsoleContent::Note { text, .. } => text.len(),
    }
}

fn shortened(text: &str) -> String {
    if text.len() <= SHOWN_CHARACTERS_MAX {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(SHOWN_CHARACTERS_MAX);
    format!("{}…", &text[..end])
}

fn line_of(span: Option<SourceSpan>) -> Option<u32> {
    span.map(|span| span.line)
}

#[cfg(test)]
mod tests;
