//! What the browser keeps: progress and settings, as signals that mirror localStorage.
//!
//! Every change is read from storage, made and written at once, so that two tabs which change
//! different things of one step lose neither. Where storage is forbidden or full, the signals go
//! on without it and the page says so.

use leptos::prelude::*;
use lesson::{
    CourseId, Divider, Panels, Progress, ProgressError, RecordVersion, SETTINGS_KEY, Settings,
    StepId, StepProgress, StepRecord, Theme, aside_key, step_key, step_of_key, take_record,
};
use serde::de::DeserializeOwned;

use crate::browser::{self, Listener, Local, StorageFault, storage};

/// Progress and settings, shared by all pages.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    loaded: RwSignal<bool>,
    progress: RwSignal<Progress>,
    settings: RwSignal<Settings>,
    fault: RwSignal<Option<StorageFault>>,
    kept_aside: RwSignal<Vec<KeptAside>>,
    /// Keys of records that can't be read and that there was no room to keep aside: nothing may be
    /// written over them.
    stuck: StoredValue<Vec<(String, ProgressError)>>,
    imports: RwSignal<u32>,
    listeners: Local<[Listener; 2]>,
}

/// A record that could not be read and stands under another key now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptAside {
    /// The key under which it is kept.
    pub(crate) key: String,
    /// Why it could not be read.
    pub(crate) reason: ProgressError,
}

impl KeptAside {
    /// What it is, for a sentence's beginning.
    pub(crate) fn what(&self) -> String {
        let original = self.key.splitn(4, '.').nth(3).unwrap_or_default();
        match step_of_key(original) {
            Some((_, step)) => format!("The progress of the step \u{201c}{step}\u{201d}"),
            None => "A record of the settings".to_owned(),
        }
    }
}

impl Store {
    /// Nothing kept yet: what the server renders, and the browser until it has looked.
    pub(crate) fn new() -> Self {
        Self {
            loaded: RwSignal::new(false),
            progress: RwSignal::new(Progress::default()),
            settings: RwSignal::new(Settings::default()),
            fault: RwSignal::new(None),
            kept_aside: RwSignal::new(Vec::new()),
            stuck: StoredValue::new(Vec::new()),
            imports: RwSignal::new(0),
            listeners: Local::empty(),
        }
    }

    /// Reads what the browser keeps and listens to what other tabs write.
    pub(crate) fn load(self) {
        match storage::keys() {
            Ok(keys) => {
                self.load_settings();
                for (course, step) in keys.iter().filter_map(|key| step_of_key(key)) {
                    self.load_step(&course, &step);
                }
            }
            Err(fault) => self.fault.set(Some(fault)),
        }
        if self
            .settings
            .with_untracked(|settings| settings.client.is_none())
        {
            self.change_settings(|settings| settings.client = Some(browser::random_name()));
        }
        self.show_settings();
        self.listeners.set(Some([
            browser::on_other_tab(move |key| self.hear_other_tab(key)),
            browser::on_color_scheme(move || self.show_settings()),
        ]));
        self.loaded.set(true);
        browser::next_frame(browser::announce_readiness);
    }

    /// Whether the page answers: false on the server and until the browser has looked.
    pub(crate) fn is_loaded(self) -> bool {
        self.loaded.get()
    }

    /// The same, without listening.
    pub(crate) fn is_loaded_untracked(self) -> bool {
        self.loaded.get_untracked()
    }

    /// All progress.
    pub(crate) fn progress(self) -> RwSignal<Progress> {
        self.progress
    }

    /// The settings.
    pub(crate) fn settings(self) -> RwSignal<Settings> {
        self.settings
    }

    /// Why nothing is kept, if that is so.
    pub(crate) fn fault(self) -> Option<StorageFault> {
        self.fault.get()
    }

    /// What could not be read since the page was opened.
    pub(crate) fn kept_aside(self) -> RwSignal<Vec<KeptAside>> {
        self.kept_aside
    }

    /// What is kept of a step, without listening to later changes.
    pub(crate) fn step_untracked(self, course: &CourseId, step: &StepId) -> StepProgress {
        self.progress
            .with_untracked(|progress| progress.step(course, step).cloned())
            .unwrap_or_default()
    }

    /// Changes what is kept of a step.
    pub(crate) fn change_step(
        self,
        course: &CourseId,
        step: &StepId,
        change: impl FnOnce(&mut StepProgress),
    ) {
        let key = step_key(course, step);
        let mut kept = match self.read::<StepRecord>(&key, Progress::VERSION) {
            Some(record) => record.step,
            None => self.step_untracked(course, step),
        };
        let before = kept.clone();
        change(&mut kept);
        if kept != before || self.fault.get_untracked().is_some() {
            self.write(&key, &StepRecord::from(kept.clone()));
        }
        self.put(course, step, kept);
    }

