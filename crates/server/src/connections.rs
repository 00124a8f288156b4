//! The connections of browsers: each is served until it ends, and none may hold the server up.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::client_address::TrustedProxies;
use crate::connection_limit::{ConnectionLimit, ConnectionPermit};

/// A request's head, and what is read or written at once. hyper's own limit is 400 KiB.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Once the server stops, nobody has longer than this to begin a request.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// Where no descriptor is left, one comes back soon.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// The response where there is no room for another connection.
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\
    Content-Length: 0\r\n\r\n";

/// How many connections there may be, and how long each may wait.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    /// Connections at a time, of which one address may have half.
    pub connections_max: usize,
    /// For a request's head, and for the next request on a connection that stays open.
    pub head_timeout: Duration,
    /// For a client to take what it is sent.
    pub write_timeout: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections_max: 4096,
            head_timeout: Duration::from_secs(20),
            write_timeout: Duration::from_secs(30),
        }
    }
}

/// Serves every connection until `stop` is cancelled, and then those that have a request to its end.
pub(crate) async fn serve_connections(
    listener: TcpListener,
    router: Router,
    limits: &ConnectionLimits,
    proxies: &TrustedProxies,
    stop: &CancellationToken,
) {
    let limit = ConnectionLimit::new(limits.connections_max);
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_the_client(&error) => continue,
            Err(error) => {
                tracing::error!(%error, "no connection can be taken: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // A proxy comes for many clients.
        let counted = Some(address.ip()).filter(|address| !proxies.contains(*address));
        let Some(permit) = limit.take(counted) else {
            metrics::counter!("codealong_connections_refused_total").increment(1);
            refuse(&stream);
            continue;
        };
        let serving = serve_connection(
            stream,
            address,
            router.clone(),
            limits.clone(),
            stop.clone(),
            permit,
        );
        connections.spawn(serving);
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn serve_connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
    permit: ConnectionPermit,
) {
    // An event goes out when it happens, not when there is more to send. Where this fails, it is
    // because the connection has ended.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write_timeout));
    // How many requests have come so far.
    let requests = Arc::new(AtomicUsize::new(0));
    // A WebSocket takes it along: it outlives this connection.
    let permit = Arc::new(permit);
    let counted = Arc::clone(&requests);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        counted.fetch_add(1, Ordering::Relaxed);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        request.extensions_mut().insert(Arc::clone(&permit));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    // How a connection ends is the client's affair. It comes first here, as it may have a request that
    // nobody has read yet when the stop begins.
    tokio::select! {
        biased;
        _ended = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        _ended = connection.as_mut() => return,
        () = tokio::time::sleep(STOP_TIMEOUT) => {}
    }
    // Where no request has come, a half of one holds up the stop. Any other is let end: what is left to
    // send may be in hyper's hands alone.
    if requests.load(Ordering::Relaxed) > 0 {
        let _ended = connection.await;
    }
}

/// Says so to a client for whom there is no room, as far as that takes no time.
fn refuse(stream: &TcpStream) {
    // What was sent and never read would make the kernel reset the connection, and the answer be lost.
    let _ = stream.try_read(&mut [0; 8192]);
    let _ = stream.try_write(REFUSAL);
}

/// Whether a connection has ended before it was taken.
fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
