//! The check of a request before the server functions see it.
//!
//! Leptos's own status for a body that it can't decode is 500; a request that can't be read is the
//! client's fault, so it is checked here and answered with 400, 413 or 415.

use std::net::SocketAddr;

use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mime::Mime;
use protocol::RunError;

use crate::bodies::{BODY_BYTES_MAX, BODY_TIMEOUT, Bodies, NoBody};

/// How long a client waits before it tries again, where there is no room for its body.
const RETRY_AFTER_S: u32 = 5;

/// Refuses calls of server functions unless their bodies are JSON of at most 512 KiB, which comes in
/// time.
pub(crate) async fn check_request(
    State(bodies): State<Bodies>,
    request: Request,
    next: Next,
) -> Response {
    if !request.uri().path().starts_with("/api/") || request.method() != Method::POST {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the content type must be application/json",
        );
    }
    let address = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let address = address.map(|connected| connected.ip());
    let bytes = match bodies.read(body, address).await {
        Ok(bytes) => bytes,
        Err(NoBody::NoRoom) => return refuse_for_now(),
        Err(NoBody::TooLong) => {
            return refuse(
                StatusCode::PAYLOAD_TOO_LARGE,
                &format!(
                    "the body has more than {} KiB, or broke off on the way",
                    BODY_BYTES_MAX / 1024
                ),
            );
        }
        Err(NoBody::TooSlow) => {
            return refuse(
                StatusCode::REQUEST_TIMEOUT,
                &format!(
                    "the body came too slowly: it has {} s at most, and less where there are many",
                    BODY_TIMEOUT.as_secs()
                ),
            );
        }
    };
    if let Some(error) = error_in(&bytes) {
        return refuse(
            StatusCode::BAD_REQUEST,
            &format!("the body is not JSON in UTF-8: {error}"),
        );
    }
    next.run(Request::from_parts(parts, Body::from(bytes)))
        .await
}

/// Why a body is not JSON, if it is not.
///
/// A whole value is built, as skipping one would let lone surrogates through. It can be forty times
/// as large as its text, so it is gone before the request waits for anything.
fn error_in(bytes: &[u8]) -> Option<serde_json::Error> {
    serde_json::from_slice::<serde_json::Value>(bytes).err()
}

fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(header::CONTENT_TYPE).map(HeaderValue::to_str);
    let parsed = text.and_then(|text| text.ok()?.parse::<Mime>().ok());
    parsed.is_some_and(|found| found.essence_str() == mime::APPLICATION_JSON.essence_str())
}

fn refuse_for_now() -> Response {
    let error = RunError::Busy {
        retry_after_s: RETRY_AFTER_S,
    };
    let retry_after = [(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S))];
    (StatusCode::SERVICE_UNAVAILABLE, retry_after, Json(error)).into_response()
}

pub(crate) fn refuse(status: StatusCode, detail: &str) -> Response {
    let error = RunError::Malformed {
        detail: detail.to_owned(),
    };
    (status, Json(error)).into_response()
}
