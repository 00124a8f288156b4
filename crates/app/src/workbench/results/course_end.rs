//! The end of a course: what was built, and the learner's own server, ready to be talked to.

use leptos::prelude::*;
use protocol::counted;

use crate::base_path::course_address;
use crate::browser;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::workbench::Workbench;

/// After the verdict of the last step: what the learner has now.
#[component]
pub(super) fn CourseEnd() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let (address, steps, commands) = bench.step.with(|course, step| {
        let address = course_address(&course.id);
        (address, course.steps.len(), step.commands.len())
    });
    let (session, tests) = bench
        .step
        .with(|course, step| (course.session.clone(), usize::from(step.tests_in_run)));
    let undone = bench.step.undone_before();
    let figures = move || {
        let lines = bench.editor.program().with(|program| {
            program
                .lines()
                .filter(|line| !line.trim().is_empty())
                .count()
        });
        let mut figures = vec![counted(lines, "line of code", "lines of code")];
        if commands > 0 {
            figures.push(counted(commands, "command", "commands"));
        }
        figures.push(counted(tests, "test", "tests"));
        figures.join(" · ")
    };
    let sentence = move || match undone.get() {
        0 => format!("That was the last of {steps} steps. You have built it."),
        1 => "That was the last step; one before it is not done yet.".to_owned(),
        undone => format!("That was the last step; {undone} before it are not done yet."),
    };
    let download = move |_| {
        bench.editor.program().with_untracked(|program| {
            browser::download(protocol::PROGRAM_FILE, "text/x-python", program);
        });
    };
    let talk = (!session.is_empty()).then(|| {
        view! {
            <button
                type="button"
                class="button primary"
                on:click=move |_| bench.send_commands_afresh(&session)
            >
                <Icon icon=IconName::Play />
                "Talk to your server"
            </button>
        }
    });
    view! {
        <p>{sentence}</p>
        <p class="course-figures">{figures}</p>
        <p class="verdict-actions">
            {talk}
            <button type="button" class="button" on:click=download>
                <Icon icon=IconName::Download />
                {format!("Download {}", protocol::PROGRAM_FILE)}
            </button>
            <a class="button" href=address>"Back to the course"</a>
        </p>
    }
    .into_erased()
}
