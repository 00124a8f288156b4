//! Serving until a stop is requested.

use std::time::Duration;

use app::state::AppState;
use axum::Router;
use sandbox::StopOutcome;
use tokio::net::TcpListener;

use crate::client_address::TrustedProxies;
use crate::connections::{ConnectionLimits, serve_connections};
use crate::settings::HttpSettings;
use crate::stop::Stop;

/// Runs in flight may take their ten seconds, and the sandbox a moment to clean up.
const STOP_MAX: Duration = Duration::from_secs(15);

/// What is served, and where.
#[derive(Debug)]
pub struct Server {
    /// Where learners come.
    pub listener: TcpListener,
    pub router: Router,
    /// Where its owner asks: a listener and its router, or none.
    pub operations: Option<(TcpListener, Router)>,
    pub limits: ConnectionLimits,
}

/// How many connections their owner may have for operations.
const OPERATIONS_CONNECTIONS_MAX: usize = 32;

/// Serves until `stop` begins. Then it takes no more runs, lets those in flight end, and returns
/// within 15 s; the outcome says whether a container may be left.
pub async fn serve_until(
    server: Server,
    settings: &HttpSettings,
    state: AppState,
    stop: Stop,
) -> StopOutcome {
    let proxies = TrustedProxies::new(&settings.trusted_proxies);
    let limits = server.limits;
    let serving = serve_connections(
        server.listener,
        server.router,
        &limits,
        &proxies,
        stop.begun(),
    );
    let operations = async {
        if let Some((listener, router)) = server.operations {
            // It ends with the others: what it says of the stop is worth reading.
            let never = tokio_util::sync::CancellationToken::new();
            let no_proxies = TrustedProxies::new(&[]);
            let limits = ConnectionLimits {
                connections_max: OPERATIONS_CONNECTIONS_MAX,
                ..limits.clone()
            };
            serve_connections(listener, router, &limits, &no_proxies, &never).await;
        }
        std::future::pending().await
    };
    let too_long = async {
        stop.begun().cancelled().await;
        tokio::time::sleep(STOP_MAX).await;
    };
    let requests = async {
        tokio::select! {
            () = serving => {}
            () = operations => {}
            () = too_long => {
                tracing::warn!("some requests did not end in time; they are dropped");
            }
        }
    };
    let sandbox = async {
        stop.begun().cancelled().await;
        state.stop().await
    };
    let ((), left) = tokio::join!(requests, sandbox);
    left
}
