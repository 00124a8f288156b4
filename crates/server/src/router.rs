//! Every route of the server.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use app::base_path::BasePath;
use app::site_files::{SiteFiles, SiteFilesError};
use app::state::AppState;
use app::{App, shell};
use axum::extract::FromRef;
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::{MethodRouter, any, any_service};
use axum::{Router, middleware};
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use tower::{Layer, ServiceBuilder};
use tower_http::classify::ServerErrorsFailureClass;
use tower_http::compression::predicate::{NotForContentType, Predicate};
use tower_http::compression::{CompressionLayer, DefaultPredicate};
use tower_http::normalize_path::NormalizePathLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

use crate::bodies::Bodies;
use crate::client_address::{TrustedProxies, find_client_address};
use crate::file_cache::{cache_by_name, treat_impossible_paths_as_missing};
use crate::headers::{
    add_content_security_policy, add_headers_of_every_answer, keep_streams_flowing,
};
use crate::operations::health_router;
use crate::page_cache::{PageCache, answer_from_cache};
use crate::request_check::check_request;
use crate::request_origin::{KnownHosts, check_host, check_origin};
use crate::session::session_router;
use crate::settings::HttpSettings;
use crate::stop::Stop;
use crate::under_base_path::strip_base_path;

/// The pages' routes, found once per process: while Leptos looks for them, a resource of another
/// router's page that is polled for the first time waits for ever.
static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();

#[derive(Debug, Clone)]
struct RouterState {
    app: AppState,
    leptos: LeptosOptions,
    files: SiteFiles,
    frame_ancestors: Arc<str>,
    base_path: BasePath,
}

impl FromRef<RouterState> for LeptosOptions {
    fn from_ref(state: &RouterState) -> Self {
        state.leptos.clone()
    }
}

/// The server's router for learners.
///
/// Fails where the names of the site's files can't be read: each page would name files that aren't
/// there.
pub fn router(
    app: AppState,
    leptos: LeptosOptions,
    settings: &HttpSettings,
    stop: Stop,
) -> Result<Router, SiteFilesError> {
    let files = SiteFiles::read(&leptos)?;
    let bodies = Bodies::new(stop.begun().clone());
    let health = health_router(app.clone(), stop);
    let cache = PageCache::new(app.clone());
    let sessions = session_router(app.clone());
    let state = RouterState {
        app,
        leptos,
        files,
        frame_ancestors: settings.frame_ancestors.as_str().into(),
        base_path: settings.base_path.clone(),
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
    let pages = pages.layer(middleware::from_fn_with_state(cache, answer_from_cache));
    // Compression would hold back the events of a run's stream.
    let compressed =
        DefaultPredicate::new().and(NotForContentType::const_new("application/octet-stream"));
    let known = KnownHosts::with_bare_health(settings.hosts.clone());
    let proxies = TrustedProxies::new(&settings.trusted_proxies);
    // From the outermost. One stack: axum puts a box around each layer that it is given by itself, and
    // copies them all for each request.
    let layers = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http().on_failure(log_failure))
        .map_response(add_headers_of_every_answer)
        .layer(CompressionLayer::new().compress_when(compressed))
        .map_response(keep_streams_flowing)
        .layer(middleware::map_request_with_state(
            proxies,
            find_client_address,
        ))
        .layer(middleware::map_request_with_state(
            known.clone(),
            check_host,
        ))
        .layer(middleware::map_request_with_state(known, check_origin))
        .layer(middleware::from_fn_with_state(bodies, check_request));
    let router = pages
        .fallback_service(site(&state))
        .with_state(state)
        .merge(health)
        .merge(sessions)
        .layer(layers);
    // Before any route is matched: people type a slash at the end, and it changes nothing.
    let router = NormalizePathLayer::trim_trailing_slash().layer(router);
    let strip = middleware::map_request_with_state(settings.base_path.clone(), strip_base_path);
    Ok(Router::new().fallback_service(router).layer(strip))
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
    let base_path = state.base_path.clone();
    let frame_ancestors = Arc::clone(&state.frame_ancestors);
    move || {
        provide_context(app.clone());
        provide_context(files.clone());
        provide_context(base_path.clone());
        add_content_security_policy(app.reloads(), &frame_ancestors);
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
    any_service(files)
        .layer(middleware::from_fn_with_state(
            state.files.clone(),
            cache_by_name,
        ))
        .layer(middleware::from_fn(treat_impossible_paths_as_missing))
}
