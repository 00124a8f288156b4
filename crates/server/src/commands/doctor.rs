//! What keeps this machine from hosting CodeAlong, and what mends it.

use std::fs;
use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Context;
use curriculum::Curriculum;
use leptos::config::LeptosOptions;
use sandbox::{EngineSurvey, SandboxError, SandboxSettings};

use crate::{
    METRICS_ADDRESS, Machine, ServerSettings, SiteError, Sizes, descriptors, leptos_options,
};

mod finding;

use self::finding::Finding;
use super::serve::{SITE_ADVICE, site_problem};

/// The oldest engine that has all that is asked of it.
const ENGINE_MIN: (u32, u32) = (20, 10);

/// The architectures whose system calls the filters know.
const ARCHITECTURES: [&str; 2] = ["x86_64", "aarch64"];

const WITHOUT_REGISTRY: &str = "without a registry, `codealong images save FILE` elsewhere and `docker load --input FILE` here";

/// Exit code of a machine with a problem; 2 is our own failure.
const PROBLEM: u8 = 1;

/// Looks at all that a server needs and prints a line for each. It changes nothing, and starts no
/// container.
pub async fn doctor(settings: &ServerSettings) -> anyhow::Result<ExitCode> {
    let leptos = leptos_options();
    let mut findings = engine(&settings.sandbox).await;
    findings.extend(addresses(settings, leptos.as_ref().ok()));
    findings.extend([
        courses(&settings.curriculum),
        site(leptos.as_ref()),
        clock(SystemTime::now(), built_at()),
        open_files(&settings.sandbox),
        sizes(&settings.sandbox),
        names(settings),
        proxies(settings),
    ]);
    let mut stdout = std::io::stdout().lock();
    for finding in &findings {
        writeln!(stdout, "{finding}").context("the findings can't be written")?;
    }
    let problems = findings.iter().filter(|it| it.is_problem()).count();
    let summary = match problems {
        0 => "\nThis machine can host CodeAlong.".to_owned(),
        1 => "\nOne problem keeps this machine from hosting CodeAlong.".to_owned(),
        count => format!("\n{count} problems keep this machine from hosting CodeAlong."),
    };
    writeln!(stdout, "{summary}").context("the summary can't be written")?;
    Ok(match problems {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(PROBLEM),
    })
}

async fn engine(settings: &SandboxSettings) -> Vec<Finding> {
    let host = &settings.docker_host;
    if let Some(problem) = host.strip_prefix("unix://").and_then(socket_problem) {
        return vec![problem];
    }
    match EngineSurvey::of(settings).await {
        Ok(survey) => of_survey(&survey, settings),
        Err(error @ SandboxError::ImageFolder { .. }) => vec![Finding::problem(
            error.to_string(),
            "change to the project's folder, or let CODEALONG_IMAGE_FOLDER name its runner-image",
        )],
        Err(error) => vec![Finding::problem(
            format!("Docker engine: {error} at {host}"),
            "see whether it runs: `docker info`; CODEALONG_DOCKER_HOST chooses another",
        )],
    }
}

/// Why this process can't speak to the socket, if it can't.
fn socket_problem(path: &str) -> Option<Finding> {
    let error = UnixStream::connect(path).err()?;
    Some(match error.kind() {
        ErrorKind::NotFound => Finding::problem(
            format!("Docker engine: there is no socket {path}"),
            "install Docker and start it: `sudo apt install docker.io`, `sudo systemctl start docker`",
        ),
        ErrorKind::PermissionDenied => {
            let group = fs::metadata(path).map_or(0, |metadata| metadata.gid());
            Finding::problem(
                format!(
                    "Docker engine: the socket {path} belongs to group {group}, and this user does not"
                ),
                format!(
                    "`sudo usermod --append --groups {group} $USER` and log in again; in a container, \
                     `--group-add {group}`"
                ),
            )
        }
        ErrorKind::ConnectionRefused => Finding::problem(
            format!("Docker engine: nobody listens on the socket {path}"),
            "start it: `sudo systemctl start docker`",
        ),
        _ => Finding::problem(
            format!("Docker engine: the socket {path} can't be used: {error}"),
            "CODEALONG_DOCKER_HOST chooses another",
        ),
    })
}

