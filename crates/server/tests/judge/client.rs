//! An HTTP client that may leave at any moment, and a count of the engine's containers.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use protocol::{Program, Report, RunEvent};
use sandbox::SandboxSettings;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// Requests a run of the first step; returns the connection, on which the answer comes. A page
/// gives itself a name, a plain client does not.
pub(crate) async fn ask_for_run(
    server: SocketAddr,
    program: &str,
    name: Option<&str>,
) -> TcpStream {
    let body = serde_json::json!({
        "request": {
            "course": "redis",
            "step": "listen",
            "program": Program::of_one_file(program),
            "client": name,
        }
    })
    .to_string();
    let mut stream = TcpStream::connect(server).await.unwrap();
    // A page takes compressed answers, and a proxy may compress what the server does not.
    let encoding = name.map_or("", |_| "Accept-Encoding: gzip\r\n");
    let head = format!(
        "POST /api/run HTTP/1.0\r\nHost: {server}\r\nContent-Type: application/json\r\n\
         {encoding}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    stream
}

/// Reads a run's answer to its end, which must be a report.
pub(crate) async fn report_on(mut stream: TcpStream) -> Report {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let events = body.lines().map(serde_json::from_str);
    let report = events.flatten().find_map(|event| match event {
        RunEvent::Finished { report } => Some(*report),
        _ => None,
    });
    report.unwrap_or_else(|| panic!("the run has no verdict: {answer}"))
}

/// The server's answer with its head; none where nothing listens.
pub(crate) async fn get(server: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(server).await.ok()?;
    Some(ask(&mut stream, path).await)
}

/// How many containers of an owner the engine lists, in any state.
pub(crate) async fn containers_of(owner: &str) -> usize {
    let host = SandboxSettings::default().docker_host;
    let path = host.strip_prefix("unix://").expect("a local engine");
    let mut stream = UnixStream::connect(path).await.unwrap();
    let filters = format!("%7B%22label%22%3A%5B%22codealong.owner%3D{owner}%22%5D%7D");
    let answer = ask(
        &mut stream,
        &format!("/containers/json?all=1&filters={filters}"),
    )
    .await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 "), "{answer}");
    let found: Vec<serde_json::Value> = serde_json::from_str(body).unwrap();
    found.len()
}

async fn ask(stream: &mut (impl AsyncReadExt + AsyncWrite + Unpin), path: &str) -> String {
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Waits until a condition holds, and panics where that takes too long.
pub(crate) async fn until(what: &str, within: Duration, mut holds: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !holds().await {
        assert!(begin.elapsed() < within, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
