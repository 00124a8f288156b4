//! The check of a request before the server functions see it.
//!
//! Leptos's own status for a body that it can't decode is 500; a request that can't be read is the
//! client's fault, so it is checked here and answered with 400, 413 or 415.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::RunError;

/// 64 KiB of program, each byte of which may be six in JSON (`\u0001`), and room for the rest.
pub(crate) const BODY_BYTES_MAX: usize = 512 * 1024;

/// Refuses calls of server functions unless their bodies are JSON of at most 512 KiB.
pub(crate) async fn check_request(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/api/") || request.method() != Method::POST {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let is_json = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    if !is_json {
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the content type must be application/json",
        );
    }
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        return refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body has more than 512 KiB, or broke off on the way",
        );
    };
    // A whole value is built: skipping one would let lone surrogates through.
    match serde_json::from_slice::<serde_json::Value>(&bytes) {
        Ok(_) => {
            next.run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
        Err(error) => refuse(
            StatusCode::BAD_REQUEST,
            &format!("the body is not JSON in UTF-8: {error}"),
        ),
    }
}

fn refuse(status: StatusCode, detail: &str) -> Response {
    let error = RunError::Malformed {
        detail: detail.to_owned(),
    };
    (status, Json(error)).into_response()
}
