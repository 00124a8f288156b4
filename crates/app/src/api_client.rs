//! How a browser calls the server functions: as Leptos does, but an answer that is not the server's
//! is told by its status.

use std::future::Future;

use futures::{Sink, Stream};
use leptos::server_fn::Bytes;
use leptos::server_fn::client::Client;
use leptos::server_fn::client::browser::BrowserClient;
use leptos::server_fn::request::browser::BrowserRequest;
use leptos::server_fn::response::ClientRes;
use leptos::server_fn::response::browser::BrowserResponse;
use protocol::RunError;

use crate::api_error::ApiError;

/// A `fetch` in the browser.
#[derive(Debug)]
pub struct ApiClient;

impl Client<ApiError> for ApiClient {
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    async fn send(request: BrowserRequest) -> Result<BrowserResponse, ApiError> {
        let response = <BrowserClient as Client<ApiError>>::send(request).await?;
        let status = ClientRes::<ApiError>::status(&response);
        if is_html(&response) {
            return Err(RunError::Gateway { status }.into());
        }
        if !(400..=599).contains(&status) {
            return Ok(response);
        }
        let body = ClientRes::<ApiError>::try_into_bytes(response).await?;
        Err(serde_json::from_slice(&body).unwrap_or(RunError::Gateway { status }.into()))
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (
                impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
                impl Sink<Bytes> + Send + 'static,
            ),
            ApiError,
        >,
    > + Send {
        <BrowserClient as Client<ApiError>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<ApiError>>::spawn(future);
    }
}

/// Gateways, and the sign-in pages of networks, answer in HTML; the server functions never do.
fn is_html(response: &BrowserResponse) -> bool {
    response
        .generate_headers()
        .get("content-type")
        .is_some_and(|content_type| content_type.as_bytes().starts_with(b"text/html"))
}
