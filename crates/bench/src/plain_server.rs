//! A plain axum server that answers with what a server of ours has answered: what serving these bytes
//! costs where nothing has to be made of a course.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::routing::get;
use axum::serve::ListenerExt;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;
use tower_http::compression::CompressionLayer;

use crate::http_connection::WholeAnswer;
use crate::process::Process;

/// The argument that makes this program that server.
const ARGUMENT: &str = "--plain-server";

/// What is answered at a path.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RecordedAnswer {
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl RecordedAnswer {
    /// Of an answer that is not compressed. What each server writes by itself is left out.
    pub(crate) fn of(path: &str, answer: &WholeAnswer) -> anyhow::Result<Self> {
        let own = [
            header::DATE,
            header::CONTENT_LENGTH,
            header::TRANSFER_ENCODING,
            header::VARY,
        ];
        let kept = answer
            .headers
            .iter()
            .filter(|(name, _)| !own.contains(name));
        let headers = kept.map(|(name, value)| {
            let value = value.to_str().context("a header is not text")?;
            anyhow::Ok((name.to_string(), value.to_owned()))
        });
        Ok(Self {
            path: path.to_owned(),
            headers: headers.collect::<anyhow::Result<_>>()?,
            body: String::from_utf8(answer.body.to_vec()).context("a page is not text")?,
        })
    }

    fn headers(&self) -> anyhow::Result<HeaderMap> {
        let parsed = self.headers.iter().map(|(name, value)| {
            let name: HeaderName = name.parse()?;
            let value: HeaderValue = value.parse()?;
            anyhow::Ok((name, value))
        });
        parsed.collect()
    }
}

/// The plain server, in a process of its own as ours is.
#[derive(Debug)]
pub(crate) struct PlainServer {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

/// Starts one that has these answers.
pub(crate) async fn start(answers: &[RecordedAnswer]) -> anyhow::Result<PlainServer> {
    let own = std::env::current_exe().context("this program can't be found")?;
    let mut child = Command::new(own)
        .arg(ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("the plain server can't be started")?;
    let mut stdin = child.stdin.take().context("it takes no answers")?;
    stdin.write_all(&serde_json::to_vec(answers)?).await?;
    drop(stdin);
    let stdout = child.stdout.take().context("it does not say its address")?;
    let mut address = String::new();
    BufReader::new(stdout).read_line(&mut address).await?;
    let address: SocketAddr = address
        .trim()
        .parse()
        .context("the plain server does not start")?;
    Ok(PlainServer {
        process: Process::new(child)?,
        address,
    })
}

/// Serves what is read from the standard input, until it is killed; its address goes to the standard
/// output.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let answers: Vec<RecordedAnswer> = serde_json::from_str(&text)?;
    let mut router = Router::new();
    for answer in answers {
        let headers = answer.headers()?;
        let body = Bytes::from(answer.body);
        router = router.route(
            &answer.path,
            get(async move || (headers.clone(), body.clone())),
        );
    }
    let router = router.layer(CompressionLayer::new());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    crate::screen::print(&format!("{}\n", listener.local_addr()?));
    let listener = listener.tap_io(|stream| {
        // Where this fails, the connection has ended.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await?;
    Ok(())
}
