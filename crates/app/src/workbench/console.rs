//! The console: the learner's own server, alive in a sandbox, and clients that are typed for.

mod entry;
mod prompt;
mod view;

use browser_model::{Console, ConsolePhase, InputMode};
use leptos::prelude::*;
use protocol::{
    Program, RunError, RunnableProgram, SessionCommand, SessionEnd, SessionEvent, SessionRequest,
};

use super::layout::{Layout, Panel, View};
use super::open_step::OpenStep;
use super::program_editor::ProgramEditor;
use crate::browser::{self, Local, Socket, Timer};
use crate::store::Store;

pub(super) use view::ConsoleView;

const ADDRESS: &str = "/api/session";

/// How often keys that are pressed are told to the server, which counts how long nobody types.
const STAY_EVERY_MS: u64 = 20_000;

/// From so many seconds before its end, an idle session says so.
const LAST_SECONDS: u32 = 60;

/// How often the count-down is brought up to date.
const TICK_MS: u32 = 5_000;

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
    /// Lines for the first client, to be sent as soon as it is connected.
    waiting: StoredValue<Vec<String>>,
    socket: Local<Socket>,
    /// When somebody last did anything, and when the server last heard of it, in milliseconds.
    last_used_ms: StoredValue<u64>,
    last_told_ms: StoredValue<u64>,
    /// Seconds until an idle session ends, once it is soon.
    ends_in_s: RwSignal<Option<u32>>,
    tick: Local<Timer>,
}

impl ConsoleSession {
    pub(super) fn new(step: OpenStep, editor: ProgramEditor, layout: Layout) -> Self {
        let protocol = step.with(|course, _| course.protocol);
        let session = Self {
            step,
            editor,
            layout,
            store: expect_context(),
            console: RwSignal::new(Console::new(protocol)),
            active: RwSignal::new(1),
            mode: RwSignal::new(InputMode::Protocol),
            started: RwSignal::new(None),
            waiting: StoredValue::new(Vec::new()),
            socket: Local::empty(),
            last_used_ms: StoredValue::new(0),
            last_told_ms: StoredValue::new(0),
            ends_in_s: RwSignal::new(None),
            tick: Local::empty(),
        };
        on_cleanup(move || drop(session.socket.take()));
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
        self.started.set(Some(text));
        self.touch();
        if self
            .console
            .with_untracked(|console| console.phase().is_open())
            && self.socket.is_some()
        {
            self.send(&SessionCommand::Restart { program });
        } else {
            self.open(program);
        }
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
        let on_end = move || {
            self.console.try_update(Console::lose);
        };
        self.console.update(Console::open);
        self.socket
            .set(Socket::open(ADDRESS, first, on_message, on_end));
        self.count_down();
    }

    /// Ends the session.
    pub(super) fn close(self) {
        drop(self.socket.take());
        self.waiting.set_value(Vec::new());
        self.console.update(Console::close);
    }

    /// Types a line for the active client; without a session, starts one first.
    fn type_line(self, line: String) {
        self.touch();
        if !self
            .console
            .with_untracked(|console| console.phase().is_open())
        {
            self.waiting.update_value(|waiting| waiting.push(line));
            self.start();
            return;
        }
        let client = self.active.get_untracked();
        let is_on_its_way = self
            .console
            .with_untracked(|console| *console.phase() == ConsolePhase::Opening);
        if is_on_its_way {
            self.waiting.update_value(|waiting| waiting.push(line));
            return;
        }
        self.type_for(client, &line);
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
    pub(super) fn play(self, lines: Vec<String>) {
        self.show();
        self.mode.set(InputMode::Protocol);
        self.active.set(1);
        for line in lines {
            self.type_line(line);
        }
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
        if let Ok(text) = serde_json::to_string(command) {
            self.socket.with(|socket| socket.send(&text));
            self.last_told_ms
                .set_value(browser::now_ms().unwrap_or_default());
        }
    }

    fn take(self, event: SessionEvent) {
        let is_end = matches!(event, SessionEvent::Ended { .. });
        let is_connected = matches!(event, SessionEvent::Connected { client: 1, .. });
        let commands = self
            .console
            .try_update(|console| console.take(event))
            .unwrap_or_default();
        for command in commands {
            self.send(&command);
        }
        if is_end {
            drop(self.socket.take());
            self.waiting.set_value(Vec::new());
        }
        if is_connected {
            let waiting = self.waiting.try_update_value(std::mem::take);
            for line in waiting.unwrap_or_default() {
                self.type_for(1, &line);
            }
        }
    }

    /// Somebody is there, and says so.
    fn stay(self) {
        self.last_told_ms.set_value(0);
        self.touch();
    }

    /// Somebody is there.
    fn touch(self) {
        let now = browser::now_ms().unwrap_or_default();
        self.last_used_ms.set_value(now);
        self.ends_in_s.set(None);
        let is_open = self
            .console
            .with_untracked(|console| console.phase().is_open());
        if is_open && now > self.last_told_ms.get_value() + STAY_EVERY_MS {
            self.send(&SessionCommand::Stay);
        }
    }

    /// Says how long an idle session will last, once it is not long.
    fn count_down(self) {
        let tick = browser::after(TICK_MS, move || {
            let Some((is_open, idle_max_s)) = self
                .console
                .try_with_untracked(|console| (console.phase().is_open(), console.idle_max_s()))
            else {
                return;
            };
            let told_ms = self.last_told_ms.get_value();
            let idle_ms = browser::now_ms()
                .unwrap_or_default()
                .saturating_sub(told_ms);
            let idle_s = u32::try_from(idle_ms / 1000).unwrap_or(u32::MAX);
            let left = idle_max_s.saturating_sub(idle_s);
            let is_soon = is_open && idle_max_s > 0 && left <= LAST_SECONDS;
            self.ends_in_s.set(is_soon.then_some(left));
            if is_open {
                self.count_down();
            }
        });
        self.tick.set(Some(tick));
    }
}
