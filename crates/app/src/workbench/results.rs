//! The results: the verdict, the tests, and what the program wrote.

mod compare;
mod course_end;
mod output;
mod report;
mod script;
mod sentence;
mod test_case;
mod trace;
mod verdict;
mod view_tabs;

use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::HtmlDetailsElement;
use protocol::{PlannedStep, Seed, duration_text};

use self::output::Output;
use self::report::ReportView;
pub(super) use self::sentence::Sentence;
use self::test_case::Prominence;
pub(super) use self::trace::Trace;
use self::verdict::VerdictCard;
use self::view_tabs::ViewTabs;
use super::Workbench;
use super::checklist::{Checklist, Offer};
use super::console::ConsoleView;
use super::foot::RunButton;
use super::layout::{Panel, View};
use super::watch::WatchView;
use crate::course_text::CourseText;
use crate::erased_view::IntoErasedView;

/// The right panel.
#[component]
pub(super) fn Results() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let view = bench.layout.view();
    let shown = bench.runs.shown();
    let duration = move || {
        shown.with(|shown| {
            let report = shown.as_ref()?.live.report.as_ref()?;
            Some(duration_text(report.duration_us))
        })
    };
    // Compared by the run's number, so that each report is rendered once.
    let ended = Memo::new(move |_| {
        shown.with(|shown| match shown {
            Some(shown) if shown.is_going() => Ended::No,
            Some(shown) if shown.live.report.is_some() && !shown.is_stopped => {
                Ended::WithReport(shown.number)
            }
            _ => Ended::WithoutReport,
        })
    });
    let take_key = Callback::new(move |event: ev::KeyboardEvent| bench.watch.take_key(&event));
    let tests = move || match ended.get() {
        Ended::No => view! { <Plan /> }.into_erased(),
        Ended::WithReport(_) => {
            let report = shown.with_untracked(|shown| shown.as_ref()?.live.report.clone());
            let report = report
                .map(|report| view! { <ReportView report is_on_screen=true first=Prominence::OpenBelowVerdict /> });
            view! {
                {report}
                <WholeReportBefore />
            }
            .into_erased()
        }
        Ended::WithoutReport => view! { <ReportBefore /> }.into_erased(),
    };
    view! {
        <section class="panel results" id=Panel::Results.id() aria-label="Results">
            <div class="head">
                <ViewTabs />
                <span class="grow"></span>
                <span
                    title="From the start of the program to the last test"
                    hidden=move || view.get() == View::Watch
                >
                    {duration}
                </span>
            </div>
            <ViewPanel this=View::Results class="body">
                <VerdictCard />
                {tests}
            </ViewPanel>
            <ViewPanel this=View::Output class="body output-body">
                <Output is_shown=Signal::derive(move || view.get() == View::Output) />
            </ViewPanel>
            // What scrolls in it takes the focus itself.
            <ViewPanel this=View::Console class="body console-body" is_focusable=false>
                <ConsoleView />
            </ViewPanel>
            <ViewPanel this=View::Watch class="body watch-body" take_key>
                <WatchView />
            </ViewPanel>
            <SeedFoot />
        </section>
    }
    .into_erased()
}

/// What belongs to one of the tabs.
#[component]
fn ViewPanel(
    this: View,
    class: &'static str,
    #[prop(default = true)] is_focusable: bool,
    /// Takes each key that is pressed in it.
    #[prop(optional)]
    take_key: Option<Callback<ev::KeyboardEvent>>,
    children: Children,
) -> impl IntoView {
    let view = expect_context::<Workbench>().layout.view();
    let pass_on = move |event| {
        if let Some(take_key) = take_key {
            take_key.run(event);
        }
    };
    view! {
        <div
            class=class
            id=this.panel_id()
            role="tabpanel"
            tabindex=is_focusable.then_some("0")
            aria-labelledby=this.tab_id()
            hidden=move || view.get() != this
            on:keydown=pass_on
        >
            {children()}
        </div>
    }
    .into_erased()
}

/// How the run on screen ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    No,
    /// With the run's number.
    WithReport(u32),
    WithoutReport,
}

