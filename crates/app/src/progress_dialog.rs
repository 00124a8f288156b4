//! The backup of all progress: exported as a file, imported after a preview of what that would change.

use browser_model::{
    ImportedStep, Progress, ProgressError, RecordVersion, imported_steps, take_record,
};
use leptos::html::Input;
use leptos::prelude::*;
use protocol::{counted, sentence_case};

use crate::browser;
use crate::dialog::{Dialog, DialogHandle};
use crate::erased_view::IntoErasedView;
use crate::store::{Store, quarantined_name};

/// The id of the message that confirms an import: it takes the focus, as the button is gone.
const TAKEN_ID: &str = "import-taken";

/// The dialog of the "Backup" button in the bar.
#[component]
pub(crate) fn ProgressDialog(
    /// What opens it.
    handle: DialogHandle,
) -> impl IntoView {
    view! {
        <Dialog handle title="Backup of your progress" name="progress">
            <p>
                "Your code and progress live in this browser and nowhere else. Save a backup to keep \
                 a copy, or to go on in another browser."
            </p>
            <Exporting />
            <h3>"Restore"</h3>
            <Importing handle />
            <Quarantine />
        </Dialog>
    }
    .into_erased()
}

/// The quarantined records, of this visit and of earlier ones.
#[component]
fn Quarantine() -> impl IntoView {
    let records = expect_context::<Store>().records();
    let keys = RwSignal::new(records.quarantined_keys());
    let row = move |key: String| {
        let what = quarantined_name(&key);
        let (to_download, to_delete) = (key.clone(), key);
        let download = move |_| {
            if let Some(text) = records.quarantined_text(&to_download) {
                browser::download("codealong-quarantined.json", "application/json", &text);
            }
        };
        let delete = move |_| {
            records.delete_quarantined(&to_delete);
            keys.set(records.quarantined_keys());
        };
        view! {
            <li>
                {what} " "
                <button type="button" class="link" on:click=download>
                    "Download"
                </button>
                " "
                <button type="button" class="link" on:click=delete>
                    "Delete"
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || keys.with(|keys| !keys.is_empty())>
            <h3>"Quarantined"</h3>
            <p class="quiet">"What this page could not read. What a newer version can read comes back with it."</p>
            <ul class="preview">{move || keys.get().into_iter().map(row).collect_view()}</ul>
        </Show>
    }
    .into_erased()
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
            browser::download("codealong-backup.json", "application/json", &text);
        }
    };
    view! {
        <p class="quiet">{summary}</p>
        <p>
            <button type="button" class="button primary" on:click=export>
                "Save a backup file"
            </button>
        </p>
    }
    .into_erased()
}

/// Why a file is refused, for the learner who chose it.
fn refusal(error: &ProgressError) -> String {
    match error {
        ProgressError::Newer { .. } => format!("{error}."),
        // A JSON parser's position helps nobody who did not write the file.
        ProgressError::Unreadable { .. } => "this is not CodeAlong progress, or the file is \
            damaged. Choose one that \u{201c}Save a backup file\u{201d} made, as it came."
            .to_owned(),
    }
}

/// What became of the chosen file.
#[derive(Debug, Clone, PartialEq)]
enum Chosen {
    Nothing,
    Refused(String),
    Ready(Progress),
    Taken(usize),
}

#[component]
fn Importing(handle: DialogHandle) -> impl IntoView {
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
            Ok(file) => Chosen::Ready(file),
            Err(error) => Chosen::Refused(sentence_case(&error)),
        });
    });
    view! {
        <p>
            <label class="button file-choice">
                "Choose a backup file…"
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
                Chosen::Nothing => ().into_erased(),
                Chosen::Refused(reason) => {
                    view! { <p class="refusal">{reason} " Nothing was changed."</p> }.into_erased()
                }
                Chosen::Taken(count) => {
                    let steps = counted(count, "step", "steps");
                    view! {
                        <p class="success" id=TAKEN_ID tabindex="-1">
                            {format!("Restored: {steps} changed.")}
                        </p>
                    }
                        .into_erased()
                }
                Chosen::Ready(file) => view! { <Preview file chosen handle /> }.into_erased(),
            }}
        </div>
    }
    .into_erased()
}

/// What an import would change, kept up to date: other tabs may change progress meanwhile.
#[component]
fn Preview(file: Progress, chosen: RwSignal<Chosen>, handle: DialogHandle) -> impl IntoView {
    let store = expect_context::<Store>();
    let steps = {
        let file = file.clone();
        Memo::new(move |_| store.progress().with(|here| imported_steps(here, &file)))
    };
    let rows = move || {
        let row = |step: ImportedStep| {
            let changes = step.changes.join("; ");
            view! {
                <li>
                    <b>{format!("{} / {}", step.course, step.step)}</b>
                    ": "
                    {changes}
                </li>
            }
        };
        steps.get().into_iter().map(row).collect_view()
    };
    let take = move |_| {
        let count = steps.with_untracked(Vec::len);
        store.import(&file);
        chosen.set(Chosen::Taken(count));
        browser::next_frame(|| browser::focus(TAKEN_ID));
    };
    let take = StoredValue::new(take);
    let nothing = move || view! { <p>"Everything in this file is here already."</p> };
    view! {
        <Show when=move || steps.with(|steps| !steps.is_empty()) fallback=nothing>
            <p>"This would change:"</p>
            <ul class="preview">{rows}</ul>
            <p class="dialog-actions">
                <button
                    type="button"
                    class="button primary"
                    on:click=move |event| take.with_value(|take| take(event))
                >
                    "Restore"
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
        </Show>
    }
    .into_erased()
}
