//! What those who run the server ask it: whether it lives, what it does, and how much.

use app::state::AppState;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use metrics_exporter_prometheus::PrometheusHandle;
use sandbox::PoolState;
use serde::Serialize;

use crate::request_origin::{HostNames, KnownHosts, check_host};
use crate::stop::Stop;

#[derive(Debug, Clone)]
struct Operations {
    app: AppState,
    stop: Stop,
    metrics: Option<PrometheusHandle>,
}

/// `/healthz`, `/readyz` and `/startupz` for everybody: load balancers read the status, and nobody more.
pub(crate) fn health_router(app: AppState, stop: Stop) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/startupz", get(started))
        .with_state(Operations {
            app,
            stop,
            metrics: None,
        })
}

/// The same with all details, and `/metrics`, for those who run the server: they serve it on an address
/// of its own. `metrics` renders what the recorder has collected.
pub fn operations_router(
    app: AppState,
    stop: Stop,
    metrics: PrometheusHandle,
    hosts: HostNames,
) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready_in_detail))
        .route("/startupz", get(started))
        .route("/metrics", get(metrics_text))
        .with_state(Operations {
            app,
            stop,
            metrics: Some(metrics),
        })
        .layer(middleware::map_request_with_state(
            KnownHosts::new(hosts),
            check_host,
        ))
}

/// The sandbox's state, for those who monitor the server.
#[derive(Debug, Serialize)]
struct Readiness {
    state: &'static str,
    reason: Option<String>,
    ready: u32,
    creating: u32,
    running: u32,
    queued: u32,
    sessions: u32,
    lanes: u32,
}

/// 200 while runs are served and go on being served, else 503; the text is the state's name.
async fn ready(State(operations): State<Operations>) -> Response {
    let (code, readiness) = operations.readiness();
    (code, format!("{}\n", readiness.state)).into_response()
}

/// 200 once runs have been served, whatever has become of the engine since, else 503.
async fn started(State(operations): State<Operations>) -> Response {
    if operations.app.pool_status().has_served {
        (StatusCode::OK, "started\n").into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "starting\n").into_response()
    }
}

/// As `ready`, with the reason, where there is one, and the numbers of lanes and runs.
async fn ready_in_detail(State(operations): State<Operations>) -> Response {
    let (code, readiness) = operations.readiness();
    (code, Json(readiness)).into_response()
}

impl Operations {
    fn readiness(&self) -> (StatusCode, Readiness) {
        let status = self.app.pool_status();
        let (code, name, reason) = match status.state {
            _ if self.stop.is_announced() => (StatusCode::SERVICE_UNAVAILABLE, "stopping", None),
            PoolState::Serving => (StatusCode::OK, "serving", None),
            PoolState::Starting => (StatusCode::SERVICE_UNAVAILABLE, "starting", None),
            PoolState::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping", None),
            PoolState::Away { reason } => (StatusCode::SERVICE_UNAVAILABLE, "away", Some(reason)),
            PoolState::Refusing { reason } => {
                (StatusCode::SERVICE_UNAVAILABLE, "refusing", Some(reason))
            }
        };
        let readiness = Readiness {
            state: name,
            reason,
            ready: status.ready,
            creating: status.creating,
            running: status.running,
            queued: status.queued,
            sessions: status.sessions,
            lanes: status.lanes,
        };
        (code, readiness)
    }
}

async fn metrics_text(State(operations): State<Operations>) -> Response {
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    let rendered = operations.metrics.map(|metrics| metrics.render());
    ([(header::CONTENT_TYPE, text)], rendered.unwrap_or_default()).into_response()
}
