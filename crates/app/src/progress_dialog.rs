//! Export and import of all progress, with a look at what an import would change.

use leptos::html::Input;
use leptos::prelude::*;
use lesson::{Import, Progress, ProgressError, RecordVersion, counted, sentence_case, take_record};

use crate::browser;
use crate::dialog::{Dialog, DialogHandle};
use crate::store::Store;

/// The dialog of the tool "Progress".
#[component]
pub(crate) fn ProgressDialog(
    /// What opens it.
    handle: DialogHandle,
) -> impl IntoView {
    view! {
        <Dialog handle title="Your progress" name="progress">
            <p>
                "Your code and progress live in this browser and nowhere else. Export them to keep \
                 a copy or to go on in another browser."
            </p>
            <Exporting />
            <h3>"Import"</h3>
            <Importing handle />
        </Dialog>
    }
    .into_any()
}

#[component]
fn Exporting() -> impl IntoView {
    let store = expect_context::<Store>();
    let progress = store.progress();
    let summary = move || {
        progress.with(|progress| {
            let steps = progress.courses.values().flat_map(|steps| steps.values());
            let (begun, done) = steps.fold((0, 0), |(begun, done), step| {
                (
                    begun + usize::from(step.draft.is_some() || step.is_solved()),
                    done + usize::from(step.is_solved()),
                )
            });
            match begun {
                0 => "Nothing is kept yet.".to_owned(),
                begun => format!(
                    "{} begun, {done} of them done.",
                    counted(begun, "step", "steps")
                ),
            }
        })
    };
    let export = move |_| {
        let text = progress.with_untracked(serde_json::to_string_pretty);
        if let Ok(text) = text {
            browser::download("codealong-progress.json", &text);
        }
    };
    view! {
        <p class="quiet">{summary}</p>
        <p>
            <button type="button" class="button primary" on:click=export>
                "Export to a file"
            </button>
        </p>
    }
    .into_any()
}

/// Why a file is refused, in words for whoever chose it.
fn refusal(error: &ProgressError) -> String {
    match error {
        ProgressError::Newer { .. } => format!("{error}."),
        // Where a reader of JSON stumbled helps nobody who did not write it.
        ProgressError::Unreadable { .. } => "this is not CodeAlong progress, or the file is \
            damaged. Choose one that \u{201c}Export to a file\u{201d} made, as it came."
            .to_owned(),
    }
}

/// What came of a chosen file.
#[derive(Debug, Clone, PartialEq)]
enum Chosen {
    Nothing,
    Refused(String),
    Ready(Import),
    Taken(usize),
}

#[component]
fn Importing(handle: DialogHandle) -> impl IntoView {
    let store = expect_context::<Store>();
    let field = NodeRef::<Input>::new();
    let chosen = RwSignal::new(Chosen::Nothing);
    let choose = Action::new_unsync(move |(): &()| async move {
        let Some(field) = field.get_untracked() else {
            return;
        };
        let Some(text) = browser::read_file(&field).await else {
            return;
        };
        let found = text.and_then(|text| {
            let version = serde_json::from_str::<RecordVersion>(&text);
            take_record(Progress::VERSION, version, || {
                serde_json::from_str::<Progress>(&text)
            })
            .map_err(|error| refusal(&error))
        });
        chosen.set(match found {
            Ok(file) => {
                let here = store.progress().get_untracked();
                Chosen::Ready(Import::of(&here, &file))
            }
            Err(error) => Chosen::Refused(sentence_case(&error)),
        });
    });
    view! {
        <p>
            <label class="button file-choice">
                "Choose an exported file…"
                <input
                    type="file"
                    class="unseen"
                    accept="application/json,.json"
                    node_ref=field
                    on:change=move |_| {
                        choose.dispatch(());
                    }
                />
            </label>
        </p>
        <div aria-live="polite">
            {move || match chosen.get() {
                Chosen::Nothing => ().into_any(),
                Chosen::Refused(reason) => {
                    view! { <p class="refusal">{reason} " Nothing was changed."</p> }.into_any()
                }
                Chosen::Taken(count) => {
                    let steps = counted(count, "step", "steps");
                    view! { <p class="success">{format!("Imported: {steps} changed.")}</p> }
                        .into_any()
                }
                Chosen::Ready(import) => view! { <Preview import chosen handle /> }.into_any(),
            }}
        </div>
    }
    .into_any()
}

#[component]
fn Preview(import: Import, chosen: RwSignal<Chosen>, handle: DialogHandle) -> impl IntoView {
    let store = expect_context::<Store>();
    if import.steps.is_empty() {
        return view! { <p>"Everything in this file is here already."</p> }.into_any();
    }
    let rows = import
        .steps
        .iter()
        .map(|step| {
            let changes = step.changes.join("; ");
            view! {
                <li>
                    <b>{format!("{} / {}", step.course, step.step)}</b>
                    ": "
                    {changes}
                </li>
            }
        })
        .collect_view();
    let take = move |_| {
        store.replace_progress(import.merged.clone());
        chosen.set(Chosen::Taken(import.steps.len()));
    };
    view! {
        <p>"This would change:"</p>
        <ul class="preview">{rows}</ul>
        <p class="dialog-actions">
            <button type="button" class="button primary" on:click=take>
                "Import"
            </button>
            <button
                type="button"
                class="button"
                on:click=move |_| {
                    chosen.set(Chosen::Nothing);
                    handle.close();
                }
            >
                "Leave everything as it is"
            </button>
        </p>
    }
    .into_any()
}
