//! Requests of other sites, by other names, through proxies, and much too slow ones.

use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use futures::{FutureExt, StreamExt, stream};
use server::{ConnectionLimits, HttpSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::log::Log;
use crate::test_app::TestApp;

fn call(headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::post("/api/courses").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from("{}")).unwrap()
}

#[tokio::test]
async fn a_name_that_is_not_ours_is_told_whom_to_ask() {
    let log = Log::begin();
    let app = TestApp::start_for(HttpSettings {
        hosts: "learn.example.org".parse().unwrap(),
        ..HttpSettings::default()
    });
    let get = |path: &str, host: &str| {
        let request = Request::get(path).header("host", host);
        app.send(request.body(Body::empty()).unwrap())
    };
    for host in ["localhost:3000", "learn.example.org", "192.0.2.1:3000"] {
        get("/", host).await.expect(200, "CodeAlong");
    }
    for _ in 0..2 {
        let answer = get("/", "rebound.example.org").await;
        answer.expect(421, "CODEALONG_HOSTS");
    }
    let warnings = log.lines_with("rebound.example.org");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    // A balancer asks by whatever name.
    get("/healthz", "10.0.0.7.internal").await.expect(200, "");
    get("/readyz", "10.0.0.7.internal").await.expect(503, "");
}

#[tokio::test]
async fn metrics_are_not_read_by_another_name() {
    let app = TestApp::start();
    app.get("/metrics").await.expect(404, "");
    let rebound = Request::get("/metrics").header("host", "rebound.example.org");
    let answer = app
        .send_as_owner(rebound.body(Body::empty()).unwrap())
        .await;
    answer.expect(421, "CODEALONG_HOSTS");
    let rebound = Request::get("/readyz").header("host", "rebound.example.org");
    let answer = app
        .send_as_owner(rebound.body(Body::empty()).unwrap())
        .await;
    answer.expect(421, "CODEALONG_HOSTS");
}

