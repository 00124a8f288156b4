//! Sessions as a page has them: a WebSocket to a server in a process of its own.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use protocol::{
    ByteString, Program, RunError, SessionCommand, SessionEnd, SessionEvent, SessionRequest,
};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::client::{get, until};
use crate::judge_fixture::{repository, serial_guard};
use crate::server_process::Server;

/// A generous limit for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

pub(crate) struct Page(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Page {
    async fn try_open(server: SocketAddr, origin: Option<&str>) -> Result<Self, Error> {
        let mut request = format!("ws://{server}/api/session").into_client_request()?;
        if let Some(origin) = origin {
            let origin = origin.parse().unwrap();
            request.headers_mut().insert("origin", origin);
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Self(socket))
    }

    pub(crate) async fn open(server: SocketAddr, client: &str, program: &str) -> Self {
        let origin = format!("http://{server}");
        let mut page = Self::try_open(server, Some(&origin)).await.unwrap();
        page.say(&SessionRequest {
            course: "redis".to_owned(),
            program: Program::of_one_file(program),
            client: Some(client.to_owned()),
        })
        .await;
        page
    }

    /// A session with a running program and a client.
    pub(crate) async fn connected(server: SocketAddr, client: &str) -> Self {
        let mut page = Self::open(server, client, &solution()).await;
        page.until(|event| matches!(event, SessionEvent::Started { .. }))
            .await;
        page.say(&SessionCommand::Connect { client: 1 }).await;
        page.until(|event| matches!(event, SessionEvent::Connected { .. }))
            .await;
        page
    }

    async fn say(&mut self, message: &impl serde::Serialize) {
        let text = serde_json::to_string(message).unwrap();
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn ping(&mut self) {
        let bytes = ByteString::from(&b"*1\r\n$4\r\nPING\r\n"[..]);
        self.say(&SessionCommand::Send { client: 1, bytes }).await;
        let received = self
            .until(|event| matches!(event, SessionEvent::Received { .. }))
            .await;
        let SessionEvent::Received { bytes, line, .. } = received else {
            unreachable!("it was looked for");
        };
        assert_eq!(bytes.as_bytes(), b"+PONG\r\n");
        assert!(line.is_some());
    }

    async fn until(&mut self, is_it: impl Fn(&SessionEvent) -> bool) -> SessionEvent {
        let find = async {
            while let Some(Ok(message)) = self.0.next().await {
                if let Message::Text(text) = message {
                    let event = serde_json::from_str(&text).unwrap();
                    if is_it(&event) {
                        return Some(event);
                    }
                }
            }
            None
        };
        timeout(SOON, find).await.unwrap().expect("the event comes")
    }

    async fn end(&mut self) -> SessionEnd {
        let event = self
            .until(|event| matches!(event, SessionEvent::Ended { .. }))
            .await;
        let SessionEvent::Ended { end } = event else {
            unreachable!("it was looked for");
        };
        end
    }
}

fn solution() -> String {
    std::fs::read_to_string(repository().join("curriculum/redis/get/solution.py")).unwrap()
}

#[tokio::test]
async fn a_page_talks_to_its_program_until_it_leaves() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("sessions", 1, Duration::ZERO).await;
    let mut page = Page::connected(server.address, "one").await;
    page.ping().await;
    let empty = Program::of_one_file("  ");
    page.say(&SessionCommand::Restart { program: empty }).await;
    page.until(|event| matches!(event, SessionEvent::NotStarted { .. }))
        .await;
    page.ping().await;
    drop(page);
    let begin = Instant::now();
    server.until_at_rest(1).await;
    until("only what waits is left", SOON, async || {
        let status = get(server.operations, "/readyz").await.unwrap_or_default();
        status.contains("\"lanes\":1")
    })
    .await;
    println!("a session's lane was gone after {:?}", begin.elapsed());

    // A course that there is not, a program that can't be run, a message that is none.
    let mut page = Page::open(server.address, "one", "").await;
    let end = page.end().await;
    let is_refused = |end: &SessionEnd| {
        matches!(
            end,
            SessionEnd::Failed {
                error: RunError::Program { .. }
            }
        )
    };
    assert!(is_refused(&end), "{end:?}");
    let mut page = Page::connected(server.address, "one").await;
    page.0.send(Message::text("{}")).await.unwrap();
    let end = page.end().await;
    assert!(
        matches!(
            &end,
            SessionEnd::Failed {
                error: RunError::Malformed { .. }
            }
        ),
        "{end:?}"
    );
    let mut page = Page::connected(server.address, "one").await;
    let big = "x".repeat(4 << 20);
    let _refused = page.0.send(Message::text(big)).await;
    let left = timeout(SOON, async {
        while let Some(Ok(_)) = page.0.next().await {}
    });
    left.await.expect("the connection ends");

    let (status, _) = server.terminate().await;
    assert!(status.success());
}

#[tokio::test]
async fn a_page_hears_that_the_connection_lives_while_nothing_happens() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("alive", 1, Duration::ZERO).await;
    let mut page = Page::connected(server.address, "alive").await;
    page.until(|event| *event == SessionEvent::Alive).await;
    page.ping().await;
    server.terminate().await;
}

#[tokio::test]
async fn a_page_of_another_site_has_no_session() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("foreign", 1, Duration::ZERO).await;
    for origin in ["http://evil.example.org", "null"] {
        let refused = Page::try_open(server.address, Some(origin)).await;
        let Err(Error::Http(response)) = refused.map(|_| ()) else {
            panic!("{origin} was let in");
        };
        assert_eq!(response.status(), 403, "{origin}");
    }
    // A program without an origin is no page.
    Page::try_open(server.address, None).await.unwrap();
    server.terminate().await;
}

#[tokio::test]
async fn forty_that_want_a_session_get_one_or_a_reason() {
    let _serial_guard = serial_guard().await;
    let settings = [
        ("CODEALONG_WARM", "2".to_owned()),
        ("CODEALONG_SESSIONS_MAX", "3".to_owned()),
    ];
    let server = Server::start_with("forty", &settings);
    server.until_at_rest(2).await;
    let wanted = (0..40).map(|number| async move {
        let mut page = Page::open(server.address, &format!("page-{number}"), &solution()).await;
        let first = page
            .until(|event| {
                matches!(
                    event,
                    SessionEvent::Started { .. } | SessionEvent::Ended { .. }
                )
            })
            .await;
        (page, first)
    });
    let all = futures::future::join_all(wanted).await;
    let mut given = 0;
    for (_, first) in &all {
        match first {
            SessionEvent::Started { .. } => given += 1,
            SessionEvent::Ended {
                end: SessionEnd::NoPlace { .. },
            } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(given, 3);
    let (status, took) = server.terminate().await;
    assert!(status.success());
    println!("with {given} sessions a stop takes {took:?}");
}
