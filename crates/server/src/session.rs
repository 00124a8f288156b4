//! A session's WebSocket: messages of the page to the sandbox, and events back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::state::AppState;
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::StreamExt;
use protocol::{
    RunError, RunnableProgram, SessionCommand, SessionEnd, SessionEvent, SessionRequest,
};
use sandbox::Session;
use tokio::time::{Instant, interval_at, timeout};

use crate::connection_limit::{ConnectionLimit, ConnectionPermit};

/// The longest message: what a client sends, each byte of which may be five in JSON.
const MESSAGE_BYTES_MAX: usize = 5 * SessionCommand::BYTES_MAX + 64 * 1024;

/// How many may be open that have not asked for a session yet; of one address half.
const UNASKED_MAX: usize = 128;

/// How long the first message may take.
const REQUEST_MAX: Duration = Duration::from_secs(10);

/// How often the page is asked whether it is there, and told that this side is: a page hears nothing of
/// pings. Proxies take a connection for dead after a minute.
const PING_EVERY: Duration = Duration::from_secs(SessionEvent::ALIVE_EVERY_S as u64);

/// How long it may say nothing at all, and take nothing: a laptop that sleeps, a cable that is pulled.
const SILENT_MAX: Duration = Duration::from_secs(30);

/// When to try again where there is no room for another WebSocket.
const RETRY_AFTER_S: u32 = 5;

#[derive(Debug, Clone)]
struct Sessions {
    app: AppState,
    unasked: ConnectionLimit,
}

/// The route of sessions.
pub(crate) fn session_router(app: AppState) -> Router {
    let unasked = ConnectionLimit::new(UNASKED_MAX);
    Router::new()
        .route("/api/session", get(open))
        .with_state(Sessions { app, unasked })
}

async fn open(
    State(sessions): State<Sessions>,
    address: Option<Extension<ConnectInfo<SocketAddr>>>,
    permit: Option<Extension<Arc<ConnectionPermit>>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let address = address.map(|Extension(ConnectInfo(address))| address);
    let Some(unasked) = sessions.unasked.take(address.map(|address| address.ip())) else {
        let retry_after = [(header::RETRY_AFTER, RETRY_AFTER_S.to_string())];
        return (StatusCode::SERVICE_UNAVAILABLE, retry_after).into_response();
    };
    upgrade
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            serve(socket, &sessions.app, address, unasked).await;
            // The connection counts until here.
            drop(permit);
        })
}

async fn serve(
    mut socket: WebSocket,
    app: &AppState,
    address: Option<SocketAddr>,
    unasked: ConnectionPermit,
) {
    let Ok(request) = timeout(REQUEST_MAX, request_in(&mut socket)).await else {
        return;
    };
    drop(unasked);
    let session = match request {
        Some(Ok(request)) => app.open_session(request, address.map(|address| address.ip())),
        Some(Err(error)) => Err(error),
        None => return,
    };
    match session {
        Ok(session) => relay(&mut socket, session).await,
        Err(error) => {
            let end = SessionEnd::Failed { error };
            let _gone = send(&mut socket, &SessionEvent::Ended { end }).await;
        }
    }
    let _gone = timeout(SILENT_MAX, socket.send(Message::Close(None))).await;
}

/// The first message; none where the page has left.
async fn request_in(socket: &mut WebSocket) -> Option<Result<SessionRequest, RunError>> {
    loop {
        return match socket.recv().await?.ok()? {
            Message::Text(text) => Some(read(&text)),
            Message::Ping(_) | Message::Pong(_) => continue,
            Message::Binary(_) | Message::Close(_) => None,
        };
    }
}

/// Passes on both ways until either side has ended.
async fn relay(socket: &mut WebSocket, session: Session) {
    let Session {
        commands,
        mut events,
    } = session;
    let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    let mut last_heard = Instant::now();
    // A command that the sandbox has no room for yet: no other is read until then, and events go out
    // meanwhile.
    let mut waiting: Option<SessionCommand> = None;
    loop {
        let event = tokio::select! {
            event = events.next() => match event {
                Some(event) => event,
                None => return,
            },
            room = commands.reserve(), if waiting.is_some() => {
                // Without room the session is over, and its last event comes.
                if let (Ok(room), Some(command)) = (room, waiting.take()) {
                    room.send(command);
                }
                continue;
            }
            message = socket.recv(), if waiting.is_none() => {
                let Some(Ok(message)) = message else {
                    return;
                };
                last_heard = Instant::now();
                match command_in(&message) {
                    Read::Command(command) => {
                        waiting = Some(command);
                        continue;
                    }
                    Read::Nothing => continue,
                    Read::Left => return,
                    Read::NotStarted(event) => event,
                    Read::Unreadable(error) => SessionEvent::Ended {
                        end: SessionEnd::Failed { error },
                    },
                }
            }
            _ = pings.tick() => {
                if last_heard.elapsed() > SILENT_MAX {
                    return;
                }
                let ping = socket.send(Message::Ping(Vec::new().into()));
                match timeout(SILENT_MAX, ping).await {
                    Ok(Ok(())) => SessionEvent::Alive,
                    _ => return,
                }
            }
        };
        let is_last = matches!(event, SessionEvent::Ended { .. });
        if send(socket, &event).await.is_none() || is_last {
            return;
        }
    }
}

/// What a message of the page means.
enum Read {
    Command(SessionCommand),
    /// It is not for us.
    Nothing,
    /// The page has left.
    Left,
    /// What the page wants to start can't be run.
    NotStarted(SessionEvent),
    Unreadable(RunError),
}

fn command_in(message: &Message) -> Read {
    let text = match message {
        Message::Text(text) => text,
        Message::Ping(_) | Message::Pong(_) => return Read::Nothing,
        Message::Close(_) => return Read::Left,
        Message::Binary(_) => return Read::Unreadable(malformed("a message is not text")),
    };
    match read(text) {
        Ok(SessionCommand::Restart { program }) => match RunnableProgram::parse(program) {
            Ok(program) => Read::Command(SessionCommand::Restart {
                program: program.program().clone(),
            }),
            Err(reason) => Read::NotStarted(SessionEvent::NotStarted { reason }),
        },
        Ok(SessionCommand::Send { bytes, .. })
            if bytes.as_bytes().len() > SessionCommand::BYTES_MAX =>
        {
            Read::Unreadable(malformed("a client sends too much at once"))
        }
        Ok(command) => Read::Command(command),
        Err(error) => Read::Unreadable(error),
    }
}

fn read<T: for<'de> serde::Deserialize<'de>>(text: &str) -> Result<T, RunError> {
    serde_json::from_str(text).map_err(|error| malformed(&error.to_string()))
}

fn malformed(detail: &str) -> RunError {
    RunError::Malformed {
        detail: detail.to_owned(),
    }
}

/// Sends an event; none where nobody takes it.
async fn send(socket: &mut WebSocket, event: &SessionEvent) -> Option<()> {
    let text = serde_json::to_string(event).ok()?;
    let sent = timeout(SILENT_MAX, socket.send(Message::Text(text.into()))).await;
    matches!(sent, Ok(Ok(()))).then_some(())
}
