//! The player's view among the results.

use std::sync::Arc;

use browser_model::{Moment, MomentFact, count_of_happened, line_values, recording_notes, step_of};
use leptos::prelude::*;
use protocol::RunError;

use super::player::Controls;
use super::values::{Calls, Threads};
use super::{Watch, WatchPhase, WatchRequest, Watched};
use crate::course_text::CourseText;
use crate::erased_view::IntoErasedView;
use crate::icon::{Icon, IconName};
use crate::workbench::Workbench;
use crate::workbench::layout::View;
use crate::workbench::results::{Sentence, Trace};

#[component]
pub(in crate::workbench) fn WatchView() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let watch = bench.watch;
    mark_the_line(bench);
    Effect::new(move |_| {
        if watch.is_run_going.get() {
            watch.give_way();
        }
    });
    let content = move || match watch.phase.get() {
        WatchPhase::Closed => ().into_erased(),
        WatchPhase::Coming(asked, position) => view! {
            <Head watch asked />
            <p class="quiet" role="status">
                {match position {
                    None => "Making the test again, line by line…".to_owned(),
                    Some(0 | 1) => "Next in the queue…".to_owned(),
                    Some(position) => format!("Waiting in the queue, number {position}…"),
                }}
            </p>
        }
        .into_erased(),
        WatchPhase::Failed(asked, error) => view! { <Failed watch asked error /> }.into_erased(),
        WatchPhase::Shown(watched) => view! { <Player watch watched /> }.into_erased(),
    };
    content.into_erased()
}

/// In the editor, the line of the moment, with its values, while the recording is of its program.
fn mark_the_line(bench: Workbench) {
    let watch = bench.watch;
    let is_marked = StoredValue::new(false);
    Effect::new(move |_| {
        let is_shown = bench.layout.view().get() == View::Watch;
        let marked = watch.phase.with(|phase| match phase {
            WatchPhase::Shown(watched) if is_shown && !is_other_code(bench, watched) => {
                watch.now.with(|now| {
                    let now = now.as_ref()?;
                    Some((now.line, line_values(now, watched.line_text(now.line))))
                })
            }
            _ => None,
        });
        if marked.is_some() || is_marked.get_value() {
            is_marked.set_value(marked.is_some());
            bench.editor.show_watched_line(marked);
        }
    });
}

/// Whether the editor has another program than the recorded one.
fn is_other_code(bench: Workbench, watched: &Watched) -> bool {
    (bench.editor.program()).with(|program| program != watched.program())
}

/// Which test it is, and the way out.
#[component]
fn Head(watch: Watch, asked: Arc<WatchRequest>) -> impl IntoView {
    view! {
        <div class="watch-head">
            <h2 class="watch-title">
                <CourseText text=asked.judged.name.clone() />
            </h2>
            <button type="button" class="button quiet" on:click=move |_| watch.close()>
                "Close"
            </button>
        </div>
    }
    .into_erased()
}

#[component]
fn Failed(watch: Watch, asked: Arc<WatchRequest>, error: RunError) -> impl IntoView {
    let again = (*asked).clone();
    let (sentence, can_try_again) = if error.is_worth_another_try() {
        let sentence = "The test could not be made again: the server is busy, or can't be reached. \
                        Its result stands, and your code is safe.";
        (sentence.to_owned(), true)
    } else {
        (error.to_string(), false)
    };
    let try_again = can_try_again.then(|| {
        view! {
            <p class="verdict-actions">
                <button
                    type="button"
                    class="button"
                    disabled=move || watch.is_run_going.get()
                    on:click=move |_| watch.ask(again.clone())
                >
                    "Try again"
                </button>
            </p>
        }
    });
    view! {
        <Head watch asked />
        <div class="verdict is-none" role="status">
            <strong class="headline">
                <Icon icon=IconName::Warning />
                "No recording"
            </strong>
            <p>{sentence}</p>
            {try_again}
        </div>
    }
    .into_erased()
}