fn of_survey(survey: &EngineSurvey, settings: &SandboxSettings) -> Vec<Finding> {
    vec![
        version(survey),
        runc(survey),
        limits(survey),
        Finding::of(
            survey.has_seccomp,
            "system calls can be filtered (seccomp)",
            "system calls can't be filtered: the engine was built or started without seccomp",
            "use Docker's own packages, or remove `seccomp` from the engine's configuration",
        ),
        architecture(survey),
        runtime(survey, settings),
        base_image(survey),
        lane_images(survey),
    ]
}

fn version(survey: &EngineSurvey) -> Finding {
    let numbers: Vec<u32> = survey
        .engine
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect();
    let is_old = matches!(numbers[..], [major, minor, ..] if (major, minor) < ENGINE_MIN);
    let found = format!("Docker engine {}", survey.engine);
    Finding::of(
        !is_old,
        found.clone(),
        format!("{found} is too old"),
        "install 20.10 or newer",
    )
}

fn runc(survey: &EngineSurvey) -> Finding {
    match &survey.runc {
        Some(runc) if survey.is_runc_old => Finding::warning(
            format!("runc {runc} is older than 1.2.8 and 1.3.3"),
            "update it, or make sure that your distribution has mended CVE-2025-31133, \
             CVE-2025-52565 and CVE-2025-52881 in it",
        ),
        Some(runc) => Finding::fine(format!("runc {runc}")),
        None => Finding::fine("a runtime other than runc"),
    }
}

fn limits(survey: &EngineSurvey) -> Finding {
    let version = survey
        .cgroup_version
        .map_or_else(String::new, |version| format!(" {version}"));
    let missing = survey.missing_limits.join(", ");
    Finding::of(
        missing.is_empty(),
        format!(
            "control groups version{version} limit memory, swap, processor time and processes (kernel {})",
            survey.kernel
        ),
        format!("control groups version{version} don't limit: {missing}"),
        "on Debian, add `cgroup_enable=memory swapaccount=1` to GRUB_CMDLINE_LINUX in \
         /etc/default/grub, then `sudo update-grub` and restart; a rootless engine needs version 2",
    )
}

fn architecture(survey: &EngineSurvey) -> Finding {
    let found = &survey.architecture;
    Finding::of(
        ARCHITECTURES.contains(&found.as_str()),
        format!("architecture {found}"),
        format!("architecture {found}, whose system calls the filters don't know"),
        format!("use a machine with one of {}", ARCHITECTURES.join(", ")),
    )
}

fn runtime(survey: &EngineSurvey, settings: &SandboxSettings) -> Finding {
    let Some(chosen) = &settings.runtime else {
        return Finding::fine("the engine's own container runtime");
    };
    Finding::of(
        survey.runtimes.contains(chosen),
        format!("container runtime {chosen}"),
        format!("the engine has no container runtime {chosen}"),
        format!(
            "CODEALONG_RUNTIME takes one of: {}",
            survey.runtimes.join(", ")
        ),
    )
}

fn base_image(survey: &EngineSurvey) -> Finding {
    let image = &survey.base_image;
    if survey.has_base_image {
        return Finding::fine(format!("base image {image}"));
    }
    Finding::warning(
        format!("base image {image} is not here: the first start pulls it"),
        WITHOUT_REGISTRY,
    )
}

fn lane_images(survey: &EngineSurvey) -> Finding {
    if survey.has_lane_images {
        return Finding::fine("the images of judge and program");
    }
    Finding::warning(
        "the images of judge and program are not here: the first start builds them",
        WITHOUT_REGISTRY,
    )
}

/// Where no address is known, the pages are a problem already.
fn addresses(settings: &ServerSettings, leptos: Option<&LeptosOptions>) -> Vec<Finding> {
    let served = settings.address.or(leptos.map(|leptos| leptos.site_addr));
    let metrics = settings.http.metrics_address.unwrap_or(METRICS_ADDRESS);
    let served = served.map(|served| address(served, "CODEALONG_ADDRESS"));
    let metrics = address(metrics, "CODEALONG_METRICS_ADDRESS");
    served.into_iter().chain([metrics]).collect()
}

