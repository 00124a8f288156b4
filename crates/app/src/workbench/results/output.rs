//! What the program wrote, in its own colours, under the tests in which it came.

use std::collections::{BTreeMap, BTreeSet};

use browser_model::{FOUND_MAX, OutputHtml, output_html, output_text};
use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::Element;
use protocol::{TestId, counted};

use crate::browser;
use crate::copy::CopyButton;
use crate::erased_view::IntoErasedView;
use crate::workbench::Workbench;

/// The id of the output itself, in which a search finds its places.
const OUTPUT_ID: &str = "output-text";

/// The program's output, turned into HTML only while it is shown.
#[component]
pub(super) fn Output(is_shown: Signal<bool>) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let shown = bench.runs.shown();
    let searched = RwSignal::new(String::new());
    let wraps = RwSignal::new(true);
    let page = Memo::new(move |_| {
        if !is_shown.get() {
            return None;
        }
        shown.with(|shown| {
            let live = &shown.as_ref()?.live;
            let names = test_names(bench, live);
            let name = |test: &TestId| names.get(test).cloned().unwrap_or_default();
            let searched = searched.get();
            (!live.output.is_empty()).then(|| output_html(&live.output, name, &searched))
        })
    });
    let has_output = Memo::new(move |_| page.with(Option::is_some));
    let html = move || {
        page.with(|page| page.as_ref().map(|page| page.html.clone()))
            .unwrap_or_default()
    };
    let dropped = Memo::new(move |_| {
        shown.with(|shown| {
            let report = shown.as_ref()?.live.report.as_ref()?;
            let bytes = usize::try_from(report.output.dropped_bytes).unwrap_or(usize::MAX);
            (bytes > 0).then_some(bytes)
        })
    });
    // One listener for all links to lines, and for the rests of long lines.
    let follow = move |event: ev::MouseEvent| {
        let target = event_target::<Element>(&event);
        let line = target.get_attribute("data-line");
        if let Some(line) = line.and_then(|line| line.parse().ok()) {
            bench.go_to_line(line);
        } else if target.class_list().contains("show-all")
            && let Some(rest) = target.next_element_sibling()
        {
            // Only an invalid name could fail.
            let _ = rest.remove_attribute("hidden");
            browser::focus_text(&rest);
            target.remove();
        }
    };
    let text = Callback::new(move |()| {
        shown.with_untracked(|shown| {
            let output = shown.as_ref().map(|shown| &shown.live.output);
            output.map(|output| output_text(output)).unwrap_or_default()
        })
    });
    let nothing = move || {
        if shown.with(Option::is_some) {
            "Your program wrote nothing. What it prints, and what Python says of errors, appears \
             here."
        } else {
            "What your program prints, and what Python says of errors, appears here after a run."
        }
    };
    view! {
        {move || {
            dropped
                .get()
                .map(|bytes| {
                    let bytes = counted(bytes, "byte was", "bytes were");
                    view! {
                        <p class="dropped" role="note">
                            {format!(
                                "Your program wrote more than is kept: {bytes} left out in the middle.",
                            )}
                        </p>
                    }
                })
        }}
        <Show
            when=move || has_output.get()
            fallback=move || view! { <p class="empty-state">{nothing}</p> }
        >
            <div class="output-tools">
                <Search searched page />
                <span class="grow"></span>
                <button
                    type="button"
                    class="copy"
                    aria-pressed=move || wraps.get().to_string()
                    on:click=move |_| wraps.update(|wraps| *wraps = !*wraps)
                >
                    "Wrap"
                </button>
                <CopyButton what="the output" text />
            </div>
            <div
                id=OUTPUT_ID
                class="output"
                class:is-unwrapped=move || !wraps.get()
                translate="no"
                on:click=follow
                inner_html=html
            ></div>
        </Show>
    }
    .into_erased()
}

/// The headings of the tests, as in `ECHO · echoes 4 KiB`.
fn test_names(bench: Workbench, live: &browser_model::LiveRun) -> BTreeMap<TestId, String> {
    bench.step.with(|course, _| {
        let short_title = |step: &protocol::PlannedStep| {
            let found = course.steps.iter().find(|other| other.id == step.step);
            found
                .map_or(&step.title, |found| &found.short_title)
                .clone()
        };
        let tests = live.steps.iter().flat_map(|step| {
            let title = short_title(step);
            let name = move |test: &protocol::PlannedTest| {
                (test.id.clone(), format!("{title} · {}", test.name))
            };
            step.tests.iter().map(name)
        });
        tests.collect()
    })
}

/// Finds a text in the output; Enter leads to the next place.
#[component]
fn Search(searched: RwSignal<String>, page: Memo<Option<OutputHtml>>) -> impl IntoView {
    let at = StoredValue::new(0_usize);
    let found = Memo::new(move |_| page.with(|page| page.as_ref().map_or(0, |page| page.found)));
    let said = move || match (searched.with(String::is_empty), found.get()) {
        (true, _) => String::new(),
        (false, 0) => "not found".to_owned(),
        (false, found) if found > FOUND_MAX => {
            format!(
                "{}, the first {FOUND_MAX} marked",
                counted(found, "place", "places")
            )
        }
        (false, found) => counted(found, "place", "places"),
    };
    let search = move |event| {
        searched.set(event_target_value(&event));
        at.set_value(0);
        browser::next_frame(move || browser::show_mark(OUTPUT_ID, 0));
    };
    let next = move |event: ev::KeyboardEvent| {
        let found = found.get_untracked().min(FOUND_MAX);
        if event.key() != "Enter" || found == 0 {
            return;
        }
        event.prevent_default();
        let step = if event.shift_key() { found - 1 } else { 1 };
        at.update_value(|at| *at = (*at + step) % found);
        browser::show_mark(OUTPUT_ID, at.get_value());
    };
    view! {
        <input
            type="search"
            class="output-search"
            aria-label="Search the output"
            placeholder="Search"
            autocomplete="off"
            spellcheck="false"
            prop:value=move || searched.get()
            on:input=search
            on:keydown=next
        />
        <span class="quiet" role="status">
            {said}
        </span>
    }
    .into_erased()
}

/// The lines of a run's output, each once: a run that prints none but known ones has nothing new.
pub(super) fn lines(live: &browser_model::LiveRun) -> BTreeSet<String> {
    let text = output_text(&live.output);
    text.lines().map(str::to_owned).collect()
}
