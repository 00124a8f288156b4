//! The variables of an environment, read one by one.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sandbox::SandboxSettings;

use super::{Machine, SETTINGS, ServerSettings, SettingsError, Sizes};

/// A class that presses at once is judged in this time.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// Reads variables one by one and collects their problems.
pub(super) struct Reader {
    machine: Machine,
    variables: Vec<(String, String)>,
    problems: Vec<String>,
}

impl Reader {
    pub(super) fn new(
        machine: Machine,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let variables: Vec<_> = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with("CODEALONG_"))
            .collect();
        let unknown = variables
            .iter()
            .filter(|(name, _)| SETTINGS.iter().all(|setting| setting.name != name))
            .map(|(name, _)| format!("{name} isn't a setting: `codealong settings` lists them all"))
            .collect();
        Self {
            machine,
            variables,
            problems: unknown,
        }
    }

    /// An empty value counts as absent: a compose file unsets a variable that way.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let (_, value) = self.variables.iter().find(|(found, _)| found == name)?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, wanted: &str) -> Option<T> {
        let value = self.text(name)?;
        let parsed = value.parse().ok();
        if parsed.is_none() {
            self.refuse(name, &value, wanted);
        }
        parsed
    }

    pub(super) fn refuse(&mut self, name: &str, value: &str, wanted: &str) {
        self.problems
            .push(format!("{name} is {value:?}, which is not {wanted}"));
    }

    /// The parts of a value with commas between them; none where one is wrong.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        wanted: &str,
        parse: fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.text(name) else {
            return Vec::new();
        };
        let parts = value.split(',').map(|part| parse(part.trim()));
        parts.collect::<Option<Vec<T>>>().unwrap_or_else(|| {
            self.refuse(name, &value, wanted);
            Vec::new()
        })
    }

    pub(super) fn count(&mut self, name: &str) -> Option<u32> {
        self.parsed(name, "a whole number")
    }

    pub(super) fn positive(&mut self, name: &str) -> Option<u32> {
        let wanted = "a whole number from 1";
        let count: Option<std::num::NonZeroU32> = self.parsed(name, wanted);
        count.map(std::num::NonZeroU32::get)
    }

    pub(super) fn sandbox(&mut self) -> SandboxSettings {
        let default = SandboxSettings::default();
        let mut sizes = Sizes::of(self.machine);
        sizes.running_max = self
            .count("CODEALONG_RUNNING_MAX")
            .unwrap_or(sizes.running_max);
        sizes.warm = self.count("CODEALONG_WARM").unwrap_or(sizes.warm);
        sizes.creating_max = self
            .count("CODEALONG_CREATING_MAX")
            .unwrap_or(sizes.creating_max);
        let lanes_max = self.count("CODEALONG_LANES_MAX");
        // Of lanes that somebody has counted, sessions have those that are left.
        let left = lanes_max.map_or(u32::MAX, |lanes| {
            lanes.saturating_sub(sizes.running_max + sizes.warm)
        });
        sizes.sessions_max = self
            .count("CODEALONG_SESSIONS_MAX")
            .unwrap_or(sizes.sessions_max.min(left));
        SandboxSettings {
            docker_host: self
                .text("CODEALONG_DOCKER_HOST")
                .unwrap_or(default.docker_host),
            image_folder: self
                .text("CODEALONG_IMAGE_FOLDER")
                .map_or(default.image_folder, PathBuf::from),
            base_image: self.text("CODEALONG_BASE_IMAGE"),
            runtime: self.text("CODEALONG_RUNTIME"),
            owner: self.text("CODEALONG_OWNER").unwrap_or(default.owner),
            running_max: sizes.running_max,
            warm: sizes.warm,
            lanes_max: lanes_max.unwrap_or_else(|| sizes.lanes_max()),
            sessions_max: sizes.sessions_max,
            creating_max: sizes.creating_max,
            queue_max: self.count("CODEALONG_QUEUE_MAX").unwrap_or(sizes.queue_max),
            wait_max: self
                .count("CODEALONG_WAIT_MAX")
                .map_or(WAIT_MAX, |seconds| Duration::from_secs(seconds.into())),
            ..default
        }
    }

    pub(super) fn finish(
        mut self,
        settings: ServerSettings,
    ) -> Result<ServerSettings, SettingsError> {
        let bad = settings.sandbox.check();
        self.problems.extend(bad.iter().map(ToString::to_string));
        if self.problems.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError(self.problems))
        }
    }
}