#[tokio::test]
async fn a_request_that_names_no_path_is_refused() {
    let app = TestApp::start();
    let server = app.listen().await;
    for target in ["localhost", "*"] {
        let mut client = connect(server, 2).await;
        let request = format!("GET {target} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        let answer = rest(&mut client).await;
        assert!(answer.starts_with("HTTP/1.0 400"), "{target}: {answer}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_calls_nothing() {
    let app = TestApp::start();
    for foreign in [
        ("origin", "https://evil.example.org"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        app.send(call(&[foreign])).await.expect(403, "another site");
    }
    for own in [
        ("origin", "http://localhost"),
        ("sec-fetch-site", "same-origin"),
        ("accept", "*/*"),
    ] {
        app.send(call(&[own])).await.expect(200, "redis");
    }
    // A link from elsewhere is no call, and a WebSocket is one.
    let link = Request::get("/").header("sec-fetch-site", "cross-site");
    app.send(link.body(Body::empty()).unwrap())
        .await
        .expect(200, "");
    let socket = Request::get("/")
        .header("upgrade", "websocket")
        .header("origin", "https://evil.example.org");
    let answer = app.send(socket.body(Body::empty()).unwrap()).await;
    answer.expect(403, "another site");
}

#[tokio::test]
async fn a_content_type_is_read_and_not_guessed() {
    let app = TestApp::start();
    for (content_type, status) in [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("application/jsonp", 415),
        ("application/json-patch+json", 415),
        ("text/plain; application/json", 415),
        ("", 415),
    ] {
        let request = Request::post("/api/courses").header("content-type", content_type);
        let answer = app.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{content_type}");
    }
}

#[tokio::test]
async fn a_path_that_no_file_can_have_is_not_found() {
    let app = TestApp::start();
    for path in [
        format!("/{}", "a".repeat(300)),
        format!("/{}", "a".repeat(254)),
        format!("/courses/{}", "a".repeat(300)),
        "/pkg/%00".to_owned(),
        format!("/pkg{}", "/ab".repeat(2000)),
    ] {
        for method in ["GET", "HEAD"] {
            let request = Request::builder()
                .method(method)
                .uri(&path)
                .header("accept-encoding", "br, gzip");
            let answer = app.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status.as_u16(), 404, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_page_may_be_framed_by_the_sites_that_are_named() {
    let policy = async |app: &TestApp| {
        let answer = app.get("/").await;
        answer.header("content-security-policy").to_owned()
    };
    let told = policy(&TestApp::start()).await;
    assert!(told.contains("frame-ancestors 'none'"), "{told}");
    let app = TestApp::start_for(HttpSettings {
        frame_ancestors: "https://moodle.example.org".to_owned(),
        ..HttpSettings::default()
    });
    let told = policy(&app).await;
    assert!(
        told.contains("frame-ancestors https://moodle.example.org;"),
        "{told}"
    );
}

/// Whether the reverse proxy leaves the base path in requests or removes it.
#[tokio::test]
async fn the_whole_site_may_be_under_a_path() {
    let app = TestApp::start_for(HttpSettings {
        base_path: "/learn".parse().unwrap(),
        ..HttpSettings::default()
    });
    for prefix in ["/learn", ""] {
        let at = |path: &str| format!("{prefix}{path}");
        let page = app.get(&at("/courses/redis/get")).await;
        let page = page.expect(200, "data-base-path=\"/learn\"");
        let links = page.body.split([' ', '>']).filter_map(|attribute| {
            let address = attribute
                .strip_prefix("href=\"")
                .or_else(|| attribute.strip_prefix("src=\""))?;
            address.starts_with('/').then_some(address)
        });
        let links: Vec<&str> = links.collect();
        assert!(links.len() > 3, "{links:?}");
        for link in links {
            assert!(link.starts_with("/learn/"), "{link}");
        }
        app.get(&at("/healthz")).await.expect(200, "alive");
        app.get(&at("/courses/nothing"))
            .await
            .expect(404, "/learn/");
        let call = Request::post(at("/api/courses")).header("content-type", "application/json");
        let answer = app.send(call.body(Body::from("{}")).unwrap()).await;
        answer.expect(200, "redis");
    }
    app.get("/learn")
        .await
        .expect(200, "href=\"/learn/courses/redis\"");
    app.get("/learning").await.expect(404, "");
}

#[tokio::test]
async fn a_proxy_that_nobody_trusts_is_warned_of_once() {
    let log = Log::begin();
    let app = TestApp::start();
    for _ in 0..2 {
        let mut request = call(&[("x-forwarded-for", "198.51.100.7")]);
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000));
        request.extensions_mut().insert(ConnectInfo(peer));
        app.send(request).await.expect(200, "redis");
    }
    let warnings = log.lines_with("CODEALONG_TRUSTED_PROXIES");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
}

/// A request whose body stops in its middle.
fn unfinished() -> Request<Body> {
    let begun = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
    let body = Body::from_stream(begun.chain(stream::once(pending())));
    let request = Request::post("/api/courses").header("content-type", "application/json");
    request.body(body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_given_up() {
    let app = TestApp::start();
    app.send(unfinished()).await.expect(408, "20 s");
}

#[tokio::test(start_paused = true)]
async fn where_no_body_has_room_a_client_is_told_when_to_try_again() {
    let app = TestApp::start();
    let mut slow: Vec<_> = (0..64).map(|_| Box::pin(app.send(unfinished()))).collect();
    for body in &mut slow {
        assert!(body.now_or_never().is_none());
    }
    let refused = app.send(call(&[])).await.expect(503, "busy");
    assert_eq!(refused.header("retry-after"), "5");
    tokio::time::sleep(Duration::from_secs(2)).await;
    app.send(call(&[])).await.expect(200, "redis");
    let given_up = slow.iter_mut().filter_map(|body| body.now_or_never());
    let statuses: Vec<u16> = given_up.map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses, [408]);
}

/// Far longer than the limits of `hasty`.
const GIVES_UP_WITHIN: Duration = Duration::from_secs(30);

async fn connect(server: SocketAddr, last_number: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    let from = Ipv4Addr::new(127, 0, 0, last_number);
    socket.bind((from, 0).into()).unwrap();
    socket.connect(server).await.unwrap()
}

/// All that comes until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = timeout(GIVES_UP_WITHIN, stream.read_to_end(&mut answer)).await;
    // A connection that was refused may also be reset.
    let _how = read.expect("the server goes on waiting");
    String::from_utf8_lossy(&answer).into_owned()
}

fn hasty() -> ConnectionLimits {
    ConnectionLimits {
        head_timeout: Duration::from_millis(200),
        write_timeout: Duration::from_millis(200),
        ..ConnectionLimits::default()
    }
}

#[tokio::test]
async fn a_head_that_never_ends_and_a_client_that_asks_nothing_more_are_given_up() {
    let app = TestApp::start();
    let server = app.listen_with(hasty()).await;
    let mut silent = connect(server, 2).await;
    let mut slow = connect(server, 2).await;
    slow.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-More: ")
        .await
        .unwrap();
    let mut idle = connect(server, 2).await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    assert!(!rest(&mut silent).await.contains("200 OK"));
    assert!(!rest(&mut slow).await.contains("200 OK"));
    let answer = rest(&mut idle).await;
    assert!(
        answer.contains("200 OK") && answer.contains("alive"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_client_that_never_reads_is_given_up() {
    let app = TestApp::start();
    let limits = ConnectionLimits {
        // One for each of two addresses.
        connections_max: 2,
        ..hasty()
    };
    let server = app.listen_with(limits).await;
    let mut deaf = connect(server, 2).await;
    // More than the kernel holds for both.
    let request = "GET /plain.txt HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(40_000);
    let asking = tokio::spawn(async move {
        let _ = deaf.write_all(request.as_bytes()).await;
        deaf
    });
    let (begin, mut answer) = (Instant::now(), String::new());
    while !answer.contains("200 OK") {
        assert!(begin.elapsed() < GIVES_UP_WITHIN, "it is never given up");
        tokio::time::sleep(Duration::from_millis(20)).await;
        let mut next = connect(server, 2).await;
        let _ = next
            .write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            .await;
        answer = rest(&mut next).await;
    }
    drop(asking.await.unwrap());
}

#[tokio::test]
async fn the_connections_of_one_address_leave_room_for_those_of_another() {
    let app = TestApp::start();
    let server = app
        .listen_with(ConnectionLimits {
            connections_max: 8,
            ..ConnectionLimits::default()
        })
        .await;
    let mut crowd = Vec::new();
    for _ in 0..4 {
        crowd.push(connect(server, 2).await);
    }
    let mut one_more = connect(server, 2).await;
    let request = b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n";
    // It may be refused before it has asked.
    let _ = one_more.write_all(request).await;
    let refused = rest(&mut one_more).await;
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    assert!(refused.contains("Retry-After"), "{refused}");
    let mut other = connect(server, 3).await;
    other
        .write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let answer = rest(&mut other).await;
    assert!(answer.contains("200 OK"), "{answer}");
    drop(crowd);
}
