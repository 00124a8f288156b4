//! The workbench: the guide, the editor and the results of one step, and what they share.

mod announcement;
mod checklist;
mod conflicting_draft;
mod console;
mod context;
mod difference;
mod divider;
mod earlier_code;
mod editor;
mod foot;
mod guide;
mod hints;
mod last_run;
mod layout;
mod one_test;
mod open_step;
mod program_editor;
mod reset;
mod results;
mod run;
mod run_values;
mod shortcuts;
mod shown_run;
mod solution;
mod step_list;
mod symbols;
mod watch;

use browser_model::Divider;
use leptos::ev;
use leptos::prelude::*;
use leptos_meta::Title;
use protocol::{CourseView, StepView};

use crate::base_path::course_address;
use crate::browser;
use crate::course_text::CourseText;
use crate::dialog::DialogHandle;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::navigation::{PendingNavigation, focus_after_navigation};
use crate::page::Description;
use crate::prose::CommandReceiver;
use crate::top_bar::{CONTENT_ID, TopBar};

pub(crate) use self::context::Workbench;
use self::divider::{DESK_ID, PanelDivider};
use self::editor::EditorPanel;
use self::guide::Guide;
use self::layout::Panel;
use self::results::Results;
use self::shortcuts::ShortcutsDialog;
use self::step_list::StepCircles;

/// The workbench of a step.
#[component]
pub(crate) fn WorkbenchPage(course: CourseView, step: StepView) -> impl IntoView {
    let title = format!("Step {} · {} · CodeAlong", step.number, step.summary.title);
    let heading = step.summary.title.clone();
    let description = step.summary.goal.clone();
    let course_title = course.title.clone();
    let course_address = course_address(&course.id);
    let pending = expect_context::<PendingNavigation>();
    provide_context(course.language.clone());
    let bench = Workbench::new(course, step);
    let panel = bench.layout.panel();
    provide_context(bench);
    provide_context(CommandReceiver(Callback::new(
        move |commands: Vec<String>| bench.send_commands(&commands),
    )));
    focus_after_navigation("step-title");
    bench.runs.bring_back();
    conflicting_draft::listen(bench);
    bench.editor.listen_to_imports();
    bench.layout.take_over_early_panel();
    let shortcuts = DialogHandle::new();
    shortcuts::listen(bench, shortcuts);
    let shortcuts_tool = move || {
        view! {
            <button
                type="button"
                class="tool"
                aria-label="Keyboard shortcuts"
                title="Keyboard shortcuts (?)"
                on:click=move |_| shortcuts.open()
            >
                <Icon icon=IconName::Keyboard />
            </button>
        }
    };
    view! {
        <Title text=title />
        <Description text=description />
        <div class="workbench" aria-busy=move || pending.is_under_way().to_string()>
            <TopBar last_tool=shortcuts_tool>
                <a class="course" href=course_address>
                    <CourseText text=course_title />
                </a>
                <StepCircles />
            </TopBar>
            <main id=CONTENT_ID class="work" tabindex="-1" data-panel=move || panel.get().id()>
                // For narrow pages that hide the guide and, with it, the page's title.
                <h1 class="unseen other-title">{heading}</h1>
                <PanelTabs />
                <div id=DESK_ID class="desk">
                    <Guide />
                    <PanelDivider divider=Divider::Guide />
                    <EditorPanel />
                    <PanelDivider divider=Divider::Results />
                    <Results />
                </div>
            </main>
            <p class="unseen" role="status">
                {move || bench.runs.announcement().get()}
            </p>
        </div>
        <ShortcutsDialog handle=shortcuts />
    }
    .into_erased()
}

/// The tabs by which a narrow page shows one panel at a time.
#[component]
fn PanelTabs() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let on_key = move |event: ev::KeyboardEvent| {
        let here = bench.layout.panel().get_untracked();
        let at = Panel::ALL
            .iter()
            .position(|panel| *panel == here)
            .unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => at + 1,
            "ArrowLeft" => at + Panel::ALL.len() - 1,
            "Home" => 0,
            "End" => Panel::ALL.len() - 1,
            _ => return,
        };
        event.prevent_default();
        let panel = Panel::ALL[to % Panel::ALL.len()];
        bench.layout.panel().set(panel);
        browser::focus(panel.tab_id());
    };
    let tabs = Panel::ALL
        .map(|panel| {
            let is_here = move || bench.layout.panel().get() == panel;
            view! {
                <button
                    type="button"
                    role="tab"
                    id=panel.tab_id()
                    aria-controls=panel.id()
                    aria-selected=move || is_here().to_string()
                    tabindex=move || if is_here() { "0" } else { "-1" }
                    on:click=move |_| bench.layout.panel().set(panel)
                >
                    {panel.label()}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="panel-tabs" role="tablist" aria-label="Panels" on:keydown=on_key>
            {tabs}
        </div>
    }
    .into_erased()
}
