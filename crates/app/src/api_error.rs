//! What a server function answers where it has to refuse or fails.

use std::fmt;

#[cfg(feature = "ssr")]
use axum::http::{HeaderValue, StatusCode, header};
#[cfg(feature = "ssr")]
use leptos::prelude::use_context;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
#[cfg(feature = "ssr")]
use leptos_axum::ResponseOptions;
use protocol::RunError;
use serde::{Deserialize, Serialize};

use crate::browser;

/// A server function's error: [`RunError`] as Leptos wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiError(pub RunError);

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for ApiError {}

impl From<RunError> for ApiError {
    fn from(error: RunError) -> Self {
        Self(error)
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let detail = error.to_string();
        // What the server can't decode is a request; what a browser can't decode is a response.
        #[cfg(feature = "ssr")]
        if let ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Args(_) = error {
            return refuse(RunError::Malformed { detail });
        }
        #[cfg(not(feature = "ssr"))]
        if let ServerFnErrorErr::Deserialization(_) = error {
            return Self(RunError::Unreadable { detail });
        }
        if browser::is_offline() {
            return Self(RunError::Offline);
        }
        Self(RunError::Transport { detail })
    }
}

/// Gives the response an error's HTTP status, and `Retry-After` where it helps.
#[cfg(feature = "ssr")]
pub(crate) fn refuse(error: RunError) -> ApiError {
    if let Some(options) = use_context::<ResponseOptions>() {
        let status =
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        options.set_status(status);
        if let Some(seconds) = error.retry_after_s() {
            options.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
    ApiError(error)
}