#[component]
fn Player(watch: Watch, watched: Arc<Watched>) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let count = watched.recording.steps.len();
    if count == 0 {
        let sentence = if watched.recording.left_out == 0 {
            "No line of your program ran in this test, so there is nothing to watch."
        } else {
            "What your program did in this test is too much to be recorded."
        };
        return view! {
            <Head watch asked=Arc::clone(&watched.asked) />
            <p>{sentence}</p>
        }
        .into_erased();
    }
    let now = watch.now;
    let value_text =
        Signal::derive(move || now.with(|now| now.as_ref().map(place_text).unwrap_or_default()));
    let happened = {
        let watched = Arc::clone(&watched);
        Memo::new(move |_| {
            count_of_happened(
                &watched.recording,
                watch.at.get(),
                &watched.result.exchanges,
            )
        })
    };
    let is_other_code = {
        let watched = Arc::clone(&watched);
        Memo::new(move |_| is_other_code(bench, &watched))
    };
    let line = {
        let watched = Arc::clone(&watched);
        move || {
            now.get().map(|now| {
                let lines = lines_around(&watched, now.line);
                view! { <Line moment=now lines is_other_code /> }.into_erased()
            })
        }
    };
    let calls = move || {
        now.get().map(|now| {
            view! {
                <p class="label">"Variables"</p>
                <Calls watch calls=now.calls />
                <Threads threads=now.threads />
            }
            .into_erased()
        })
    };
    let exchanges = watched.result.exchanges.clone();
    let trace = (!exchanges.is_empty()).then(|| {
        let watched = Arc::clone(&watched);
        let go = Callback::new(move |number: usize| {
            let exchange = watched.result.exchanges.get(number);
            let step = exchange.and_then(|exchange| step_of(&watched.recording, exchange));
            watch.go_to_from_elsewhere(step.unwrap_or(usize::MAX));
        });
        view! { <Trace exchanges happened go /> }
    });
    let notes = recording_notes(&watched.recording, &watched.asked.judged, &watched.result)
        .into_iter()
        .map(|note| {
            view! {
                <p class="watch-note">
                    <Sentence text=note />
                </p>
            }
        })
        .collect_view();
    view! {
        <Head watch asked=Arc::clone(&watched.asked) />
        <Controls watch count value_text />
        <Show when=move || is_other_code.get()>
            <p class="watch-note">
                "This is the program of an earlier run: the code in the editor is another."
            </p>
        </Show>
        {notes}
        {line}
        {calls}
        {trace}
    }
    .into_erased()
}

/// Where the program is, in words.
fn place_text(moment: &Moment) -> String {
    match function_of(moment) {
        Some(function) => format!("line {} in {function}", moment.line),
        None => format!("line {}", moment.line),
    }
}

/// The function that the line is in.
fn function_of(moment: &Moment) -> Option<&str> {
    moment.calls.first()?.function.as_deref()
}

/// How many lines before and after one are shown where the editor does not show it.
const LINES_AROUND: u32 = 2;

/// Lines of the recorded program around one, with their numbers.
fn lines_around(watched: &Watched, line: u32) -> Vec<(u32, String)> {
    let last = u32::try_from(watched.program().lines().count()).unwrap_or(u32::MAX);
    let first = line.saturating_sub(LINES_AROUND).max(1);
    (first..=line.saturating_add(LINES_AROUND).min(last))
        .map(|number| (number, watched.line_text(number).to_owned()))
        .collect()
}

/// The line, and what it has done or is about to do.
#[component]
fn Line(moment: Moment, lines: Vec<(u32, String)>, is_other_code: Memo<bool>) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let line = moment.line;
    let place = move || format!("line {line}");
    let within = function_of(&moment).map(str::to_owned).map(|function| {
        view! {
            " in "
            <code translate="no">{function}</code>
        }
    });
    // Lines of other code are elsewhere.
    let link = move || {
        if is_other_code.get() {
            return place().into_erased();
        }
        view! {
            <button type="button" class="link" on:click=move |_| bench.go_to_line(line)>
                {place()}
            </button>
        }
        .into_erased()
    };
    let state = match moment.fact {
        None => ", about to run",
        Some(MomentFact::Ended) => ", the end of the program",
        Some(_) => "",
    };
    let time = if moment.at.starts_with('-') {
        "before the test".to_owned()
    } else {
        format!("{} ms", moment.at)
    };
    let code = lines
        .into_iter()
        .map(|(number, text)| {
            let class = if number == line { "is-here" } else { "context" };
            let code = text.trim_start();
            let indent = text[..text.len() - code.len()].to_owned();
            view! {
                <code class=class>
                    <span class="context indent">{indent}</span>
                    {code.to_owned()}
                    "\n"
                </code>
            }
        })
        .collect_view();
    let (class, fact) = match moment.fact {
        None => ("watch-line", None),
        Some(MomentFact::Returned(value)) => ("watch-line", Some(("returns", value))),
        Some(MomentFact::Raised(exception)) => {
            ("watch-line is-raised", Some(("raises", exception)))
        }
        Some(MomentFact::Printed(text)) => ("watch-line", Some(("prints", text))),
        Some(MomentFact::Ended) => ("watch-line", None),
    };
    let fact = fact.map(|(word, value)| {
        view! {
            <p class="watch-fact">
                {word} " " <code translate="no">{value}</code>
            </p>
        }
    });
    view! {
        <div class=class class:has-context=move || is_other_code.get()>
            <p class="watch-place">
                <span>{link} {within} <small>{state}</small></span>
                <small>{time}</small>
            </p>
            <pre translate="no" class="watch-code">{code}</pre>
            {fact}
        </div>
    }
    .into_erased()
}