    /// Puts all progress in the place of what there is: an import.
    pub(crate) fn replace_progress(self, progress: Progress) {
        for (course, steps) in progress.courses {
            for (step, kept) in steps {
                self.change_step(&course, &step, |now| *now = kept);
            }
        }
        self.imports.update(|number| *number += 1);
    }

    /// How often progress was imported: whoever shows a draft has to show the new one.
    pub(crate) fn imports(self) -> RwSignal<u32> {
        self.imports
    }

    /// Changes a setting, keeps it and shows it.
    pub(crate) fn change_settings(self, change: impl FnOnce(&mut Settings)) {
        self.settings.update(change);
        self.show_settings();
        self.settings
            .with_untracked(|settings| self.write(SETTINGS_KEY, settings));
    }

    /// Shows the panels at other widths, without keeping them yet: a divider is being dragged.
    pub(crate) fn show_panels(self, panels: Panels) {
        self.settings.update(|settings| settings.panels = panels);
        self.show_settings();
    }

    /// The text of a record that was kept aside.
    pub(crate) fn text_kept_aside(self, key: &str) -> Option<String> {
        storage::read(key).ok().flatten()
    }

    fn load_settings(self) {
        if let Some(settings) = self.read::<Settings>(SETTINGS_KEY, Settings::VERSION) {
            self.settings.set(settings);
        }
    }

    fn load_step(self, course: &CourseId, step: &StepId) {
        let key = step_key(course, step);
        if let Some(record) = self.read::<StepRecord>(&key, Progress::VERSION) {
            self.put(course, step, record.step);
        }
    }

    fn put(self, course: &CourseId, step: &StepId, kept: StepProgress) {
        self.progress.update(|progress| {
            let steps = progress.courses.entry(course.clone()).or_default();
            steps.insert(step.clone(), kept);
        });
    }

    fn show_settings(self) {
        let (theme, panels): (Theme, Panels) = self
            .settings
            .with_untracked(|settings| (settings.theme, settings.panels));
        browser::set_root_attribute("data-theme", theme.attribute());
        for (name, divider) in [("--guide", Divider::Guide), ("--results", Divider::Results)] {
            browser::set_root_style(name, &panels.width(divider).to_string());
        }
        browser::use_editor_theme(theme);
    }

    fn hear_other_tab(self, key: Option<String>) {
        match key {
            None => {
                self.stuck.set_value(Vec::new());
                self.progress.set(Progress::default());
            }
            Some(key) if key == SETTINGS_KEY => {
                self.load_settings();
                self.show_settings();
            }
            Some(key) => {
                if let Some((course, step)) = step_of_key(&key) {
                    self.load_step(&course, &step);
                }
            }
        }
    }

    /// Reads a record; one that can't be read is moved to another key and told of.
    fn read<T: DeserializeOwned>(self, key: &str, newest: u32) -> Option<T> {
        self.stuck
            .update_value(|stuck| stuck.retain(|(other, _)| other != key));
        let text = storage::read(key).ok().flatten()?;
        let version = serde_json::from_str::<RecordVersion>(&text);
        match take_record(newest, version, || serde_json::from_str(&text)) {
            Ok(record) => Some(record),
            Err(reason) => {
                self.keep_aside(key, &text, reason);
                None
            }
        }
    }

    /// Moves a record to another key. Where there is no room for that it is stuck, and stays: the
    /// next writer tries again.
    fn keep_aside(self, key: &str, text: &str, reason: ProgressError) {
        let aside = aside_key(key, &storage::keys().unwrap_or_default());
        match storage::write(&aside, text) {
            Ok(()) => {
                storage::remove(key);
                self.kept_aside
                    .update(|kept| kept.push(KeptAside { key: aside, reason }));
            }
            Err(fault) => {
                self.stuck
                    .update_value(|stuck| stuck.push((key.to_owned(), reason)));
                self.fault.set(Some(fault));
            }
        }
    }

    fn keep_aside_what_is_stuck(self) {
        let stuck = self.stuck.try_update_value(std::mem::take);
        for (key, reason) in stuck.unwrap_or_default() {
            if let Ok(Some(text)) = storage::read(&key) {
                self.keep_aside(&key, &text, reason);
            }
        }
    }

    fn write(self, key: &str, record: &impl serde::Serialize) {
        let Ok(text) = serde_json::to_string(record) else {
            return;
        };
        self.keep_aside_what_is_stuck();
        let is_stuck = self
            .stuck
            .with_value(|stuck| stuck.iter().any(|(other, _)| other == key));
        let fault = if is_stuck {
            Some(StorageFault::Full)
        } else {
            storage::write(key, &text).err()
        };
        if self.fault.get_untracked() != fault {
            self.fault.set(fault);
        }
    }
}
