//! Everything about the sandbox that its owner can choose, with defaults for a 2-core machine.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Where Docker's engine listens by default.
const DEFAULT_HOST: &str = "unix:///var/run/docker.sock";

/// What the owner of a server can choose. The server reads the fields up to `wait_max` from
/// `CODEALONG_*`: a field's name in capitals after that prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxSettings {
    /// Docker's engine: `unix://…` or `tcp://…`; by default as in `DOCKER_HOST`.
    pub docker_host: String,
    /// The directory with the images' Dockerfiles, judge, launcher and seccomp profiles.
    pub image_folder: PathBuf,
    /// The image with Python that the images are built on. By default `codealong-python-base:3.11`
    /// if the engine has it, else `python:3.11-slim`.
    pub base_image: Option<String>,
    /// Whose containers these are. Two servers on one engine need two names: a server removes what
    /// an earlier one of its own name left.
    pub owner: String,
    /// The OCI runtime, as in `runsc`; by default the engine's own.
    pub runtime: Option<String>,
    /// Runs at the same time.
    pub running_max: u32,
    /// Lanes that wait for a run.
    pub warm: u32,
    /// Lanes at the same time, those being made and those after their run included. Each is two
    /// containers.
    pub lanes_max: u32,
    /// Lanes made at the same time; one more while more runs wait than lanes are ready.
    pub creating_max: u32,
    /// Runs that may wait for a slot.
    pub queue_max: u32,
    /// Sessions at the same time, each with a lane of its own; 0 for none.
    pub sessions_max: u32,
    /// How long a run may wait for a slot.
    pub wait_max: Duration,
    /// After how long a waiting lane is replaced by a fresh one.
    pub recycle_after: Duration,
    /// How often containers that nobody is responsible for are looked for.
    pub sweep_every: Duration,
    /// How long one call to the engine may take.
    pub call_timeout: Duration,
    /// How long a container may take from its start to its first frame.
    pub ready_timeout: Duration,
    /// How long a stop may take.
    pub stop_timeout: Duration,
}

impl Default for SandboxSettings {
    fn default() -> Self {
        Self {
            docker_host: std::env::var("DOCKER_HOST")
                .ok()
                .filter(|host| !host.is_empty())
                .unwrap_or_else(|| DEFAULT_HOST.to_owned()),
            image_folder: PathBuf::from("runner-image"),
            base_image: None,
            owner: default_owner(),
            runtime: None,
            running_max: 3,
            warm: 4,
            lanes_max: 9,
            creating_max: 1,
            queue_max: 32,
            sessions_max: 0,
            wait_max: Duration::from_secs(10),
            recycle_after: Duration::from_secs(600),
            sweep_every: Duration::from_secs(30),
            call_timeout: Duration::from_secs(10),
            ready_timeout: Duration::from_secs(20),
            stop_timeout: Duration::from_secs(15),
        }
    }
}

/// The machine's name: servers on several machines that share one engine stay apart.
fn default_owner() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() {
        "codealong".to_owned()
    } else {
        format!("codealong-{name}")
    }
}

/// A setting that can't work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting {
    /// The field's name in [`SandboxSettings`].
    pub field: &'static str,
    /// Its value, as text.
    pub found: String,
    /// Why it can't work and what would.
    pub problem: String,
}

impl BadSetting {
    /// The environment variable that the server reads the field from.
    pub fn variable(&self) -> String {
        format!("CODEALONG_{}", self.field.to_uppercase())
    }
}

impl fmt::Display for BadSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { found, problem, .. } = self;
        write!(formatter, "{}={found}: {problem}", self.variable())
    }
}

impl SandboxSettings {
    /// How many characters an owner's name may have.
    pub const OWNER_MAX: usize = 100;

    /// The owner's name with a suffix, the name itself shortened so that the whole is a valid owner
    /// with room for `room` more characters.
    pub fn owner_with(&self, suffix: &str, room: usize) -> String {
        let length = Self::OWNER_MAX.saturating_sub(suffix.len() + room);
        let owner = &self.owner[..self.owner.floor_char_boundary(length)];
        format!("{owner}{suffix}")
    }

