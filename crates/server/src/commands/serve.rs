//! Serving the courses to browsers.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use app::site_files::SiteFiles;
use app::state::AppState;
use curriculum::Curriculum;
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use sandbox::{EngineSurvey, Pool, SandboxSettings, StopOutcome};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::descriptors;
use crate::{
    ConnectionLimits, HttpSettings, LogFormat, METRICS_ADDRESS, Machine, Server, ServerSettings,
    Stop, leptos_options, operations_router, router, serve_until,
};

const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// Serves until SIGTERM or Ctrl-C.
pub async fn serve(settings: ServerSettings) -> anyhow::Result<ExitCode> {
    start_log(&settings)?;
    let mut leptos = leptos_options()?;
    if let Some(address) = settings.address {
        leptos.site_addr = address;
    }
    require_site(&leptos)?;
    require_runtime(&settings.sandbox).await?;
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .context("the metrics can't be recorded")?;
    // Before the pool, which removes what an earlier server of its name left: one that serves
    // here already must keep its containers.
    let listener = TcpListener::bind(leptos.site_addr).await.with_context(|| {
        format!(
            "{} can't be listened on; CODEALONG_ADDRESS chooses another",
            leptos.site_addr
        )
    })?;
    let address = listener.local_addr().context("the socket has no address")?;
    let operations = listen_for_operations(&settings.http).await?;
    let limits = connection_limits(&settings);
    let sizes = settings.sandbox_at(address);
    let pool = Pool::start(sizes.clone())?;
    let state = AppState::load(settings.curriculum, settings.reload, pool)
        .context("the courses have problems; mend them and start again")?;
    tracing::info!(%address, "serving on http://{address}");
    log_sizes(&sizes);
    let http = settings.http;
    let stop = stop_signal(http.drain)?;
    let router = router(state.clone(), leptos, &http, stop.clone())
        .context("the built site can't be served")?;
    tokio::spawn(keep_metrics_small(metrics.clone()));
    let operations = operations.map(|listener| {
        let hosts = http.hosts.clone();
        let router = operations_router(state.clone(), stop.clone(), metrics, hosts);
        (listener, router)
    });
    let server = Server {
        listener,
        router,
        operations,
        limits,
    };
    match serve_until(server, &http, state, stop).await {
        StopOutcome::Nothing => tracing::info!("stopped; no container is left"),
        StopOutcome::PerhapsSome { reason } => {
            tracing::warn!(reason, "stopped; a container may be left: {reason}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks all that stops a start but for what is taken or away at the moment.
pub async fn check_config(settings: &ServerSettings) -> anyhow::Result<()> {
    require_site(&leptos_options()?)?;
    Curriculum::load(&settings.curriculum).context("the courses have problems")?;
    require_runtime(&settings.sandbox).await
}

/// How there come to be pages.
pub(super) const SITE_ADVICE: &str =
    "`cargo xtask up` builds them, and LEPTOS_SITE_ROOT names their folder";

/// Why the pages can't be served, if they can't: pages without the files that they name are worse
/// than none.
pub(super) fn site_problem(leptos: &LeptosOptions) -> Option<String> {
    let package = Path::new(&*leptos.site_root).join(&*leptos.site_pkg_dir);
    if !package.is_dir() {
        return Some(format!("there are no built pages in {}", leptos.site_root));
    }
    SiteFiles::read(leptos).err().map(|error| error.to_string())
}

fn require_site(leptos: &LeptosOptions) -> anyhow::Result<()> {
    match site_problem(leptos) {
        Some(problem) => bail!("{problem}: {SITE_ADVICE}"),
        None => Ok(()),
    }
}

/// A chosen runtime must be one of the engine's. An engine that is away may have it when it comes back.
async fn require_runtime(settings: &SandboxSettings) -> anyhow::Result<()> {
    let Some(chosen) = &settings.runtime else {
        return Ok(());
    };
    match EngineSurvey::of(settings).await {
        Ok(survey) if !survey.runtimes.contains(chosen) => bail!(
            "CODEALONG_RUNTIME is {chosen:?}, and the engine has: {}",
            survey.runtimes.join(", ")
        ),
        _ => Ok(()),
    }
}

/// Listens for those who run the server. Only an address that was chosen must be free: another server
/// on this machine may have the usual one.
async fn listen_for_operations(settings: &HttpSettings) -> anyhow::Result<Option<TcpListener>> {
    let address = settings.metrics_address.unwrap_or(METRICS_ADDRESS);
    match TcpListener::bind(address).await {
        Ok(listener) => {
            tracing::info!(%address, "metrics are on http://{address}/metrics");
            Ok(Some(listener))
        }
        Err(error) if settings.metrics_address.is_none() => {
            tracing::warn!(
                %error,
                "there are no metrics: {address} can't be listened on, and \
                 CODEALONG_METRICS_ADDRESS chooses another: {error}"
            );
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| {
            format!("{address} can't be listened on; CODEALONG_METRICS_ADDRESS chooses another")
        }),
    }
}

/// Puts the times that were measured into their sums, whether or not anybody asks for them.
async fn keep_metrics_small(metrics: PrometheusHandle) {
    loop {
        tokio::time::sleep(METRICS_UPKEEP).await;
        metrics.run_upkeep();
    }
}

fn log_sizes(sandbox: &SandboxSettings) {
    let Machine {
        processors,
        memory_bytes,
    } = Machine::this();
    let SandboxSettings {
        running_max,
        warm,
        sessions_max,
        ..
    } = sandbox;
    let learners = running_max.saturating_add(sandbox.queue_max);
    tracing::info!(
        processors,
        running_max,
        warm,
        sessions_max,
        learners,
        "on {processors} processors with {} GiB, {running_max} runs at a time, {warm} lanes that wait and \
         {sessions_max} sessions: fit for about {learners} learners who press Run at once",
        memory_bytes >> 30,
    );
}

fn connection_limits(settings: &ServerSettings) -> ConnectionLimits {
    let open_files_max = descriptors::raise_limit();
    let fitting = descriptors::connections_max(open_files_max, settings.sandbox.lanes_max);
    let asked = settings.http.connections_max;
    let asked = asked.map(|asked| usize::try_from(asked).unwrap_or(usize::MAX));
    let connections_max = asked.unwrap_or(fitting);
    if connections_max > fitting {
        tracing::warn!(
            connections_max,
            fitting,
            "CODEALONG_CONNECTIONS_MAX is {connections_max}, but with {open_files_max} open files only \
             {fitting} connections leave the sandbox what it needs"
        );
    }
    ConnectionLimits {
        connections_max,
        ..ConnectionLimits::default()
    }
}

fn start_log(settings: &ServerSettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log)
        .with_context(|| format!("CODEALONG_LOG is {:?}, which isn't a filter", settings.log))?;
    // Colours are for a terminal; in a file they are noise.
    let log = tracing_subscriber::fmt()
        .with_ansi(std::io::stdout().is_terminal())
        .with_env_filter(filter);
    match settings.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

/// SIGTERM, by which a service is ended, announces the stop and begins it after `drain`; Ctrl-C, or a
/// second signal, begins it at once.
fn stop_signal(drain: Duration) -> anyhow::Result<Stop> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM can't be listened for")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT can't be listened for")?;
    let stop = Stop::default();
    let told = stop.clone();
    tokio::spawn(async move {
        let drain = tokio::select! {
            _ = terminate.recv() => drain,
            _ = interrupt.recv() => Duration::ZERO,
        };
        if !drain.is_zero() {
            tracing::info!("stopping in {drain:?}: /readyz says so, and all is served until then");
        }
        let again = async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        told.begin_after(drain, again).await;
        tracing::info!("stopping: runs in flight are let end");
    });
    Ok(stop)
}
