//! One test: what was expected, what was received, and the exchange.

use browser_model::{LiveTest, TestState, failure_text, playback_of, traceback_text};
use leptos::prelude::*;
use protocol::{Crash, Outcome, Report, TestId, TestResult, TracebackFrame, duration_text};

use super::compare::Compare;
use super::script::Script;
use super::sentence::{LeadSentence, Sentence};
use super::trace::Trace;
use crate::copy::CopyButton;
use crate::course_text::CourseText;
use crate::erased_view::IntoErasedView;
use crate::icon::Icon;
use crate::workbench::Workbench;
use crate::workbench::checklist::{state_class, state_icon};
use crate::workbench::watch::can_be_watched;

/// Whether it was run and failed.
fn is_failed(test: &TestResult) -> bool {
    !matches!(
        test.outcome,
        Outcome::Passed | Outcome::NotRun | Outcome::NotAsked
    )
}

/// Whether there is anything to show of a result below its sentence.
pub(super) fn has_details(test: &TestResult) -> bool {
    test.mistake.is_some()
        || test.program_span().is_some()
        || test.outcome.comparison().is_some()
        || test.outcome.crash().is_some()
        || !test.exchanges.is_empty()
}

/// Whether a test's result is open, and what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prominence {
    /// Folded: not the one to look at first.
    Folded,
    /// Open: the one to look at first.
    Open,
    /// Open, below a verdict that already says what went wrong.
    OpenBelowVerdict,
}

/// A test's result; its content is rendered when it is first opened.
#[component]
pub(super) fn TestCase(
    /// The report that it is in.
    report: StoredValue<Report>,
    /// Whether that is the report of the run on screen.
    is_on_screen: bool,
    test: TestResult,
    prominence: Prominence,
) -> impl IntoView {
    let state = TestState::of(LiveTest::Ended(&test), true);
    let is_opened = prominence != Prominence::Folded;
    let was_opened = RwSignal::new(is_opened);
    let name = test.name.clone();
    let line = line_to_look_at(&test, is_on_screen);
    let duration = duration_text(test.duration_us);
    let note = move || match (state, line.get()) {
        (TestState::NotRun | TestState::NotAsked, _) => state.word().to_owned(),
        (_, Some(line)) => format!("line {line} · {duration}"),
        (_, None) => duration.clone(),
    };
    let test = StoredValue::new(test);
    view! {
        <details
            class=format!("case {}", state_class(state))
            open=is_opened
            on:toggle=move |_| was_opened.set(true)
        >
            <summary>
                <Icon icon=state_icon(state) />
                <span class="test-name">
                    <CourseText text=name />
                    <span class="unseen">{format!(": {}", state.word())}</span>
                </span>
                <small>{note}</small>
            </summary>
            <Show when=move || was_opened.get()>
                <Inside report is_on_screen test=test.get_value() line prominence />
            </Show>
        </details>
    }
    .into_erased()
}

/// The line to look at: the run on screen may find the one that decided after its report.
fn line_to_look_at(test: &TestResult, is_on_screen: bool) -> Memo<Option<u32>> {
    let shown = expect_context::<Workbench>().runs.shown();
    let (id, own) = (test.id.clone(), test.program_span());
    Memo::new(move |_| {
        let find = || {
            shown.with(|shown| {
                let report = shown.as_ref()?.live.report.as_ref()?;
                let mut tests = report.steps.iter().flat_map(|step| &step.tests);
                tests.find(|test| test.id == id)?.program_span()
            })
        };
        let found = is_on_screen.then(find).flatten();
        found.or_else(|| own.clone()).map(|span| span.line)
    })
}

