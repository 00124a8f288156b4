//! A client's address reaches the sandbox: a machine has one share, however many names it uses.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use sandbox::SandboxSettings;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, UnixListener};
use tokio::time::timeout;

use crate::log::Log;
use crate::test_app::{TestApp, repository, run_request};

const NO_ADDRESS: &str = "without the address";

/// An engine that accepts connections and never answers: the sandbox keeps starting, and runs wait.
struct SilentEngine {
    folder: TempDir,
    _listener: UnixListener,
}

impl SilentEngine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let _listener = UnixListener::bind(folder.path().join("docker.sock")).unwrap();
        Self { folder, _listener }
    }

    /// A sandbox on it, whose runs wait at most this long.
    fn settings(&self, wait_max: Duration) -> SandboxSettings {
        SandboxSettings {
            docker_host: format!(
                "unix://{}",
                self.folder.path().join("docker.sock").display()
            ),
            image_folder: repository().join("runner-image"),
            wait_max,
            call_timeout: Duration::from_secs(60),
            ..SandboxSettings::default()
        }
    }
}

/// A requested run, from one of this machine's many addresses.
struct Asked {
    stream: TcpStream,
    answer: String,
}

impl Asked {
    async fn at(server: SocketAddr, from: Ipv4Addr, name: &str) -> Self {
        Self::send(server, from, name, "").await
    }

    /// The same through a proxy at `from`, for a client elsewhere.
    async fn through(server: SocketAddr, from: Ipv4Addr, client: &str, name: &str) -> Self {
        let forwarded = format!("X-Forwarded-For: 192.0.2.99, {client}\r\n");
        Self::send(server, from, name, &forwarded).await
    }

    async fn send(server: SocketAddr, from: Ipv4Addr, name: &str, headers: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let mut stream = socket.connect(server).await.unwrap();
        let body = run_request("x = 1", Some(name));
        let request = format!(
            "POST /api/run HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/json\r\n\
             {headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = String::new();
        Self { stream, answer }
    }

    /// Reads until the answer has this part.
    async fn expect(&mut self, part: &str) {
        let mut bytes = [0; 4096];
        while !self.answer.contains(part) {
            let read = timeout(Duration::from_secs(10), self.stream.read(&mut bytes)).await;
            let count = read.map_or(0, Result::unwrap);
            assert!(count > 0, "{part:?} does not come after {}", self.answer);
            self.answer += &String::from_utf8_lossy(&bytes[..count]);
        }
    }
}

#[tokio::test]
async fn many_names_at_one_address_share_its_part_of_the_queue() {
    let engine = SilentEngine::new();
    let app = TestApp::start_on(SandboxSettings {
        queue_max: 2,
        ..engine.settings(Duration::from_secs(60))
    });
    let server = app.listen().await;
    let (crowd, neighbour) = (Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 3));

    let mut first = Asked::at(server, crowd, "first").await;
    first.expect(r#""position":1"#).await;
    let mut second = Asked::at(server, crowd, "second").await;
    second.expect(r#""position":2"#).await;
    let mut third = Asked::at(server, crowd, "third").await;
    third.expect("HTTP/1.1 503").await;
    third.expect("busy").await;
    // If each name had a share of its own, the neighbour would be refused like the third.
    let mut other = Asked::at(server, neighbour, "fourth").await;
    other.expect(r#""position":2"#).await;
    second.expect("busy").await;
}

#[tokio::test]
async fn clients_of_a_trusted_proxy_have_their_own_parts() {
    let engine = SilentEngine::new();
    let proxy = Ipv4Addr::new(127, 0, 0, 9);
    let app = TestApp::start_behind(
        proxy,
        SandboxSettings {
            queue_max: 2,
            ..engine.settings(Duration::from_secs(60))
        },
    );
    let server = app.listen().await;
    let (crowd, neighbour) = ("198.51.100.7", "198.51.100.8");

    let mut first = Asked::through(server, proxy, crowd, "first").await;
    first.expect(r#""position":1"#).await;
    let mut second = Asked::through(server, proxy, crowd, "second").await;
    second.expect(r#""position":2"#).await;
    let mut third = Asked::through(server, proxy, crowd, "third").await;
    third.expect("busy").await;
    let mut other = Asked::through(server, proxy, neighbour, "fourth").await;
    other.expect(r#""position":2"#).await;
    second.expect("busy").await;
    // Who is no proxy says nothing that counts.
    let stranger = Ipv4Addr::new(127, 0, 0, 4);
    let mut fifth = Asked::through(server, stranger, "198.51.100.9", "fifth").await;
    fifth.expect("busy").await;
}

#[tokio::test]
async fn a_plain_client_that_waited_in_vain_has_a_status_and_a_page_its_place() {
    let engine = SilentEngine::new();
    let app = TestApp::start_on(engine.settings(Duration::from_secs(1)));
    let page = app.post("/api/run", run_request("x = 1", Some("page")));
    let (plain, page) = tokio::join!(app.run("x = 1"), page);
    let plain = plain.expect(503, "unavailable");
    assert!(plain.header("retry-after").parse::<u32>().unwrap() >= 1);
    let page = page.expect(200, r#""position":"#);
    // nginx would hold the events back, and nobody else may keep them.
    assert_eq!(page.header("x-accel-buffering"), "no");
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn requests_without_an_address_are_warned_of_once() {
    let log = Log::begin();
    let app = TestApp::start();
    let run = || {
        Request::post("/api/run")
            .header("content-type", "application/json")
            .body(Body::from(run_request("x = 1", None)))
            .unwrap()
    };
    let mut addressed = run();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000));
    addressed.extensions_mut().insert(ConnectInfo(address));
    app.send(addressed).await.expect(503, "unavailable");
    assert_eq!(log.lines_with(NO_ADDRESS), Vec::<String>::new());
    for _ in 0..3 {
        app.send(run()).await.expect(503, "unavailable");
    }
    let warnings = log.lines_with(NO_ADDRESS);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("WARN"), "{warnings:?}");
}
