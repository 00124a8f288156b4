//! Earlier code of this step: the last passing run's, and what was replaced.

use browser_model::StepProgress;
use leptos::prelude::*;
use protocol::counted;

use super::Workbench;
use super::difference::{Difference, Side};
use crate::browser;
use crate::dialog::{Dialog, DialogHandle};
use crate::erased_view::IntoErasedView;

/// How many lines of a program are shown: enough to recognise it.
const SHOWN_LINES: usize = 6;

/// A program that can be brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    title: String,
    program: String,
    /// When it passed or was replaced, in milliseconds since 1970, if known.
    at_ms: Option<u64>,
}

/// All that can be brought back in place of `program`, the most likely first.
fn versions(kept: &StepProgress, program: &str) -> Vec<Version> {
    let passing = kept.last_passing_text().into_iter().map(|passing| Version {
        title: "Your last passing run".to_owned(),
        program: passing.to_owned(),
        at_ms: kept.passed_at_ms,
    });
    let history = kept.history.iter().rev();
    let replaced = history.zip(1..).map(|(replaced, number)| Version {
        title: match number {
            1 => "Your code before the last replacement".to_owned(),
            number => format!("Your code before the last {number} replacements"),
        },
        program: replaced.program.entry_text().to_owned(),
        at_ms: replaced.at_ms,
    });
    let mut versions: Vec<Version> = Vec::new();
    for version in passing.chain(replaced) {
        let is_new = versions
            .iter()
            .all(|other| other.program != version.program);
        if is_new && version.program != program {
            versions.push(version);
        }
    }
    versions
}

/// The button, where there is something to bring back, and its dialog.
#[component]
pub(super) fn EarlierCode() -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let handle = DialogHandle::new();
    let kept = bench.step.progress(Clone::clone);
    // This runs at every keystroke, so it copies no program.
    let has_any = Memo::new(move |_| {
        kept.with(|kept| {
            bench.editor.program().with(|program| {
                let passing = kept.last_passing_text();
                passing
                    .into_iter()
                    .chain(kept.replaced())
                    .any(|earlier| earlier != program)
            })
        })
    });
    view! {
        <Show when=move || has_any.get()>
            <button
                type="button"
                class="button quiet"
                title="The code of your last passing run, and code that was replaced"
                on:click=move |_| handle.open()
            >
                "Earlier code…"
            </button>
        </Show>
        <Dialog handle title="Earlier code" name="earlier">
            <Versions handle />
        </Dialog>
    }
    .into_erased()
}

#[component]
fn Versions(handle: DialogHandle) -> impl IntoView {
    let bench = expect_context::<Workbench>();
    let found = bench
        .editor
        .program()
        .with_untracked(|program| versions(&bench.step.progress_untracked(), program));
    let rows = found
        .into_iter()
        .map(|Version { title, program, at_ms }| {
            let when = at_ms.map(|at_ms| {
                view! { <small>{browser::local_time(at_ms)} " · "</small> }
            });
            let is_compared = RwSignal::new(false);
            let compared = StoredValue::new(program.clone());
            let difference = move || {
                let now = bench.editor.program().get_untracked();
                let (from, to) = (("Earlier", compared.get_value()), ("Now", now));
                view! { <Difference from to alone=Side::From /> }
            };
            let lines = program.lines().count();
            let mut shown: Vec<&str> = program.lines().take(SHOWN_LINES).collect();
            if lines > SHOWN_LINES {
                shown.push("…");
            }
            let shown = shown.join("\n");
            let label = format!("Bring back: {title}");
            let compare_label = format!("Compare with the code now: {title}");
            let bring_back = move |_| {
                bench.editor.replace_and_remember(&program);
                handle.close();
                bench.editor.focus();
            };
            view! {
                <li>
                    <p>
                        <b>{title}</b>
                        " "
                        {when}
                        <small>{counted(lines, "line", "lines")}</small>
                    </p>
                    <Show
                        when=move || is_compared.get()
                        fallback=move || {
                            view! {
                                <pre translate="no" tabindex="0">
                                    <code translate="no">{shown.clone()}</code>
                                </pre>
                            }
                        }
                    >
                        {difference}
                    </Show>
                    <p class="version-actions">
                        <button type="button" class="button" aria-label=label on:click=bring_back>
                            "Bring back"
                        </button>
                        <button
                            type="button"
                            class="button quiet"
                            aria-label=compare_label
                            aria-pressed=move || is_compared.get().to_string()
                            on:click=move |_| is_compared.update(|is| *is = !*is)
                        >
                            "Compare with the code now"
                        </button>
                    </p>
                </li>
            }
        })
        .collect_view();
    view! {
        <p>"What you bring back takes the place of the code in the editor, which is kept here."</p>
        <ul class="versions" role="list">
            {rows}
        </ul>
    }
    .into_erased()
}

#[cfg(test)]
mod tests {
    use protocol::Program;

    use super::*;

    #[test]
    fn each_program_stands_once_and_the_present_one_not_at_all() {
        let mut kept = StepProgress {
            last_passing: Some(Program::of_one_file("passing")),
            ..StepProgress::default()
        };
        for program in ["one", "here", "passing", "two"] {
            kept.keep_in_history(&Program::of_one_file(program), Some(7), &[]);
        }
        let found: Vec<(String, String)> = versions(&kept, "here")
            .into_iter()
            .map(|version| (version.title, version.program))
            .collect();
        let expected = [
            ("Your last passing run", "passing"),
            ("Your code before the last replacement", "two"),
            ("Your code before the last 3 replacements", "one"),
        ];
        assert_eq!(
            found,
            expected.map(|(title, program)| (title.to_owned(), program.to_owned()))
        );
    }
}
