//! The console: what is typed to a learner's server, and what comes of it, in order.

mod client;
mod entry;
mod events;
mod phase;
mod transcript;

use std::collections::BTreeMap;

use protocol::{ByteString, SessionCommand, WireProtocol};

use crate::redis_cli::{encode_command, split_words};

pub use self::client::{ClientState, ConsoleClient};
pub use self::entry::{ConsoleContent, ConsoleEntry, ReceivedEntry, ReceivedKind};
use self::entry::{Entries, shortened, shortened_bytes};
pub use self::phase::{ConsolePhase, EndsSoon, InputMode, LAST_SECONDS, UnsendableInput};

/// How many lines of the history are kept.
const HISTORY_MAX: usize = 500;

/// The console of one step.
#[derive(Debug, Clone)]
pub struct Console {
    protocol: WireProtocol,
    port: u16,
    phase: ConsolePhase,
    entries: Entries,
    clients: BTreeMap<u32, ConsoleClient>,
    history: Vec<String>,
    /// Whether the session has a lane.
    is_up: bool,
    idle_max_s: u32,
    length_max_s: u32,
}

impl Console {
    /// A console without a session, with one client.
    pub fn new(protocol: WireProtocol, port: u16) -> Self {
        Self {
            protocol,
            port,
            phase: ConsolePhase::Closed,
            entries: Entries::default(),
            clients: BTreeMap::from([(1, ConsoleClient::default())]),
            history: Vec::new(),
            is_up: false,
            idle_max_s: 0,
            length_max_s: 0,
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
        let unread = self.clients.get(&client)?.unread();
        (!unread.is_empty()).then(|| shortened(&ByteString::from(unread).to_string()))
    }

    /// What was typed, the latest last.
    pub fn history(&self) -> &[String] {
        &self.history
    }

    /// How soon an open session ends by itself, where that is within [`LAST_SECONDS`]: `idle_s` after
    /// somebody was last heard of, and `length_s` after it was opened.
    pub fn ends_soon(&self, idle_s: u32, length_s: u32) -> Option<EndsSoon> {
        let is_soon = |left_s: u32| left_s <= LAST_SECONDS;
        if !self.phase.is_open() || self.length_max_s == 0 {
            return None;
        }
        let left_s = self.length_max_s.saturating_sub(length_s);
        let idle_left_s = self.idle_max_s.saturating_sub(idle_s);
        if is_soon(left_s) && left_s <= idle_left_s {
            return Some(EndsSoon::AsLongAsItMay { left_s });
        }
        is_soon(idle_left_s).then_some(EndsSoon::Idle {
            left_s: idle_left_s,
        })
    }

    /// A session is asked for.
    pub fn open(&mut self) {
        self.is_up = false;
        (self.idle_max_s, self.length_max_s) = (0, 0);
        self.restart();
    }

    /// Another start is asked for in the session that there is.
    pub fn restart(&mut self) {
        self.phase = ConsolePhase::Opening;
        self.renew_clients(ClientState::Gone);
    }

    /// Whether there is a session in which the program can be started again.
    pub fn is_up(&self) -> bool {
        self.is_up
    }

    /// The session is over by the page's own doing.
    pub fn close(&mut self) {
        if self.phase.is_open() {
            self.end(ConsolePhase::Closed);
            self.note("The session has ended.", None, true);
        }
    }

    /// Forgets what has happened; clients and session stay.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Adds a client, and says what to ask of the server; none where there are enough.
    pub fn add_client(&mut self) -> Option<(u32, SessionCommand)> {
        let number = (1..=SessionCommand::CLIENTS_MAX).find(|n| !self.clients.contains_key(n))?;
        self.clients.insert(number, ConsoleClient::default());
        Some((number, self.connect(number)))
    }

    /// A client has left by the page's own doing, and is still shown.
    pub fn leave(&mut self, client: u32) {
        if let Some(found) = self.clients.get_mut(&client) {
            found.renewed(ClientState::Gone);
            self.note(format!("Client {client} has left."), None, false);
        }
    }

    /// Leaves only the first client, for what is to come.
    pub fn begin_anew(&mut self) {
        self.clients = BTreeMap::from([(1, ConsoleClient::default())]);
    }

    /// Removes a client, but for the last one.
    pub fn remove_client(&mut self, client: u32) -> Option<SessionCommand> {
        if self.clients.len() < 2 {
            return None;
        }
        self.clients.remove(&client)?;
        Some(SessionCommand::Disconnect { client })
    }

    /// Takes what was typed for a client; returns what to ask of the server for it.
    ///
    /// Where the client has no connection yet, the line is sent once it has; one that has lost it gets
    /// another, as redis-cli does. Without a program that runs, the caller starts it.
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
        self.remember(line);
        self.send_line(client, line, mode)
    }

    fn send_line(
        &mut self,
        client: u32,
        line: &str,
        mode: InputMode,
    ) -> Result<Option<SessionCommand>, UnsendableInput> {
        let (bytes, is_command) = match (mode, self.protocol) {
            (InputMode::Raw, _) => (ByteString::parse(line)?.as_bytes().to_vec(), false),
            (InputMode::Protocol, WireProtocol::Resp) => {
                (encode_command(&split_words(line)?), true)
            }
            (InputMode::Protocol, WireProtocol::Lines) => {
                (format!("{line}\r\n").into_bytes(), false)
            }
        };
        let is_running = self.phase == ConsolePhase::Running;
        let found = self.clients.entry(client).or_default();
        if is_running && found.state == ClientState::Connected {
            return self.send(client, line, bytes, is_command).map(Some);
        }
        found.queue.push((line.to_owned(), mode));
        let is_gone = found.state == ClientState::Gone;
        Ok((is_running && is_gone).then(|| self.connect(client)))
    }

    fn connect(&mut self, client: u32) -> SessionCommand {
        let found = self.clients.entry(client).or_default();
        found.renewed(ClientState::Connecting);
        SessionCommand::Connect { client }
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
        let Some(connected) = found.filter(|client| client.state == ClientState::Connected) else {
            return Err(UnsendableInput::NotConnected(client));
        };
        connected.ask(is_command);
        self.entries.add(ConsoleContent::Sent {
            client,
            text: shortened(text),
            bytes: shortened_bytes(&bytes),
            is_command,
        });
        let bytes = ByteString::from(bytes);
        Ok(SessionCommand::Send { client, bytes })
    }

    /// Says something that is not of the session.
    pub fn say(&mut self, text: impl Into<String>) {
        self.note(text, None, false);
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
            self.end(ConsolePhase::Closed);
            self.note(text, None, true);
        }
    }

    fn renew_clients(&mut self, state: ClientState) {
        for client in self.clients.values_mut() {
            client.renewed(state);
        }
    }

    /// Nobody is connected any more, and nothing is to be sent.
    fn drop_clients(&mut self) {
        for client in self.clients.values_mut() {
            *client = ConsoleClient::default();
        }
    }

    fn end(&mut self, phase: ConsolePhase) {
        self.drop_clients();
        self.is_up = false;
        self.phase = phase;
    }

    fn note(&mut self, text: impl Into<String>, line: Option<u32>, is_end: bool) {
        self.entries.add(ConsoleContent::Note {
            text: text.into(),
            line,
            is_end,
        });
    }

    fn remember(&mut self, line: &str) {
        if self.history.last().is_none_or(|last| last != line) {
            self.history.push(line.to_owned());
        }
        let surplus = self.history.len().saturating_sub(HISTORY_MAX);
        self.history.drain(..surplus);
    }
}

#[cfg(test)]
mod tests;
