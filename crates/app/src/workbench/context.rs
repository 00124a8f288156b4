//! What the components of the workbench share.

use leptos::prelude::*;
use protocol::{CourseView, StepView};

use super::console::ConsoleSession;
use super::layout::{Layout, Panel};
use super::open_step::OpenStep;
use super::program_editor::ProgramEditor;
use super::run::Runs;
use super::watch::Watch;
use crate::browser;
use crate::store::Store;

/// The workbench of one step, by its parts.
#[derive(Clone, Copy)]
pub(crate) struct Workbench {
    pub(super) store: Store,
    pub(super) step: OpenStep,
    pub(super) editor: ProgramEditor,
    pub(super) layout: Layout,
    pub(super) runs: Runs,
    pub(super) console: ConsoleSession,
    pub(super) watch: Watch,
}

impl Workbench {
    pub(super) fn new(course: CourseView, step: StepView) -> Self {
        let starter = step.starter.clone();
        let step = OpenStep::new(course, step);
        let editor = ProgramEditor::new(step, starter);
        let layout = Layout::new();
        let runs = Runs::new(step, editor, layout);
        // Compared, since a run changes at each of its events.
        let is_run_going = Memo::new(move |_| runs.is_going());
        Self {
            store: expect_context(),
            step,
            editor,
            layout,
            runs,
            console: ConsoleSession::new(step, editor, layout),
            watch: Watch::new(layout, is_run_going.into()),
        }
    }

    /// Shows a line of the program and puts the cursor there.
    pub(super) fn go_to_line(self, line: u32) {
        self.layout.panel().set(Panel::Code);
        browser::next_frame(move || self.editor.go_to_line(line));
    }

    /// Sends commands to the learner's own server, in the console.
    pub(super) fn send_commands(self, commands: &[String]) {
        self.console.play(commands);
    }

    /// The same, to the program as it is now.
    pub(crate) fn send_commands_afresh(self, commands: &[String]) {
        self.console.play_afresh(commands);
    }

    /// Shows a panel and puts the focus into it.
    pub(super) fn focus_panel(self, panel: Panel) {
        let body = self.layout.body_id(panel);
        let focus = move || match panel {
            Panel::Code => self.editor.focus(),
            Panel::Guide | Panel::Results => browser::focus(body),
        };
        let is_shown = browser::element_width(body) > 0.0;
        self.layout.panel().set(panel);
        // At once, since the next key may follow closely; but a hidden panel has to appear first.
        if is_shown {
            focus();
        } else {
            browser::next_frame(focus);
        }
    }
}
