//! The server's settings: every `CODEALONG_*` variable, in one table.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use app::state::Reload;
use sandbox::SandboxSettings;

mod http;
mod reader;
mod sizes;

pub use http::{HttpSettings, METRICS_ADDRESS};
use reader::Reader;
pub use sizes::{Machine, Sizes};

/// One setting, as `codealong settings` lists it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub name: &'static str,
    /// The default, as a value or in English.
    pub default: &'static str,
    /// The setting's meaning and form, in English.
    pub meaning: &'static str,
}

/// Every setting; a `CODEALONG_*` variable that is not here stops the start. Those of the sandbox
/// have the names of the fields of [`SandboxSettings`].
pub const SETTINGS: [Setting; 29] = [
    setting(
        "CODEALONG_ADDRESS",
        "site-addr of Leptos.toml",
        "address and port to serve on, as in 0.0.0.0:3000",
    ),
    setting(
        "CODEALONG_HOSTS",
        "localhost and every IP address",
        "further names that it answers to, as in learn.example.org; * for all",
    ),
    setting(
        "CODEALONG_TRUSTED_PROXIES",
        "none",
        "networks of reverse proxies whose X-Forwarded-For counts, as in 192.0.2.7",
    ),
    setting(
        "CODEALONG_FRAME_ANCESTORS",
        "'none'",
        "sites that may show its pages in a frame, as in https://moodle.example.org",
    ),
    setting(
        "CODEALONG_BASE_PATH",
        "none: the site has its name for itself",
        "path that the whole site is under, as in /learn",
    ),
    setting(
        "CODEALONG_CONNECTIONS_MAX",
        "by the limit of open files, at most 4096",
        "connections at a time, of which one address may have half",
    ),
    setting(
        "CODEALONG_METRICS_ADDRESS",
        "127.0.0.1:9464, where that is free",
        "address and port of /metrics and of /readyz with its details",
    ),
    setting(
        "CODEALONG_DRAIN",
        "5",
        "seconds from SIGTERM, when /readyz says 503, to the stop",
    ),
    setting(
        "CODEALONG_CURRICULUM",
        "curriculum",
        "folder with the courses",
    ),
    setting(
        "CODEALONG_RELOAD",
        "true in debug builds",
        "whether edits of course files show at the next request: true or false",
    ),
    setting(
        "CODEALONG_LOG",
        "info",
        "what is logged, as in debug or sandbox=debug,info",
    ),
    setting(
        "CODEALONG_LOG_FORMAT",
        "text",
        "how it is logged: text or json",
    ),
    setting(
        "CODEALONG_DOCKER_HOST",
        "DOCKER_HOST, else the local socket",
        "where the Docker engine listens, as in unix:///run/docker.sock",
    ),
    setting(
        "CODEALONG_IMAGE_FOLDER",
        "runner-image",
        "folder that the judge's and the launcher's images are built from",
    ),
    setting(
        "CODEALONG_BASE_IMAGE",
        "a local codealong-python-base:3.11, else python:3.11-slim",
        "image with Python 3.11 that both images start from",
    ),
    setting(
        "CODEALONG_RUNTIME",
        "the engine's own",
        "container runtime, as in runsc",
    ),
    setting(
        "CODEALONG_OWNER",
        "codealong-, the machine's name, and the address",
        "name on this server's containers; two servers on one engine need two names",
    ),
    setting(
        "CODEALONG_RUNNING_MAX",
        "by the machine: 3 for 2 processors",
        "runs at a time",
    ),
    setting(
        "CODEALONG_WARM",
        "by the machine: 4 for 2 processors",
        "lanes that wait for a run",
    ),
    setting(
        "CODEALONG_LANES_MAX",
        "by the machine: 9 for 2 processors",
        "lanes in all; each is two containers",
    ),
    setting(
        "CODEALONG_CREATING_MAX",
        "by the machine: 1 for 2 processors",
        "lanes made at a time",
    ),
    setting(
        "CODEALONG_QUEUE_MAX",
        "by the machine: 64 for 2 processors",
        "runs that may wait for a slot",
    ),
    setting(
        "CODEALONG_SESSIONS_MAX",
        "by the machine: 7 for 2 processors and 8 GiB",
        "sessions at a time, in which learners talk to their program; 0 for none",
    ),
    setting(
        "CODEALONG_WAIT_MAX",
        "20",
        "seconds that a run may wait for a slot",
    ),
    setting(
        "CODEALONG_SOAK",
        "none",
        "read by the tests: 1 runs the long ones",
    ),
    setting(
        "CODEALONG_URL",
        "none",
        "read by the browser tests: where the page is served",
    ),
    setting(
        "CODEALONG_CHROMIUM",
        "Playwright's own",
        "read by the browser tests: the browser's program",
    ),
    setting(
        "CODEALONG_SERVER_BIN",
        "none",
        "read by the browser tests: the server's program",
    ),
    setting(
        "CODEALONG_REFRESH_PICTURES",
        "none",
        "read by the browser tests: 1 makes the README's picture anew",
    ),
];