    /// Every value that can't work; empty if all can.
    pub fn check(&self) -> Vec<BadSetting> {
        let mut bad = Vec::new();
        let mut refuse = |field, found: String, problem: &str| {
            bad.push(BadSetting {
                field,
                found,
                problem: problem.to_owned(),
            });
        };
        let host = &self.docker_host;
        if !["unix://", "tcp://", "http://"]
            .iter()
            .any(|scheme| host.starts_with(scheme))
        {
            refuse(
                "docker_host",
                host.clone(),
                "write unix:///PATH or tcp://HOST:PORT",
            );
        }
        let owner_is_plain = !self.owner.is_empty()
            && self.owner.len() <= Self::OWNER_MAX
            && self
                .owner
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !owner_is_plain {
            refuse(
                "owner",
                self.owner.clone(),
                "use 1 to 100 of a-z, A-Z, 0-9, -, _ and .",
            );
        }
        for (field, text) in [("base_image", &self.base_image), ("runtime", &self.runtime)] {
            if let Some(text) = text
                && (text.is_empty() || text.contains(char::is_whitespace))
            {
                refuse(field, format!("{text:?}"), "write a name without spaces");
            }
        }
        for (field, number, max) in [
            ("running_max", self.running_max, 256),
            ("creating_max", self.creating_max, 16),
            ("lanes_max", self.lanes_max, 1024),
            ("queue_max", self.queue_max, 10_000),
        ] {
            if !(1..=max).contains(&number) {
                refuse(
                    field,
                    number.to_string(),
                    &format!("use a number from 1 to {max}"),
                );
            }
        }
        let min = [self.warm, self.sessions_max]
            .into_iter()
            .fold(self.running_max, u32::saturating_add)
            .max(2);
        if self.lanes_max < min {
            let Self {
                running_max,
                warm,
                sessions_max,
                ..
            } = self;
            refuse(
                "lanes_max",
                self.lanes_max.to_string(),
                &format!(
                    "{running_max} that run, {warm} that wait and {sessions_max} for sessions need at \
                     least {min}"
                ),
            );
        }
        for (field, time, min_ms) in [
            ("wait_max", self.wait_max, 1),
            ("recycle_after", self.recycle_after, 1_000),
            ("sweep_every", self.sweep_every, 100),
            ("call_timeout", self.call_timeout, 100),
            ("ready_timeout", self.ready_timeout, 500),
            ("stop_timeout", self.stop_timeout, 1),
        ] {
            let max = Duration::from_secs(24 * 3600);
            if time < Duration::from_millis(min_ms) || time > max {
                refuse(
                    field,
                    format!("{time:?}"),
                    &format!("use {min_ms} ms to 24 h"),
                );
            }
        }
        bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_can_work() {
        assert_eq!(SandboxSettings::default().check(), []);
    }

    #[test]
    fn an_owner_of_any_length_can_have_a_suffix() {
        for length in [1, 92, 100] {
            let mut settings = SandboxSettings {
                owner: "o".repeat(length),
                ..SandboxSettings::default()
            };
            settings.owner = settings.owner_with("-command-4194304", 0);
            assert_eq!(settings.check(), [], "{length}");
            assert!(settings.owner.ends_with("o-command-4194304"), "{length}");
        }
    }

    #[test]
    fn every_bad_value_is_named_with_its_variable() {
        let settings = SandboxSettings {
            docker_host: "npipe:////./pipe/docker_engine".to_owned(),
            owner: "two words".to_owned(),
            runtime: Some(String::new()),
            running_max: 0,
            warm: 20,
            wait_max: Duration::ZERO,
            ..SandboxSettings::default()
        };
        let bad = settings.check();
        let fields: Vec<&str> = bad.iter().map(|bad| bad.field).collect();
        assert_eq!(
            fields,
            [
                "docker_host",
                "owner",
                "runtime",
                "running_max",
                "lanes_max",
                "wait_max"
            ]
        );
        assert_eq!(
            bad[3].to_string(),
            "CODEALONG_RUNNING_MAX=0: use a number from 1 to 256"
        );
    }
}
