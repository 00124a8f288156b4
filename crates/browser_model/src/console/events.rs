//! What a session's events change in a console.

use protocol::{
    ConnectionEnd, SessionCommand, SessionEnd, SessionEvent, SourceSpan, sentence_case,
};

use super::Console;
use super::client::{Arrival, ClientState};
use super::entry::{ConsoleContent, ReceivedEntry, shortened};
use super::phase::ConsolePhase;

impl Console {
    /// Takes an event; returns what to ask of the server for it, and none where the event is of a start
    /// before the one that was asked for last.
    pub fn take(&mut self, event: SessionEvent) -> Option<Vec<SessionCommand>> {
        let is_of_a_start = matches!(
            event,
            SessionEvent::Connected { .. }
                | SessionEvent::NotConnected { .. }
                | SessionEvent::Received { .. }
                | SessionEvent::Disconnected { .. }
                | SessionEvent::Exited { .. }
        );
        if is_of_a_start && self.phase == ConsolePhase::Opening {
            return None;
        }
        match event {
            SessionEvent::Alive => {}
            SessionEvent::Waiting => self.phase = ConsolePhase::Opening,
            SessionEvent::Opened {
                idle_max_s,
                length_max_s,
            } => {
                self.is_up = true;
                self.idle_max_s = idle_max_s;
                self.length_max_s = length_max_s;
            }
            SessionEvent::Started { launch } => return Some(self.started(launch)),
            SessionEvent::Output {
                stream,
                text,
                dropped_bytes,
            } => {
                if !text.is_empty() {
                    self.entries.add_output(stream, &text);
                }
                self.left_out(None, u64::from(dropped_bytes));
            }
            SessionEvent::Connected { client, .. } => return Some(self.connected(client)),
            SessionEvent::NotConnected {
                client,
                outcome,
                span,
            } => {
                let found = self.clients.get_mut(&client);
                let unsent = found.map(|found| {
                    found.renewed(ClientState::Gone);
                    std::mem::take(&mut found.queue)
                });
                for (line, _) in unsent.unwrap_or_default() {
                    self.note(format!("Not sent: {}", shortened(&line)), None, false);
                }
                // Without a reason the program has ended, which is told by itself.
                if let Some(outcome) = outcome {
                    let text = format!("Client {client} can't connect. {}", outcome.message());
                    self.note(text, line_of(span), false);
                }
            }
            SessionEvent::Received {
                client,
                bytes,
                dropped_bytes,
                line,
                took_us,
            } => {
                let arrival = Arrival {
                    bytes: bytes.as_bytes(),
                    line,
                    took_us,
                };
                self.received(client, arrival, u64::from(dropped_bytes));
            }
            SessionEvent::Disconnected { client, how } => self.disconnected(client, how),
            SessionEvent::Exited { outcome, span } => {
                self.drop_clients();
                self.phase = ConsolePhase::Exited;
                let span = span.or_else(|| outcome.span());
                self.note(outcome.message(), line_of(span), true);
            }
            SessionEvent::NotStarted { reason } => {
                for client in self.clients.values_mut() {
                    client.queue.clear();
                }
                self.note(format!("Not started: {reason}."), None, false);
            }
            SessionEvent::Ended { end } => {
                let text = match &end {
                    SessionEnd::Failed { .. }
                    | SessionEnd::NoPlace { .. }
                    | SessionEnd::Rationed { .. }
                    | SessionEnd::Off => sentence_case(&end.to_string()),
                    _ => format!("The session has ended: {end}."),
                };
                self.end(ConsolePhase::Ended(end));
                self.note(text, None, true);
            }
        }
        Some(Vec::new())
    }

    fn started(&mut self, launch: u16) -> Vec<SessionCommand> {
        let text = match launch {
            1 => "Your program has started.",
            _ => "Your program has started again, with the code as it is now.",
        };
        self.phase = ConsolePhase::Running;
        self.renew_clients(ClientState::Connecting);
        self.note(text, None, false);
        let connect = |client: &u32| SessionCommand::Connect { client: *client };
        self.clients.keys().map(connect).collect()
    }

    fn connected(&mut self, client: u32) -> Vec<SessionCommand> {
        let Some(found) = self.clients.get_mut(&client) else {
            return Vec::new();
        };
        found.renewed(ClientState::Connected);
        let queue = std::mem::take(&mut found.queue);
        if client > 1 {
            self.note(format!("Client {client} is connected."), None, false);
        }
        let mut commands = Vec::new();
        for (line, mode) in queue {
            // It could be read when it was typed.
            commands.extend(self.send_line(client, &line, mode).ok().flatten());
        }
        commands
    }

    fn disconnected(&mut self, client: u32, how: ConnectionEnd) {
        let Some(found) = self.clients.get_mut(&client) else {
            return;
        };
        let rest = found.end(client);
        found.renewed(ClientState::Gone);
        self.add_received(rest);
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

    fn received(&mut self, client: u32, arrival: Arrival<'_>, dropped_bytes: u64) {
        let Some(found) = self.clients.get_mut(&client) else {
            return;
        };
        let (entries, unshown_bytes) = found.take(client, self.protocol, arrival);
        let rest = (dropped_bytes > 0)
            .then(|| found.miss_the_rest(client))
            .flatten();
        self.add_received(entries.into_iter().chain(rest));
        let unshown_bytes = u64::try_from(unshown_bytes).unwrap_or(u64::MAX);
        self.left_out(Some(client), dropped_bytes.saturating_add(unshown_bytes));
    }

    fn add_received(&mut self, entries: impl IntoIterator<Item = ReceivedEntry>) {
        for entry in entries {
            self.entries.add(ConsoleContent::Received(entry));
        }
    }

    fn left_out(&mut self, client: Option<u32>, bytes: u64) {
        if bytes > 0 {
            self.entries.add_left_out(client, bytes);
        }
    }
}

fn line_of(span: Option<SourceSpan>) -> Option<u32> {
    span.map(|span| span.line)
}