/// Leptos's own, for pages that are not where `Leptos.toml` says.
const SITE_ROOT: Setting = setting(
    "LEPTOS_SITE_ROOT",
    "site-root of Leptos.toml",
    "folder with the built pages",
);

const fn setting(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting {
        name,
        default,
        meaning,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// The checked settings.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// The address to serve on; none for `site-addr` of `Leptos.toml`.
    pub address: Option<SocketAddr>,
    /// The folder with the courses.
    pub curriculum: PathBuf,
    /// Whether edits of course files show at the next request.
    pub reload: Reload,
    /// The log's filter, as in `sandbox=debug,info`.
    pub log: String,
    pub log_format: LogFormat,
    /// The name on the server's containers; none for one made of the machine's name and the
    /// address.
    pub owner: Option<String>,
    pub http: HttpSettings,
    pub sandbox: SandboxSettings,
}

/// Every variable that can't be used, each with what it should be instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct SettingsError(Vec<String>);

impl ServerSettings {
    /// Reads the settings from this process's environment. Values that are not UTF-8 get U+FFFD,
    /// so that a setting that is parsed is refused.
    pub fn from_environment() -> Result<Self, SettingsError> {
        let text = |value: OsString| value.to_string_lossy().into_owned();
        Self::read(std::env::vars_os().map(|(name, value)| (text(name), text(value))))
    }

    /// Reads the settings from environment variables; the error names all bad ones at once.
    pub fn read(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        Self::read_on(Machine::this(), variables)
    }

    /// The same for a machine of these sizes.
    fn read_on(
        machine: Machine,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let mut reader = Reader::new(machine, variables);
        let reload = reader
            .parsed("CODEALONG_RELOAD", "true or false")
            .unwrap_or(cfg!(debug_assertions));
        let settings = Self {
            address: reader.parsed(
                "CODEALONG_ADDRESS",
                "an address and a port, as in 127.0.0.1:3000",
            ),
            curriculum: reader
                .text("CODEALONG_CURRICULUM")
                .unwrap_or_else(|| "curriculum".into())
                .into(),
            reload: if reload {
                Reload::OnChange
            } else {
                Reload::Never
            },
            log: reader
                .text("CODEALONG_LOG")
                .unwrap_or_else(|| "info".into()),
            log_format: reader
                .parsed("CODEALONG_LOG_FORMAT", "text or json")
                .unwrap_or(LogFormat::Text),
            owner: reader.text("CODEALONG_OWNER"),
            http: HttpSettings::read(&mut reader),
            sandbox: reader.sandbox(),
        };
        reader.finish(settings)
    }

    /// The sandbox's settings for a server at this address: of two servers on one machine, neither
    /// mistakes the other's containers for its own.
    pub fn sandbox_at(&self, address: SocketAddr) -> SandboxSettings {
        let mut sandbox = self.sandbox.clone();
        if self.owner.is_none() {
            // An owner's name has no colon.
            let ip = address.ip().to_string().replace(':', "_");
            let suffix = format!("-{ip}-{}", address.port());
            sandbox.owner = sandbox.owner_with(&suffix, 0);
        }
        sandbox
    }

    /// All settings as a table, one a line.
    pub fn table() -> String {
        let settings = SETTINGS.iter().chain([&SITE_ROOT]);
        settings.fold(String::new(), |mut table, setting| {
            // Writing to a String can't fail.
            let _ = writeln!(
                table,
                "  {:<24} {} [{}]",
                setting.name, setting.meaning, setting.default
            );
            table
        })
    }
}

impl FromStr for LogFormat {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests;
