//! The headers that isolate a page from other sites.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

const EVERY_ANSWER: [(HeaderName, HeaderValue); 3] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Adds what every answer has, unless it says otherwise itself.
pub(crate) fn add_headers_of_every_answer<B>(mut response: Response<B>) -> Response<B> {
    let headers = response.headers_mut();
    for (name, value) in EVERY_ANSWER {
        headers.entry(name).or_insert(value);
    }
    response
}

const STREAM: &str = "application/octet-stream";

/// Marks the stream of a run's events for proxies: nginx would hold them back until they are many,
/// most of all where it compresses, and nobody else may keep them.
pub(crate) fn keep_streams_flowing(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value == STREAM)
    {
        let no = HeaderValue::from_static("no");
        headers.insert(HeaderName::from_static("x-accel-buffering"), no);
        let no_store = HeaderValue::from_static("no-store");
        headers.insert(header::CACHE_CONTROL, no_store);
    }
    response
}

/// Sets the Content-Security-Policy of the page that is being rendered.
///
/// Monaco writes inline styles and starts its worker from our origin; wasm needs
/// `'wasm-unsafe-eval'`; cargo-leptos reloads the page over a WebSocket of its own in development.
pub(crate) fn add_content_security_policy(reload: bool, frame_ancestors: &str) {
    let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    let connect = if reload { "'self' ws:" } else { "'self'" };
    let policy = format!(
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {frame_ancestors}; \
         script-src 'strict-dynamic' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; \
         worker-src 'self' blob:; manifest-src 'self'; connect-src {connect}"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        options.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
}
