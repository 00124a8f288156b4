//! The console: the learner's own server, alive in a sandbox, and clients that are typed for.

mod entry;
mod playback;
mod prompt;
mod view;

use browser_model::{Console, ConsolePhase, EndsSoon, InputMode};
use leptos::prelude::*;
use protocol::{
    Program, RunError, RunnableProgram, SessionCommand, SessionEnd, SessionEvent, SessionRequest,
};

use super::layout::{Layout, Panel, View};
use super::open_step::OpenStep;
use super::program_editor::ProgramEditor;
use crate::base_path::address_of;
use crate::browser::{self, Local, Socket, Timer};
use crate::store::Store;

use self::playback::Playback;
pub(super) use self::view::ConsoleView;

const PATH: &str = "/api/session";

/// How often keys that are pressed are told to the server, which counts how long nobody types.
const STAY_EVERY_MS: u64 = 20_000;

/// How often the count-down is brought up to date.
const TICK_MS: u32 = 5_000;

/// A connection over which nothing has come for so long is dead, even where nobody says so: a laptop that
/// slept, a cable that was pulled.
const SILENT_MAX_MS: u64 = 3 * 1000 * SessionEvent::ALIVE_EVERY_S as u64;

/// The session of one step, and what is on screen of it.
#[derive(Clone, Copy)]
pub(super) struct ConsoleSession {
    step: OpenStep,
    editor: ProgramEditor,
    layout: Layout,
    store: Store,
    console: RwSignal<Console>,
    /// The client that is typed for.
    active: RwSignal<u32>,
    mode: RwSignal<InputMode>,
    /// The program that was started last.
    started: RwSignal<Option<String>>,
    /// The program that the server was asked to start last.
    asked: StoredValue<String>,
    socket: Local<Socket>,
    /// When the server last heard of somebody, in milliseconds, and when the session was opened.
    last_told_ms: StoredValue<u64>,
    /// When something came from the server last.
    last_heard_ms: StoredValue<u64>,
    opened_ms: StoredValue<u64>,
    /// The session's end, once it is near.
    ends_soon: RwSignal<Option<EndsSoon>>,
    tick: Local<Timer>,
    playback: Playback,
}

impl ConsoleSession {
    pub(super) fn new(step: OpenStep, editor: ProgramEditor, layout: Layout) -> Self {
        let (protocol, port) = step.with(|course, _| (course.protocol, course.port));
        let session = Self {
            step,
            editor,
            layout,
            store: expect_context(),
            console: RwSignal::new(Console::new(protocol, port)),
            active: RwSignal::new(1),
            mode: RwSignal::new(InputMode::Protocol),
            started: RwSignal::new(None),
            asked: StoredValue::new(String::new()),
            socket: Local::empty(),
            last_told_ms: StoredValue::new(0),
            last_heard_ms: StoredValue::new(0),
            opened_ms: StoredValue::new(0),
            ends_soon: RwSignal::new(None),
            tick: Local::empty(),
            playback: Playback::new(),
        };
        on_cleanup(move || session.socket.set(None));
        session
    }

    pub(super) fn console(self) -> RwSignal<Console> {
        self.console
    }

    /// Whether the editor has other code than what was started.
    fn is_stale(self) -> Memo<bool> {
        Memo::new(move |_| {
            let program = self.editor.program();
            self.started.with(|started| {
                started
                    .as_ref()
                    .is_some_and(|started| program.with(|program| program != started))
            })
        })
    }

    /// Shows the console and puts the focus into it.
    pub(super) fn show(self) {
        self.layout.view().set(View::Console);
        self.layout.panel().set(Panel::Results);
        browser::next_frame(|| browser::focus(prompt::INPUT_ID));
    }

    /// Starts the program as it is in the editor: in the session, or in a new one.
    pub(super) fn start(self) {
        self.playback.stop();
        self.start_program();
    }

    fn start_program(self) {
        if !self.store.is_loaded_untracked() {
            return;
        }
        self.editor.save_what_was_typed();
        self.layout.panel().set(Panel::Results);
        let text = self.editor.program().get_untracked();
        let program = Program::of_one_file(text.clone());
        if let Err(reason) = RunnableProgram::parse(program.clone()) {
            self.take(SessionEvent::NotStarted { reason });
            return;
        }
        self.started.set(Some(text.clone()));
        self.touch();
        let (is_up, is_coming) = self
            .console
            .with_untracked(|console| (console.is_up(), console.phase().is_open()));
        if is_up {
            self.console.update(Console::restart);
            self.asked.set_value(text);
            self.send(&SessionCommand::Restart { program });
        } else if !is_coming {
            self.asked.set_value(text);
            self.open(program);
        }
        // A session that is coming starts it once it is there.
    }

    fn open(self, program: Program) {
        let request = SessionRequest {
            course: self.step.with(|course, _| course.id.to_string()),
            program,
            client: self
                .store
                .settings()
                .with_untracked(|settings| settings.client.clone()),
        };
        let Ok(first) = serde_json::to_string(&request) else {
            return;
        };
        let on_message = move |text: String| {
            let event = serde_json::from_str(&text).unwrap_or_else(|error| SessionEvent::Ended {
                end: SessionEnd::Failed {
                    error: RunError::Unreadable {
                        detail: error.to_string(),
                    },
                },
            });
            self.take(event);
        };
        let on_end = move || self.lose();
        self.console.update(Console::open);
        let now = browser::now_ms().unwrap_or_default();
        self.last_told_ms.set_value(now);
        self.last_heard_ms.set_value(now);
        let socket = Socket::open(&address_of(PATH), first, on_message, on_end);
        if socket.is_none() {
            self.lose();
        }
        self.socket.set(socket);
        self.count_down();
    }

