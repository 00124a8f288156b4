//! Serving until told to stop.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;

use app::state::AppState;
use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Runs in flight may take their ten seconds; with what the pool needs to clean up, the server is
/// gone within fifteen.
const MOST_FOR_REQUESTS: Duration = Duration::from_secs(11);

/// Serves `router` on `listener` until `stop` is cancelled; then lets the requests in flight end,
/// stops the sandbox and returns with no container left.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    state: AppState,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service)
        .with_graceful_shutdown(stop.clone().cancelled_owned())
        .into_future();
    let too_long = async {
        stop.cancelled().await;
        tokio::time::sleep(MOST_FOR_REQUESTS).await;
    };
    let result = tokio::select! {
        result = serving => result,
        () = too_long => {
            tracing::warn!("some requests did not end in time; they are dropped");
            Ok(())
        }
    };
    state.stop().await;
    result
}
