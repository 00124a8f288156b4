//! A connection to a server that is kept from request to request, as a browser's is.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A connection that is kept from request to request.
#[derive(Debug)]
pub(crate) struct HttpConnection {
    sender: SendRequest<Body>,
    address: SocketAddr,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct WholeAnswer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl HttpConnection {
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .context("the server can't be reached")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // How it ends is told by the request that it can't serve any more.
        tokio::spawn(connection);
        Ok(Self { sender, address })
    }

    /// Sends a request and returns the answer as soon as its head is there.
    pub(crate) async fn send(
        &mut self,
        mut request: Request<Body>,
    ) -> anyhow::Result<Response<Incoming>> {
        let host = self.address.to_string().parse()?;
        request.headers_mut().insert(header::HOST, host);
        self.sender.ready().await?;
        Ok(self.sender.send_request(request).await?)
    }

    /// Gets a page, which must be there, and its length in bytes as they came.
    pub(crate) async fn get(&mut self, path: &str, encoding: &str) -> anyhow::Result<WholeAnswer> {
        let request = Request::get(path)
            .header(header::ACCEPT_ENCODING, encoding)
            .body(Body::empty())?;
        let answer = self.send(request).await?;
        if answer.status() != StatusCode::OK {
            bail!("{path} is answered with {}", answer.status());
        }
        let (head, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(WholeAnswer {
            headers: head.headers,
            body,
        })
    }
}