#[component]
fn Inside(
    report: StoredValue<Report>,
    is_on_screen: bool,
    test: TestResult,
    line: Memo<Option<u32>>,
    prominence: Prominence,
) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    // The verdict above begins with the same sentence.
    let has_reason = is_failed(&test) || test.outcome == Outcome::NotRun;
    let lead = (prominence != Prominence::OpenBelowVerdict && has_reason)
        .then(|| view! { <LeadSentence text=test.reason() /> });
    let same_as = test.same_as.clone().map(|name| {
        view! { <p class="quiet">{format!("It ended as “{name}” did.")}</p> }
    });
    // What the test saw, where a recognised mistake is told before it.
    let message = test.mistake.is_some().then(|| {
        view! {
            <p class="message">
                <Sentence text=test.message.clone() />
            </p>
        }
    });
    let line_link = move || {
        let line = line.get()?;
        Some(view! {
            <button type="button" class="link" on:click=move |_| bench.go_to_line(line)>
                {format!("Go to line {line}")}
            </button>
        })
    };
    let id = test.id.clone();
    // The verdict above offers it too.
    let run_one = (prominence != Prominence::OpenBelowVerdict).then(|| {
        view! {
            <button type="button" class="link" on:click=move |_| bench.runs.start_test(&id)>
                {if is_failed(&test) { "Run this test again" } else { "Run only this test" }}
            </button>
        }
    });
    let copy_failure = is_failed(&test).then(|| {
        let id = test.id.clone();
        let text = Callback::new(move |()| failure_text_of(bench, report, is_on_screen, &id));
        view! { <CopyButton what="this failure as text" is_spelled_out=true text /> }
    });
    let play = playback_of(&test.exchanges).map(|steps| {
        view! {
            <button
                type="button"
                class="link"
                title="Start your program afresh and send it what this test sent"
                on:click=move |_| bench.console.play_exchange(steps.clone())
            >
                "Play it in the console"
            </button>
        }
    });
    let judged = StoredValue::new(test.clone());
    let is_offered = prominence != Prominence::OpenBelowVerdict && can_be_watched(&test.outcome);
    let watch = is_offered.then(|| {
        let start = move |_| {
            report.with_value(|report| {
                judged.with_value(|judged| {
                    bench.watch.start(report, judged, line);
                });
            });
        };
        view! {
            <button
                type="button"
                class="link"
                title="Make this test again and see it line by line, with every value"
                disabled=move || bench.runs.is_going()
                on:click=start
            >
                "Watch it"
            </button>
        }
    });
    let script = match &test.outcome {
        Outcome::Differs(difference) => Some(view! { <Script difference=difference.clone() /> }),
        _ => None,
    };
    let compare = test
        .outcome
        .comparison()
        .cloned()
        .map(|comparison| view! { <Compare comparison /> });
    let command = match &test.outcome {
        Outcome::WrongOutput { tool, command, .. } => Some(view! {
            <Command tool=tool.clone() command=command.clone() />
        }),
        _ => None,
    };
    let unreadable = match &test.outcome {
        Outcome::SyntaxError { span, text, .. } => Some(view! {
            <CaretLine text=text.clone() column=span.column.unwrap_or(1) />
        }),
        _ => None,
    };
    let traceback = test
        .outcome
        .crash()
        .cloned()
        .map(|crash| view! { <Traceback crash /> });
    let trace = (!test.exchanges.is_empty()).then(|| {
        view! { <Trace exchanges=test.exchanges.clone() /> }
    });
    let nothing = (test.outcome.is_passed() && test.exchanges.is_empty())
        .then(|| view! { <p class="quiet">"It passed; there was nothing to send."</p> });
    view! {
        <div class="inside">
            {lead} {same_as} {message}
            <p class="case-actions">{line_link} {run_one} {watch} {play} {copy_failure}</p> {unreadable} {command} {script} {compare} {traceback} {trace} {nothing}
        </div>
    }
    .into_erased()
}