/// The last report, where the run on screen ended without one.
#[component]
fn ReportBefore() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    move || {
        let before = bench.runs.before().get()?;
        // Runs of one test may have come between.
        let name = if before.is_whole() {
            "The last complete run"
        } else {
            "The run before"
        };
        let report = before.live.report?;
        Some(view! {
            <p class="before">{format!("{name}: {}", report.headline())}</p>
            <ReportView report is_on_screen=false first=Prominence::Open />
        })
    }
}

/// Below the result of one test, the last run of all, made when it is opened.
#[component]
fn WholeReportBefore() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    move || {
        let report = bench.runs.before().get()?.live.report?;
        let is_open = RwSignal::new(false);
        let words = format!("The last complete run: {}", report.headline());
        let report = StoredValue::new(report);
        let follow = move |event| {
            is_open.set(event_target::<HtmlDetailsElement>(&event).open());
        };
        Some(view! {
            <details class="before" on:toggle=follow>
                <summary>{words}</summary>
                <Show when=move || is_open.get()>
                    <ReportView report=report.get_value() is_on_screen=false first=Prominence::Open />
                </Show>
            </details>
        })
    }
}

/// The tests of the run under way, in their order. Steps that have passed are folded, so that the
/// running test is in view.
#[component]
fn Plan() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let plan = Memo::new(move |_| {
        bench.runs.shown().with(|shown| {
            let Some(shown) = shown else {
                return Vec::new();
            };
            let live = &shown.live;
            let is_made =
                |step: &PlannedStep| step.tests.iter().any(|test| live.is_asked(&test.id));
            (0..)
                .zip(live.steps.iter().cloned())
                .filter(|(_, step)| is_made(step))
                .collect::<Vec<(usize, PlannedStep)>>()
        })
    });
    let groups = move || {
        plan.get()
            .into_iter()
            .map(|(at, step)| view! { <PlannedGroup at step /> })
            .collect_view()
    };
    groups.into_erased()
}

#[component]
fn PlannedGroup(at: usize, step: PlannedStep) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let mut tests = step.tests;
    bench.runs.shown().with_untracked(|shown| {
        if let Some(shown) = shown {
            tests.retain(|test| shown.live.is_asked(&test.id));
        }
    });
    let total = tests.len();
    let tests = StoredValue::new(tests);
    let passed = Memo::new(move |_| {
        bench
            .runs
            .shown()
            .with(|shown| shown.as_ref().map_or(0, |shown| shown.live.passed_in(at)))
    });
    view! {
        <section class="group">
            <h2>
                <span>{format!("Step {} · ", at + 1)} <CourseText text=step.title /></span>
                <small>{move || format!("{} of {total} passed", passed.get())}</small>
            </h2>
            <Show when=move || passed.get() != total>
                <Checklist tests=tests.get_value() offer=Offer::Nothing />
            </Show>
        </section>
    }
    .into_erased()
}

#[component]
fn SeedFoot() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let seed: Memo<Option<Seed>> = Memo::new(move |_| {
        bench
            .runs
            .shown()
            .with(|shown| shown.as_ref().and_then(|shown| shown.live.known_seed()))
    });
    let view = bench.layout.view();
    let content = move || match seed.get() {
        _ if view.get() == View::Console => {
            view! { <span>"Nothing that you try here is judged."</span> }.into_erased()
        }
        None => {
            view! { <span>"The values that the tests use are random: each run has a seed."</span> }
                .into_erased()
        }
        Some(seed) => view! {
            <span title="The random values of this run grew from it">
                "Seed " <code translate="no">{seed.to_string()}</code>
            </span>
            <Show when=move || !bench.runs.is_going()>
                <button
                    type="button"
                    class="link"
                    on:click=move |_| bench.runs.start_with_seed(seed)
                >
                    "Run again with this seed"
                </button>
            </Show>
        }
        .into_erased(),
    };
    view! {
        <div class="foot">
            // A narrow page hides the editor and its button.
            <div class="narrow-only">
                <RunButton />
            </div>
            <p class="seed">{content}</p>
        </div>
    }
    .into_erased()
}
