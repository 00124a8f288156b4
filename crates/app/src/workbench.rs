//! The workbench: the guide, the editor and the results of one step, and what they share.

mod checklist;
mod conflicting_draft;
mod divider;
mod earlier_code;
mod editor;
mod foot;
mod guide;
mod hints;
mod last_run;
mod reset;
mod results;
mod run;
mod run_values;
mod shortcuts;
mod solution;
mod step_list;

use browser_model::{Divider, StepProgress};
use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::HtmlTextAreaElement;
use leptos_meta::Title;
use protocol::{CourseView, StepId, StepSummary, StepView};

use crate::browser::{self, CodeEditor, Local};
use crate::dialog::DialogHandle;
use crate::icon::{Icon, IconName};
use crate::navigation::{PendingNavigation, focus_after_navigation};
use crate::store::Store;
use crate::top_bar::{CONTENT_ID, TopBar};

use self::divider::{DESK_ID, PanelDivider};
use self::editor::EditorPanel;
use self::guide::Guide;
use self::results::{Results, View};
use self::run::Runs;
use self::shortcuts::ShortcutsDialog;
use self::step_list::StepCircles;

const GUIDE_BODY_ID: &str = "guide-body";
const CODE_BODY_ID: &str = "code-body";
/// Where the boot script records the panel that was chosen before hydration.
const EARLY_PANEL: &str = "data-early-panel";

/// What the three panels share.
#[derive(Clone, Copy)]
pub(crate) struct Workbench {
    course: StoredValue<CourseView>,
    step: StoredValue<StepView>,
    store: Store,
    loading: PendingNavigation,
    /// The program in the editor.
    program: RwSignal<String>,
    runs: Runs,
    /// The editor, once it is mounted.
    editor: Local<CodeEditor>,
    /// The text field that replaces it before, and where Monaco can't be mounted.
    field: Local<HtmlTextAreaElement>,
    /// The panel that a narrow page shows.
    panel: RwSignal<Panel>,
    /// What the results show.
    view: RwSignal<View>,
    /// Another tab's draft of this step, while the learner has not chosen.
    conflicting_draft: RwSignal<Option<String>>,
    /// Whether the program in the editor was typed in another tab.
    is_from_other_tab: RwSignal<bool>,
    /// The program that the editor opened with, or that this tab last saved or took over: one that
    /// differs was typed here and is not saved yet.
    saved_text: StoredValue<String>,
}

/// One of the three panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Panel {
    /// The instructions.
    Guide,
    /// The editor.
    Code,
    /// The results.
    Results,
}

impl Panel {
    /// All panels, from left to right.
    const ALL: [Self; 3] = [Self::Guide, Self::Code, Self::Results];

    fn label(self) -> &'static str {
        match self {
            Self::Guide => "Guide",
            Self::Code => "Code",
            Self::Results => "Results",
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Guide => "panel-guide",
            Self::Code => "panel-code",
            Self::Results => "panel-results",
        }
    }

    fn tab_id(self) -> &'static str {
        match self {
            Self::Guide => "tab-guide",
            Self::Code => "tab-code",
            Self::Results => "tab-results",
        }
    }
}

impl Workbench {
    fn new(course: CourseView, step: StepView) -> Self {
        let program = RwSignal::new(step.starter.clone());
        Self {
            course: StoredValue::new(course),
            step: StoredValue::new(step),
            store: expect_context(),
            loading: expect_context(),
            program,
            runs: Runs::new(),
            editor: Local::empty(),
            field: Local::empty(),
            panel: RwSignal::new(Panel::Guide),
            view: RwSignal::new(View::Results),
            conflicting_draft: RwSignal::new(None),
            is_from_other_tab: RwSignal::new(false),
            saved_text: StoredValue::new(String::new()),
        }
    }

    /// Calls with the course and the step, which never change while the workbench exists.
    fn with<T>(self, call: impl FnOnce(&CourseView, &StepView) -> T) -> T {
        self.course
            .with_value(|course| self.step.with_value(|step| call(course, step)))
    }

    /// Changes this step's progress.
    fn change_step(self, change: impl FnOnce(&mut StepProgress)) {
        self.with(|course, step| self.store.change_step(&course.id, &step.summary.id, change));
    }