    /// There is no connection to the server, or no more. Does nothing once the workbench is gone.
    fn lose(self) {
        self.playback.stop();
        self.ends_soon.try_set(None);
        self.console.try_update(Console::lose);
    }

    /// Ends the session.
    pub(super) fn close(self) {
        self.ends_soon.set(None);
        self.playback.stop();
        self.socket.set(None);
        self.console.update(Console::close);
    }

    /// Types a line for the active client; without a program that runs, starts it.
    fn type_line(self, line: &str) {
        self.touch();
        self.type_for(self.active.get_untracked(), line);
        let phase = self
            .console
            .with_untracked(|console| console.phase().clone());
        if !matches!(phase, ConsolePhase::Running | ConsolePhase::Opening) {
            self.start_program();
        }
    }

    fn type_for(self, client: u32, line: &str) {
        let mode = self.mode.get_untracked();
        let typed =
            self.console
                .try_update(|console| match console.type_line(client, line, mode) {
                    Ok(command) => command,
                    Err(error) => {
                        console.say(error.to_string());
                        None
                    }
                });
        if let Some(Some(command)) = typed {
            self.send(&command);
        }
    }

    /// Shows the console and types these commands, as the examples of a guide are.
    pub(super) fn play(self, lines: &[String]) {
        self.show();
        self.mode.set(InputMode::Protocol);
        let client = self.active.get_untracked();
        let waits = self.console.with_untracked(|console| {
            let found = console.clients().get(&client);
            found.is_some_and(|client| client.waits_for > 0)
        });
        if waits {
            // As in a second terminal: what one client waits for, another may cause.
            self.add_client();
        }
        for line in lines {
            self.type_line(line);
        }
    }

    /// The same with the program as it is now, whatever runs.
    pub(super) fn play_afresh(self, lines: &[String]) {
        self.start();
        self.play(lines);
    }

    fn add_client(self) {
        let added = self.console.try_update(Console::add_client).flatten();
        if let Some((client, command)) = added {
            self.active.set(client);
            self.touch();
            self.send(&command);
        }
        browser::focus(prompt::INPUT_ID);
    }

    fn remove_client(self, client: u32) {
        let removed = self
            .console
            .try_update(|console| console.remove_client(client))
            .flatten();
        if let Some(command) = removed {
            let first = self
                .console
                .with_untracked(|console| console.clients().keys().next().copied());
            self.active.set(first.unwrap_or(1));
            self.send(&command);
        }
        browser::focus(prompt::INPUT_ID);
    }

    fn send(self, command: &SessionCommand) {
        if let SessionCommand::Send { client, bytes } = command
            && bytes.as_bytes().len() > SessionCommand::BYTES_MAX
        {
            for piece in bytes.as_bytes().chunks(SessionCommand::BYTES_MAX) {
                self.send(&SessionCommand::Send {
                    client: *client,
                    bytes: piece.into(),
                });
            }
            return;
        }
        if let Ok(text) = serde_json::to_string(command) {
            self.socket.with(|socket| socket.send(&text));
            self.last_told_ms
                .set_value(browser::now_ms().unwrap_or_default());
        }
    }

    fn take(self, event: SessionEvent) {
        self.last_heard_ms
            .set_value(browser::now_ms().unwrap_or_default());
        if event == SessionEvent::Alive {
            return;
        }
        let followed = event.clone();
        let commands = self.console.try_update(|console| console.take(event));
        // Nothing, where it is of a start before the one that was asked for last.
        let Some(Some(commands)) = commands else {
            return;
        };
        for command in commands {
            self.send(&command);
        }
        match followed {
            SessionEvent::Opened { .. } => {
                self.opened_ms
                    .set_value(browser::now_ms().unwrap_or_default());
                let wanted = self.started.get_untracked();
                if wanted.is_some_and(|wanted| self.asked.with_value(|asked| *asked != wanted)) {
                    // It was changed while the session was coming.
                    self.start_program();
                }
            }
            SessionEvent::Ended { .. } => {
                self.socket.set(None);
                self.ends_soon.set(None);
            }
            _ => {}
        }
        self.follow_playback(&followed);
    }

    /// Somebody is there, and says so.
    fn stay(self) {
        self.last_told_ms.set_value(0);
        self.touch();
    }

    /// Somebody is there.
    fn touch(self) {
        let now = browser::now_ms().unwrap_or_default();
        self.ends_soon.update(|ends| {
            if matches!(ends, Some(EndsSoon::Idle { .. })) {
                *ends = None;
            }
        });
        let is_open = self
            .console
            .with_untracked(|console| console.phase().is_open());
        if is_open && now > self.last_told_ms.get_value() + STAY_EVERY_MS {
            self.send(&SessionCommand::Stay);
        }
    }

    /// Says how soon the session ends, once that is near.
    fn count_down(self) {
        let tick = browser::after(TICK_MS, move || {
            let now = browser::now_ms().unwrap_or_default();
            let last_heard_ms = self.last_heard_ms.try_get_value().unwrap_or(now);
            if now.saturating_sub(last_heard_ms) > SILENT_MAX_MS {
                self.socket.set(None);
                self.lose();
                return;
            }
            let seconds_since = |then_ms: StoredValue<u64>| {
                let seconds = now.saturating_sub(then_ms.get_value()) / 1000;
                u32::try_from(seconds).unwrap_or(u32::MAX)
            };
            let Some((is_open, ends_soon)) = self.console.try_with_untracked(|console| {
                let idle_s = seconds_since(self.last_told_ms);
                let ends_soon = console.ends_soon(idle_s, seconds_since(self.opened_ms));
                (console.phase().is_open(), ends_soon)
            }) else {
                return;
            };
            self.ends_soon.set(ends_soon);
            if is_open {
                self.count_down();
            }
        });
        self.tick.set(Some(tick));
    }
}
