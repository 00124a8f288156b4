//! The verdict, or the run's phase before it, in a headline and a sentence.

use browser_model::RunPhase;
use leptos::prelude::*;

use super::course_end::CourseEnd;
use super::sentence::{LeadSentence, Sentence};
use crate::browser;
use crate::course_text::CourseText;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::workbench::Workbench;
use crate::workbench::watch::can_be_watched;

/// The phase of the run on screen.
#[component]
pub(super) fn VerdictCard() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let phase = Memo::new(move |_| {
        bench
            .runs
            .shown()
            .with(|shown| shown.as_ref().map(|shown| shown.phase()))
    });
    let card = move || match phase.get() {
        None => view! { <EmptyState /> }.into_erased(),
        Some(phase) => view! { <Card phase /> }.into_erased(),
    };
    card.into_erased()
}

#[component]
fn EmptyState() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let tests =
        bench.step.with(
            |_, step| match (usize::from(step.tests_in_run), step.tests.len()) {
                (1, _) => "one test".to_owned(),
                (all, own) if all > own => {
                    let earlier = all - own;
                    format!("{all} tests, {earlier} of them from earlier steps,")
                }
                (all, _) => format!("{all} tests"),
            },
        );
    let is_solved = bench.step.progress(browser_model::StepProgress::is_solved);
    let state = move || {
        if is_solved.get() {
            "This step is done; nothing has run in this tab. "
        } else {
            "Nothing has run yet. "
        }
    };
    view! {
        <div class="empty-state">
            <p>
                {state} <b>"Run tests"</b> " starts your program in a sandbox, and "
                {tests} " speak to it over TCP."
            </p>
            <p>"What they find appears here: what was expected, what came, and the line to look at."</p>
        </div>
    }
    .into_erased()
}

#[component]
fn Card(phase: RunPhase) -> impl IntoView {
    let (class, icon) = match &phase {
        RunPhase::Passed { .. } | RunPhase::TestPassed { .. } => {
            ("verdict is-passed", IconName::Check)
        }
        RunPhase::Failed { .. } => ("verdict is-failed", IconName::Cross),
        RunPhase::NoVerdict { .. } => ("verdict is-none", IconName::Warning),
        RunPhase::Stopped => ("verdict is-none", IconName::Dash),
        RunPhase::Starting | RunPhase::Queued { .. } => ("verdict is-running", IconName::Clock),
        RunPhase::Running { .. } => ("verdict is-running", IconName::Dot),
    };
    let bench = expect_context::<Workbench>();
    let confirmation = (bench.runs.confirmation(&phase))
        .map(|sentence| view! { <p><Sentence text=sentence /></p> });
    view! {
        <div class=class>
            <strong class="headline">
                <Icon icon />
                {phase.headline()}
            </strong>
            <LeadSentence text=phase.sentence() />
            {confirmation}
            <OnlyOneTest />
            <VerdictActions phase />
        </div>
    }
    .into_erased()
}

/// What one can do in this phase.
#[component]
fn VerdictActions(phase: RunPhase) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    match phase {
        RunPhase::Passed { .. } => view! { <NextStepLink /> }.into_erased(),
        RunPhase::TestPassed { .. } => view! {
            <RunNextFailedButton />
            <Stale />
        }
        .into_erased(),
        RunPhase::Failed { .. } => view! {
            <RunFailedButton words="Run this test again" watch=true />
            <Stale />
        }
        .into_erased(),
        RunPhase::Running { number, total, .. } => view! {
            <progress
                aria-label="Tests made"
                max=total.to_string()
                value=number.saturating_sub(1).to_string()
            ></progress>
            <StaleRun />
        }
        .into_erased(),
        RunPhase::NoVerdict { error } if error.is_worth_another_try() => view! {
            <p class="verdict-actions">
                <button type="button" class="button" on:click=move |_| bench.runs.start_again()>
                    "Try again"
                </button>
            </p>
        }
        .into_erased(),
        RunPhase::Starting
        | RunPhase::Queued { .. }
        | RunPhase::NoVerdict { .. }
        | RunPhase::Stopped => ().into_erased(),
    }
}

