//! Serving the courses to browsers.

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Context;
use app::state::AppState;
use metrics_exporter_prometheus::PrometheusBuilder;
use sandbox::{Pool, StopOutcome};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::{LogFormat, ServerSettings, leptos_options, router, serve_until};

/// Serves until SIGTERM or Ctrl-C.
pub async fn serve(settings: ServerSettings) -> anyhow::Result<ExitCode> {
    start_log(&settings)?;
    let mut leptos = leptos_options()?;
    if let Some(address) = settings.address {
        leptos.site_addr = address;
    }
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
    let pool = Pool::start(settings.sandbox_at(address))?;
    let state = AppState::load(settings.curriculum, settings.reload, pool)
        .context("the courses have problems; mend them and start again")?;
    tracing::info!(%address, "serving on http://{address}");
    let router =
        router(state.clone(), leptos, metrics).context("the built site can't be served")?;
    match serve_until(listener, router, state, stop_signal()?).await? {
        StopOutcome::Nothing => tracing::info!("stopped; no container is left"),
        StopOutcome::PerhapsSome { reason } => {
            tracing::warn!(reason, "stopped; a container may be left: {reason}");
        }
    }
    Ok(ExitCode::SUCCESS)
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

/// Cancelled by the first SIGTERM or Ctrl-C.
fn stop_signal() -> anyhow::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM can't be listened for")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT can't be listened for")?;
    let stop = CancellationToken::new();
    let cancelled = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: runs in flight may end");
        cancelled.cancel();
    });
    Ok(stop)
}