    /// Part of this step's progress, followed as it changes.
    fn kept<T: PartialEq + Send + Sync + 'static>(
        self,
        pick: impl Fn(&StepProgress) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let progress = self.store.progress();
        Memo::new(move |_| {
            self.with(|course, step| {
                progress.with(
                    |progress| match progress.step(&course.id, &step.summary.id) {
                        Some(kept) => pick(kept),
                        None => pick(&StepProgress::default()),
                    },
                )
            })
        })
    }

    /// This step's progress, untracked.
    fn kept_now(self) -> StepProgress {
        self.with(|course, step| self.store.step_untracked(&course.id, &step.summary.id))
    }

    /// Whether a step of this course is done.
    fn is_done(self, step: StepId) -> Memo<bool> {
        let progress = self.store.progress();
        Memo::new(move |_| {
            self.course
                .with_value(|course| progress.with(|progress| progress.is_solved(course, &step)))
        })
    }

    /// The step before this one and the one after.
    fn neighbours(self) -> (Option<StepSummary>, Option<StepSummary>) {
        self.with(|course, step| {
            let here = usize::from(step.number);
            let before = here.checked_sub(2).and_then(|at| course.steps.get(at));
            (before.cloned(), course.steps.get(here).cloned())
        })
    }

    /// The address of a step of this course.
    fn address(self, step: &StepSummary) -> String {
        self.course
            .with_value(|course| format!("/courses/{}/{}", course.id, step.id))
    }

    /// Shows the panel that was chosen before hydration, as the boot script already does.
    fn take_over_the_panel(self) {
        Effect::new(move |_| {
            let chosen = browser::root_attribute(EARLY_PANEL);
            browser::set_root_attribute(EARLY_PANEL, None);
            let chosen = Panel::ALL
                .into_iter()
                .find(|panel| chosen.as_deref() == Some(panel.id()));
            if let Some(panel) = chosen {
                self.panel.set(panel);
            }
        });
    }

    /// The id of the part of a panel that scrolls and takes the focus.
    fn body_id(self, panel: Panel) -> &'static str {
        match panel {
            Panel::Guide => GUIDE_BODY_ID,
            Panel::Code => CODE_BODY_ID,
            Panel::Results => self.view.get_untracked().panel_id(),
        }
    }

    /// Whether another step is loading, which replaces this one.
    fn is_leaving(self) -> bool {
        self.loading.is_under_way_untracked()
    }

    /// Shows a line of the program and puts the cursor there.
    fn go_to_line(self, line: u32) {
        self.panel.set(Panel::Code);
        browser::next_frame(move || self.editor.with(|editor| editor.go_to_line(line)));
    }
}

/// The workbench of a step.
#[component]
pub(crate) fn WorkbenchPage(course: CourseView, step: StepView) -> impl IntoView {
    let title = format!("Step {} · {} · CodeAlong", step.number, step.summary.title);
    let heading = step.summary.title.clone();
    let course_title = course.title.clone();
    let course_address = format!("/courses/{}", course.id);
    let bench = Workbench::new(course, step);
    provide_context(bench);
    focus_after_navigation("step-title");
    last_run::bring_back(bench);
    conflicting_draft::listen(bench);
    bench.listen_to_imports();
    bench.take_over_the_panel();
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
        <div class="workbench" aria-busy=move || bench.loading.is_under_way().to_string()>
            <TopBar last_tool=shortcuts_tool>
                <a class="course" href=course_address>
                    {course_title}
                </a>
                <StepCircles />
            </TopBar>
            <main id=CONTENT_ID class="work" tabindex="-1" data-panel=move || bench.panel.get().id()>
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
    .into_any()
}

/// The tabs by which a narrow page shows one panel at a time.
#[component]
fn PanelTabs() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let on_key = move |event: ev::KeyboardEvent| {
        let here = bench.panel.get_untracked();
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
        bench.panel.set(panel);
        browser::focus(panel.tab_id());
    };
    let tabs = Panel::ALL
        .map(|panel| {
            let is_here = move || bench.panel.get() == panel;
            view! {
                <button
                    type="button"
                    role="tab"
                    id=panel.tab_id()
                    aria-controls=panel.id()
                    aria-selected=move || is_here().to_string()
                    tabindex=move || if is_here() { "0" } else { "-1" }
                    on:click=move |_| bench.panel.set(panel)
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
    .into_any()
}