fn address(address: SocketAddr, setting: &str) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::fine(format!("{address} is free ({setting})")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Finding::warning(
            format!("{address} is taken ({setting})"),
            format!("by a CodeAlong that runs already? Else {setting} chooses another"),
        ),
        Err(error) => Finding::problem(
            format!("{address} can't be listened on: {error}"),
            format!("{setting} chooses another; ports below 1024 are for root alone"),
        ),
    }
}

fn courses(folder: &Path) -> Finding {
    match Curriculum::load(folder) {
        Ok(found) => Finding::fine(format!(
            "courses in {}: {}",
            folder.display(),
            found
                .courses()
                .iter()
                .map(|course| course.id.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        )),
        Err(problems) => Finding::problem(
            format!("courses in {}: {problems}", folder.display()),
            "CODEALONG_CURRICULUM names their folder",
        ),
    }
}

fn site(leptos: Result<&LeptosOptions, &SiteError>) -> Finding {
    let leptos = match leptos {
        Ok(leptos) => leptos,
        Err(error @ SiteError::Missing { .. }) => {
            return Finding::problem(error.to_string(), "CodeAlong is started from there");
        }
        Err(error @ SiteError::Options { source }) => {
            let advice = "mend the file, or the variable";
            return Finding::problem(format!("{error}: {source}"), advice);
        }
    };
    match site_problem(leptos) {
        None => Finding::fine(format!("the built pages are in {}", leptos.site_root)),
        Some(problem) => Finding::problem(problem, SITE_ADVICE),
    }
}

/// When this program was built, as far as its file says.
fn built_at() -> Option<SystemTime> {
    let file = std::env::current_exe().ok()?;
    file.metadata().ok()?.modified().ok()
}

/// A clock that has lost its time makes every certificate of a registry invalid, and each log wrong.
fn clock(now: SystemTime, built_at: Option<SystemTime>) -> Finding {
    Finding::of(
        built_at.is_none_or(|built_at| built_at <= now),
        "the clock is later than this program",
        "the clock says that this program is not built yet",
        "set it: `sudo timedatectl set-ntp true`",
    )
}

fn open_files(settings: &SandboxSettings) -> Finding {
    let files = descriptors::raise_limit();
    let connections = descriptors::connections_max(files, settings.lanes_max);
    if connections >= 512 {
        return Finding::fine(format!(
            "open files are enough for {connections} connections"
        ));
    }
    Finding::warning(
        format!("{files} open files are enough for {connections} connections alone"),
        "raise the hard limit: `LimitNOFILE=65536` in a systemd unit, `ulimits` in compose.yaml",
    )
}

fn sizes(settings: &SandboxSettings) -> Finding {
    let machine = Machine::this();
    let fitting = Sizes::of(machine);
    let SandboxSettings {
        running_max,
        warm,
        lanes_max,
        ..
    } = settings;
    let found = format!(
        "{running_max} runs at a time, {warm} lanes that wait, for {} processors and {} GiB",
        machine.processors,
        machine.memory_bytes >> 30
    );
    if *lanes_max <= fitting.lanes_max().max(9) {
        return Finding::fine(found);
    }
    Finding::warning(
        format!("{found}: {lanes_max} lanes may take more memory than there is"),
        format!("without settings there are {}", fitting.lanes_max()),
    )
}

fn names(settings: &ServerSettings) -> Finding {
    Finding::fine(match settings.http.hosts.to_string().as_str() {
        "" => "answers to localhost and to addresses; CODEALONG_HOSTS adds names".to_owned(),
        names => format!("answers to localhost, to addresses, and to {names}"),
    })
}

fn proxies(settings: &ServerSettings) -> Finding {
    let networks = &settings.http.trusted_proxies;
    if networks.is_empty() {
        return Finding::fine(
            "believes no proxy; behind one, CODEALONG_TRUSTED_PROXIES tells learners apart",
        );
    }
    let names: Vec<String> = networks.iter().map(ToString::to_string).collect();
    Finding::fine(format!("believes proxies at {}", names.join(", ")))
}

#[cfg(test)]
mod tests;
