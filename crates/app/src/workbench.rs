//! The workbench: the guide, the editor and the results of one step, and what they share.

mod checklist;
mod editor;
mod guide;
mod results;
mod run;

use leptos::prelude::*;
use leptos_meta::Title;
use lesson::{CourseView, StepProgress, StepSummary, StepView};

use crate::browser::CodeEditor;
use crate::store::Store;
use crate::top_bar::TopBar;

use self::editor::EditorPanel;
use self::guide::Guide;
use self::results::Results;
use self::run::Runs;

/// What the three panels share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Workbench {
    /// The course.
    pub(crate) course: StoredValue<CourseView>,
    /// The step.
    pub(crate) step: StoredValue<StepView>,
    /// What the browser keeps.
    pub(crate) store: Store,
    /// The program as it stands in the editor.
    pub(crate) program: RwSignal<String>,
    /// The runs of the program.
    pub(crate) runs: Runs,
    /// The editor, once it is there.
    pub(crate) editor: StoredValue<Option<CodeEditor>, LocalStorage>,
    /// The panel that a narrow page shows.
    pub(crate) panel: RwSignal<Panel>,
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
    pub(crate) const ALL: [Self; 3] = [Self::Guide, Self::Code, Self::Results];

    /// The panel's name on the page.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Guide => "Guide",
            Self::Code => "Code",
            Self::Results => "Results",
        }
    }

    /// The panel's element.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Guide => "panel-guide",
            Self::Code => "panel-code",
            Self::Results => "panel-results",
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
            program,
            runs: Runs::new(),
            editor: StoredValue::new_local(None),
            panel: RwSignal::new(Panel::Guide),
        }
    }

    /// Changes what is kept of this step.
    pub(crate) fn change_step(self, change: impl FnOnce(&mut StepProgress)) {
        self.course.with_value(|course| {
            self.step
                .with_value(|step| self.store.change_step(&course.id, &step.summary.id, change));
        });
    }

    /// What is kept of this step.
    pub(crate) fn kept(self) -> StepProgress {
        let progress = self.store.progress();
        self.course.with_value(|course| {
            self.step.with_value(|step| {
                progress.with(|progress| {
                    progress
                        .step(&course.id, &step.summary.id)
                        .cloned()
                        .unwrap_or_default()
                })
            })
        })
    }

    /// The step before this one and the one after.
    pub(crate) fn neighbours(self) -> (Option<StepSummary>, Option<StepSummary>) {
        let here = self.step.with_value(|step| usize::from(step.number));
        self.course.with_value(|course| {
            let before = here.checked_sub(2).and_then(|at| course.steps.get(at));
            (before.cloned(), course.steps.get(here).cloned())
        })
    }

    /// The address of a step of this course.
    pub(crate) fn address(self, step: &StepSummary) -> String {
        self.course
            .with_value(|course| format!("/courses/{}/{}", course.id, step.id))
    }
}

/// The workbench of a step.
#[component]
pub(crate) fn WorkbenchPage(course: CourseView, step: StepView) -> impl IntoView {
    let title = format!("Step {} · {} · CodeAlong", step.number, step.summary.title);
    let course_title = course.title.clone();
    let course_address = format!("/courses/{}", course.id);
    let bench = Workbench::new(course, step);
    provide_context(bench);
    view! {
        <Title text=title />
        <TopBar>
            <a class="course" href=course_address>
                {course_title}
            </a>
        </TopBar>
        <main class="desk" data-panel=move || bench.panel.get().id()>
            <Guide />
            <div class="divider"></div>
            <EditorPanel />
            <div class="divider"></div>
            <Results />
        </main>
    }
}