/// The failure for asking somebody about it, with the line that was found after its report.
fn failure_text_of(
    bench: Workbench,
    report: StoredValue<Report>,
    is_on_screen: bool,
    id: &TestId,
) -> String {
    let find = || {
        let shown = bench.runs.shown();
        shown.with_untracked(|shown| shown.as_ref()?.live.report.clone())
    };
    let found = is_on_screen.then(find).flatten();
    let report = found.unwrap_or_else(|| report.get_value());
    let step = report.steps.iter().find(|step| step.step == *id.step());
    let test = step.and_then(|step| step.tests.iter().find(|test| test.id == *id));
    let (Some(step), Some(test)) = (step, test) else {
        return String::new();
    };
    bench
        .step
        .with(|course, _| failure_text(&report, test, &course.title, &step.title))
}

/// What a real client was given to do.
#[component]
fn Command(tool: String, command: String) -> impl IntoView {
    view! {
        <p class="label">"What was run" <span class="unit">{tool}</span></p>
        <pre class="what-was-run" translate="no" tabindex="0">
            <code translate="no">{command.trim_end().to_owned()}</code>
        </pre>
    }
    .into_erased()
}

/// A line of the program with a caret below `column`, in characters from 1.
#[component]
fn CaretLine(text: String, column: u32) -> impl IntoView {
    let line = text.trim_end().to_owned();
    let before = usize::try_from(column.saturating_sub(1)).unwrap_or(0);
    // The same text, invisible, is as wide as above, with tabs and wide characters in it.
    let unseen: String = line.chars().take(before).collect();
    view! {
        <pre translate="no" class="caret-line" tabindex="0">
            <code translate="no">
                {line} "\n" <span class="as-wide" aria-hidden="true">{unseen}</span>
                <span class="caret">"↑"</span>
            </code>
        </pre>
    }
    .into_erased()
}

/// The learner's own lines of a traceback, each with a link to the editor.
#[component]
fn Traceback(crash: Crash) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    if crash.traceback.is_empty() {
        return ().into_erased();
    }
    let text = traceback_text(&crash);
    let frames = crash
        .traceback
        .into_iter()
        .map(|frame| {
            let TracebackFrame {
                line,
                function,
                text,
                ..
            } = frame;
            let within = match function.as_str() {
                "<module>" => String::new(),
                function => format!(" in {function}"),
            };
            view! {
                <li>
                    <button type="button" class="link" on:click=move |_| bench.go_to_line(line)>
                        {format!("line {line}")}
                    </button>
                    {within}
                    <code translate="no">{text.trim().to_owned()}</code>
                </li>
            }
        })
        .collect_view();
    let text = Callback::new(move |()| text.clone());
    view! {
        <div class="compare-head">
            <p class="label">"Traceback, your own lines"</p>
            <span class="grow"></span>
            <CopyButton what="the traceback" text />
        </div>
        <ol class="traceback" role="list">
            {frames}
            <li class="exception">
                <code translate="no">{crash.exception} ": " {crash.detail}</code>
            </li>
        </ol>
    }
    .into_erased()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn what_was_run_is_shown_with_its_lines() {
        let (tool, command) = (
            "redis-py 8.1.0".to_owned(),
            "import redis\nx < 1\n".to_owned(),
        );
        let html = view! { <Command tool command /> }.to_html();
        for part in ["redis-py 8.1.0", "import redis\nx &lt; 1</code>"] {
            assert!(html.contains(part), "{part:?} in {html:?}");
        }
    }

    #[test]
    fn the_caret_stands_below_its_character_behind_tabs_too() {
        for (text, column, unseen) in [
            ("\tif x = 1:\n", 4, "\tif"),
            ("\t\tx = = 1", 3, "\t\t"),
            ("東京 = = 1", 6, "東京 = "),
        ] {
            let text = text.to_owned();
            let html = view! { <CaretLine text column /> }.to_html();
            let line = format!(r#"class="as-wide">{unseen}</span><span class="caret">"#);
            assert!(html.contains(&line), "{line:?} in {html:?}");
        }
    }
}
