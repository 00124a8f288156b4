//! Progress and settings, as signals that mirror localStorage.
//!
//! A change of a step reads the stored record, changes it and writes it at once, so that two tabs
//! which change different things of one step lose neither. What storage does not take stays in the
//! signals, the page says so, and the next successful write takes the rest along.

mod records;
#[cfg(test)]
mod tests;

use browser_model::{
    Divider, LearnerSettings, Panels, Progress, SETTINGS_KEY, StepProgress, StepRecord, Theme,
    step_key, step_of_key,
};
use leptos::prelude::*;
use protocol::{CourseId, StepId};

use crate::browser::{self, Listener, Local, StorageFault, storage};

pub(crate) use records::{QuarantinedRecord, Records, quarantined_name};

/// Progress and settings, shared by all pages.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    loaded: RwSignal<bool>,
    progress: RwSignal<Progress>,
    settings: RwSignal<LearnerSettings>,
    records: Records,
    imports: RwSignal<u32>,
    listeners: Local<[Listener; 3]>,
}

impl Store {
    /// An empty store: what the server renders, and the browser until storage is read.
    pub(crate) fn new() -> Self {
        Self {
            loaded: RwSignal::new(false),
            progress: RwSignal::new(Progress::default()),
            settings: RwSignal::new(LearnerSettings::default()),
            records: Records::new(),
            imports: RwSignal::new(0),
            listeners: Local::empty(),
        }
    }

    /// Reads what is stored, and listens to what other tabs write.
    pub(crate) fn load(self) {
        match storage::keys() {
            Ok(keys) => {
                self.records.restore_quarantined(&keys);
                self.load_settings();
                let keys = storage::keys().unwrap_or_default();
                for (course, step) in keys.iter().filter_map(|key| step_of_key(key)) {
                    self.load_step(&course, &step);
                }
            }
            Err(fault) => self.records.fault().set(Some(fault)),
        }
        if self
            .settings
            .with_untracked(|settings| !settings.has_name())
        {
            self.change_settings(|settings| settings.client = Some(browser::random_name()));
        }
        self.show_settings();
        self.listeners.set(Some([
            browser::on_other_tab(move |key| self.read_other_tab(key)),
            browser::on_color_scheme(move || self.show_settings()),
            browser::ask_before_leaving(move || self.is_any_step_unsaved()),
        ]));
        self.loaded.set(true);
        browser::next_frame(browser::announce_readiness);
    }

    /// Whether the page is usable: false on the server and until storage is read.
    pub(crate) fn is_loaded(self) -> bool {
        self.loaded.get()
    }

    /// [`Self::is_loaded`], untracked.
    pub(crate) fn is_loaded_untracked(self) -> bool {
        self.loaded.get_untracked()
    }

    /// Whether what was written or passed is on this page alone.
    fn is_any_step_unsaved(self) -> bool {
        let unsaved = self.records.unsaved();
        unsaved.iter().any(|key| step_of_key(key).is_some())
    }

    /// All progress.
    pub(crate) fn progress(self) -> RwSignal<Progress> {
        self.progress
    }

    pub(crate) fn settings(self) -> RwSignal<LearnerSettings> {
        self.settings
    }

    /// Why something could not be stored, if so.
    pub(crate) fn fault(self) -> Option<StorageFault> {
        self.records.fault().get()
    }

    /// The records that could not be read since the page was opened.
    pub(crate) fn quarantined(self) -> RwSignal<Vec<QuarantinedRecord>> {
        self.records.quarantined()
    }

    /// The records themselves, quarantined ones included.
    pub(crate) fn records(self) -> Records {
        self.records
    }

    /// A step's progress, untracked.
    pub(crate) fn step_untracked(self, course: &CourseId, step: &StepId) -> StepProgress {
        self.progress
            .with_untracked(|progress| progress.step(course, step).cloned())
            .unwrap_or_default()
    }

    /// Changes a step's progress.
    pub(crate) fn change_step(
        self,
        course: &CourseId,
        step: &StepId,
        change: impl FnOnce(&mut StepProgress),
    ) {
        let key = step_key(course, step);
        let stored = self.records.read::<StepRecord>(&key, Progress::VERSION);
        let mut kept = match stored {
            Some(record) if !self.records.is_unsaved(&key) => record.step,
            _ => self.step_untracked(course, step),
        };
        let before = kept.clone();
        change(&mut kept);
        let is_changed = kept != before;
        self.put(course, step, kept.clone());
        if is_changed || self.records.fault().get_untracked().is_some() {
            self.write(&key, &StepRecord::from(kept));
        }
    }

    /// Merges the progress of a file into this browser's.
    pub(crate) fn import(self, file: &Progress) {
        for (course, steps) in &file.courses {
            for (step, theirs) in steps {
                self.change_step(course, step, |now| *now = now.merged_with(theirs));
            }
        }
        self.imports.update(|number| *number += 1);
    }

    /// How often progress was imported: a page that shows a draft has to show the new one.
    pub(crate) fn imports(self) -> RwSignal<u32> {
        self.imports
    }

    /// Changes a setting, applies it and stores it.
    pub(crate) fn change_settings(self, change: impl FnOnce(&mut LearnerSettings)) {
        self.settings.update(change);
        self.show_settings();
        let settings = self.settings.get_untracked();
        self.write(SETTINGS_KEY, &settings);
    }

    /// Shows the panels at other widths without storing them: a divider is being dragged.
    pub(crate) fn show_panels(self, panels: Panels) {
        self.settings.update(|settings| settings.panels = panels);
        self.show_settings();
    }

    fn load_settings(self) {
        let settings = self
            .records
            .read::<LearnerSettings>(SETTINGS_KEY, LearnerSettings::VERSION);
        if let Some(settings) = settings {
            self.settings.set(settings);
        }
    }

    fn load_step(self, course: &CourseId, step: &StepId) {
        let key = step_key(course, step);
        if let Some(record) = self.records.read::<StepRecord>(&key, Progress::VERSION) {
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

    fn read_other_tab(self, key: Option<String>) {
        let Some(key) = key else {
            self.records.forget();
            self.progress.set(Progress::default());
            return;
        };
        if key == SETTINGS_KEY {
            let settings = self
                .records
                .read_of_other_tab(&key, LearnerSettings::VERSION);
            if let Some(settings) = settings {
                self.settings.set(settings);
                self.show_settings();
            }
        } else if let Some((course, step)) = step_of_key(&key) {
            let record: Option<StepRecord> =
                self.records.read_of_other_tab(&key, Progress::VERSION);
            match record {
                None => {}
                Some(record) if record.version < Progress::VERSION => {
                    // An older page, which could not read what was here and wrote over it.
                    let ours = self.step_untracked(&course, &step);
                    let merged = ours.merged_with(&record.step);
                    self.put(&course, &step, merged.clone());
                    self.write(&key, &StepRecord::from(merged));
                }
                Some(record) => self.put(&course, &step, record.step),
            }
        }
    }

    /// Writes a record; if storage takes it, also those that it did not take before.
    fn write(self, key: &str, record: &impl serde::Serialize) {
        if !self.records.write(key, record) {
            return;
        }
        for key in self.records.unsaved() {
            if key == SETTINGS_KEY {
                self.records.write(&key, &self.settings.get_untracked());
            } else if let Some((course, step)) = step_of_key(&key) {
                let kept = self.step_untracked(&course, &step);
                self.records.write(&key, &StepRecord::from(kept));
            }
        }
    }
}
