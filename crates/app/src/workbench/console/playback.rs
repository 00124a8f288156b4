//! A test's exchange, played again in the console: by the program as it is now, from a fresh start.

use std::collections::{BTreeMap, VecDeque};

use browser_model::{Console, PlaybackStep};
use leptos::prelude::*;
use protocol::{SessionCommand, SessionEvent};

use super::ConsoleSession;
use crate::browser::{self, Local, Timer};

/// How long a reply is waited for before the next step.
const REPLY_MS: u32 = 600;

/// How long after a reply the next step comes: there may be more of it.
const PAUSE_MS: u32 = 60;

/// What is being played.
#[derive(Clone, Copy)]
pub(super) struct Playback {
    steps: StoredValue<VecDeque<PlaybackStep>>,
    /// The console's clients by their numbers in the test.
    clients: StoredValue<BTreeMap<u32, u32>>,
    timer: Local<Timer>,
    /// The client of the console's whose connection is waited for.
    awaited: StoredValue<Option<u32>>,
}

impl Playback {
    pub(super) fn new() -> Self {
        Self {
            steps: StoredValue::new(VecDeque::new()),
            clients: StoredValue::new(BTreeMap::new()),
            timer: Local::empty(),
            awaited: StoredValue::new(None),
        }
    }

    /// Does nothing once the workbench is gone.
    pub(super) fn stop(self) {
        self.timer.set(None);
        self.awaited.try_set_value(None);
        self.steps.try_set_value(VecDeque::new());
    }

    fn is_over(self) -> bool {
        self.steps.with_value(VecDeque::is_empty)
    }
}

impl ConsoleSession {
    /// Starts the program afresh and lets clients do what those of a test did.
    pub(in crate::workbench) fn play_exchange(self, steps: Vec<PlaybackStep>) {
        self.playback.stop();
        self.playback.clients.set_value(BTreeMap::new());
        self.playback.steps.set_value(steps.into());
        self.playback.awaited.set_value(Some(1));
        self.console.update(Console::begin_anew);
        self.active.set(1);
        self.show();
        self.start_program();
    }

    /// Goes on where an event lets it.
    pub(super) fn follow_playback(self, event: &SessionEvent) {
        let awaited = self.playback.awaited.get_value();
        if self.playback.is_over() && awaited.is_none() {
            return;
        }
        match event {
            SessionEvent::Connected { client, .. } if awaited == Some(*client) => {
                self.playback.awaited.set_value(None);
                self.play_next();
            }
            SessionEvent::Received { .. } | SessionEvent::Disconnected { .. }
                if awaited.is_none() =>
            {
                self.play_after(PAUSE_MS);
            }
            SessionEvent::NotConnected { .. }
            | SessionEvent::NotStarted { .. }
            | SessionEvent::Exited { .. }
            | SessionEvent::Ended { .. } => self.playback.stop(),
            _ => {}
        }
    }

    /// A client that the test had is not there.
    fn break_off(self) {
        self.playback.stop();
        self.console
            .update(|console| console.say("What else the test's clients did can't be played."));
    }

    fn play_after(self, delay_ms: u32) {
        let timer = browser::after(delay_ms, move || self.play_next());
        self.playback.timer.set(Some(timer));
    }

    fn play_next(self) {
        let Some(step) = self.playback.steps.try_update_value(VecDeque::pop_front) else {
            return;
        };
        let number = |client: u32| {
            let clients = self.playback.clients;
            clients.with_value(|clients| clients.get(&client).copied())
        };
        match step {
            Some(PlaybackStep::Connect { client }) => {
                if self.playback.clients.with_value(BTreeMap::is_empty) {
                    // It is connected since the start.
                    self.playback.clients.update_value(|clients| {
                        clients.insert(client, 1);
                    });
                    self.play_next();
                } else {
                    let added = self.console.try_update(Console::add_client).flatten();
                    let Some((added, command)) = added else {
                        self.break_off();
                        return;
                    };
                    self.playback.clients.update_value(|clients| {
                        clients.insert(client, added);
                    });
                    self.playback.awaited.set_value(Some(added));
                    self.send(&command);
                }
            }
            Some(PlaybackStep::Send {
                client,
                text,
                bytes,
                is_command,
            }) => {
                let sent = number(client).and_then(|number| {
                    self.console
                        .try_update(|console| console.send(number, &text, bytes, is_command).ok())?
                });
                let Some(command) = sent else {
                    self.break_off();
                    return;
                };
                self.send(&command);
                self.play_after(REPLY_MS);
            }
            Some(PlaybackStep::Disconnect { client }) => {
                if let Some(client) = number(client) {
                    self.send(&SessionCommand::Disconnect { client });
                    self.console.update(|console| console.leave(client));
                }
                self.play_after(PAUSE_MS);
            }
            None => {
                self.console
                    .update(|console| console.say("That is all that the test's clients did."));
            }
        }
    }
}
