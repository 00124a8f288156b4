//! Serving until a stop is requested.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;

use app::state::AppState;
use axum::Router;
use sandbox::StopOutcome;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Runs in flight may take their ten seconds, and the sandbox a moment to clean up.
const STOP_MAX: Duration = Duration::from_secs(15);

/// Serves `router` on `listener` until `stop` is cancelled. Then it takes no more runs, lets those
/// in flight end, and returns within 15 s; the outcome says whether a container may be left.
pub async fn serve_until(
    listener: TcpListener,
    router: Router,
    state: AppState,
    stop: CancellationToken,
) -> std::io::Result<StopOutcome> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service)
        .with_graceful_shutdown(stop.clone().cancelled_owned())
        .into_future();
    let too_long = async {
        stop.cancelled().await;
        tokio::time::sleep(STOP_MAX).await;
    };
    let requests = async {
        let result = tokio::select! {
            result = serving => result,
            () = too_long => {
                tracing::warn!("some requests did not end in time; they are dropped");
                Ok(())
            }
        };
        // Also after a broken listener, so that the sandbox stops.
        stop.cancel();
        result
    };
    let sandbox = async {
        stop.cancelled().await;
        state.stop().await
    };
    let (result, left) = tokio::join!(requests, sandbox);
    result.map(|()| left)
}
