//! Every route of the server.

use std::sync::OnceLock;
use std::time::Duration;

use app::site_files::{SiteFiles, SiteFilesError};
use app::state::AppState;
use app::{App, shell};
use axum::extract::{FromRef, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, any_service, get};
use axum::{Json, Router, middleware};
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use metrics_exporter_prometheus::PrometheusHandle;
use sandbox::PoolState;
use serde::Serialize;
use tower::Layer;
use tower_http::classify::ServerErrorsFailureClass;
use tower_http::compression::predicate::{NotForContentType, Predicate};
use tower_http::compression::{CompressionLayer, DefaultPredicate};
use tower_http::normalize_path::NormalizePathLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

use crate::file_cache::cache_by_name;
use crate::headers::{EVERY_ANSWER, add_content_security_policy};
use crate::request_check::check_request;

/// The pages' routes, found once per process: while Leptos looks for them, a resource of another
/// router's page that is polled for the first time waits for ever.
static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();

#[derive(Debug, Clone)]
struct RouterState {
    app: AppState,
    leptos: LeptosOptions,
    files: SiteFiles,
    metrics: PrometheusHandle,
}

impl FromRef<RouterState> for LeptosOptions {
    fn from_ref(state: &RouterState) -> Self {
        state.leptos.clone()
    }
}

/// The server's router. `metrics` renders what the recorder has collected.
///
/// Fails where the names of the site's files can't be read: each page would name files that aren't
/// there.
pub fn router(
    app: AppState,
    leptos: LeptosOptions,
    metrics: PrometheusHandle,
) -> Result<Router, SiteFilesError> {
    let files = SiteFiles::read(&leptos)?;
    let state = RouterState {
        app,
        leptos,
        files,
        metrics,
    };
    let shell_options = state.leptos.clone();
    let pages = Router::new().leptos_routes_with_context(
        &state,
        ROUTES.get_or_init(|| generate_route_list(App)).clone(),
        page_context(&state),
        move || shell(shell_options.clone()),
    );
    // They name files that the next build may not have.
    let pages = pages.layer(SetResponseHeaderLayer::if_not_present(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache"),
    ));
    let health = Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics_text));
    // Compression would hold back the events of a run's stream.
    let compressed =
        DefaultPredicate::new().and(NotForContentType::const_new("application/octet-stream"));
    let mut router = pages
        .merge(health)
        .fallback_service(site(&state))
        .with_state(state)
        .layer(middleware::from_fn(check_request))
        .layer(CompressionLayer::new().compress_when(compressed));
    for (name, value) in EVERY_ANSWER {
        router = router.layer(SetResponseHeaderLayer::if_not_present(name, value));
    }
    let router = router.layer(TraceLayer::new_for_http().on_failure(log_failure));
    // Before any route is matched: people type a slash at the end, and it changes nothing.
    let router = NormalizePathLayer::trim_trailing_slash().layer(router);
    Ok(Router::new().fallback_service(router))
}

/// A 503 is intended, and its reason is logged where it arises: polling until the server is ready
/// is no failure.
fn log_failure(failure: ServerErrorsFailureClass, latency: Duration, _span: &Span) {
    match failure {
        ServerErrorsFailureClass::StatusCode(StatusCode::SERVICE_UNAVAILABLE) => {}
        failure => tracing::error!(%failure, ?latency, "a response failed: {failure}"),
    }
}

fn page_context(state: &RouterState) -> impl Fn() + Clone + Send + Sync + 'static {
    let (app, files) = (state.app.clone(), state.files.clone());
    move || {
        provide_context(app.clone());
        provide_context(files.clone());
        add_content_security_policy(app.reloads());
    }
}

/// The files of the built page; any other path gets the page for status 404.
fn site(state: &RouterState) -> MethodRouter {
    let not_found = leptos_axum::file_and_error_handler_with_context::<RouterState, _>(
        page_context(state),
        shell,
    );
    let files = ServeDir::new(&*state.leptos.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .fallback(any(not_found).with_state(state.clone()));
    any_service(files).layer(middleware::from_fn_with_state(
        state.files.clone(),
        cache_by_name,
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
    lanes: u32,
}

/// 200 while runs are served, else 503, with the reason where there is one.
async fn ready(State(state): State<RouterState>) -> Response {
    let status = state.app.pool_status();
    let (code, name, reason) = match status.state {
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
        lanes: status.lanes,
    };
    (code, Json(readiness)).into_response()
}

async fn metrics_text(State(state): State<RouterState>) -> Response {
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, text)], state.metrics.render()).into_response()
}