/// Says that the report is about one test.
#[component]
fn OnlyOneTest() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let is_partial = Memo::new(move |_| {
        bench.runs.shown().with(|shown| {
            let report = shown.as_ref().and_then(|shown| shown.live.report.as_ref());
            report.is_some_and(|report| report.only().is_some())
        })
    });
    view! {
        <Show when=move || is_partial.get()>
            <p>
                "No other test was asked for. A step is done once all tests pass in one run."
            </p>
        </Show>
    }
    .into_erased()
}

/// After one test that passed, runs the next that failed in the last run of all tests.
#[component]
fn RunNextFailedButton() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let has_next = Memo::new(move |_| bench.runs.next_failed_test().is_some());
    view! {
        <Show when=move || has_next.get()>
            <RunFailedButton words="Run the next failed test" />
        </Show>
    }
    .into_erased()
}

/// Runs a test that failed, without the others.
#[component]
fn RunFailedButton(
    words: &'static str,
    /// Whether it can be watched too.
    #[prop(optional)]
    watch: bool,
) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let keys = if browser::is_apple() {
        "⌘ ⇧ ⏎"
    } else {
        "Ctrl ⇧ ⏎"
    };
    view! {
        <p class="verdict-actions">
            <button type="button" class="button" on:click=move |_| bench.runs.start_failed_test()>
                {words}
                <kbd translate="no" aria-hidden="true">{keys}</kbd>
            </button>
            {watch.then(|| view! { <WatchFailedButton /> })}
        </p>
    }
    .into_erased()
}

/// Makes the test that failed again, line by line.
#[component]
fn WatchFailedButton() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let shown = bench.runs.shown();
    // It may be found after the report.
    let line = Memo::new(move |_| {
        shown.with(|shown| {
            let report = shown.as_ref()?.live.report.as_ref()?;
            Some(report.first_broken()?.program_span()?.line)
        })
    });
    let can_be = shown.with_untracked(|shown| {
        let report = shown.as_ref().and_then(|shown| shown.live.report.as_ref());
        let test = report.and_then(|report| report.first_broken());
        test.is_some_and(|test| can_be_watched(&test.outcome))
    });
    let start = move |_| {
        let report = shown.with_untracked(|shown| shown.as_ref()?.live.report.clone());
        if let Some(report) = report
            && let Some(test) = report.first_broken()
        {
            bench.watch.start(&report, test, line);
        }
    };
    can_be.then(|| {
        view! {
            <button
                type="button"
                class="button"
                title="See it line by line, with every value"
                on:click=start
            >
                "Watch it"
            </button>
        }
    })
}

/// A link to the next step, with its shortcut; after the last step, what was built.
#[component]
fn NextStepLink() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let (_, next) = bench.step.neighbours();
    let onward = match next {
        Some(step) => {
            let keys = if browser::is_apple() {
                "⌃⌥ ."
            } else {
                "Alt ."
            };
            let address = bench.step.address(&step);
            view! {
                <p class="verdict-actions">
                    <a class="button primary" href=address>
                        <span>"Next step: " <CourseText text=step.short_title /></span>
                        <Icon icon=IconName::Right />
                        <kbd translate="no" aria-hidden="true">
                            {keys}
                        </kbd>
                    </a>
                </p>
            }
            .into_erased()
        }
        None => view! { <CourseEnd /> }.into_erased(),
    };
    view! {
        {onward}
        <Stale />
    }
    .into_erased()
}

/// Warns when the verdict is about other code than the editor's.
#[component]
fn Stale() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let is_stale = bench.runs.is_stale();
    view! {
        <Show when=move || is_stale.get()>
            <p class="stale">"Your code has changed since this run."</p>
        </Show>
    }
    .into_erased()
}

/// Warns when the run under way is of other code: it would be pointless to wait for its end.
#[component]
fn StaleRun() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let is_stale = bench.runs.is_stale();
    view! {
        <Show when=move || is_stale.get()>
            <p class="stale">
                "Your code has changed since this run began. Stop it to run the code as it is now."
            </p>
        </Show>
    }
    .into_erased()
}
