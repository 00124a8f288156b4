//! A run's events as the response to the browser: lines of JSON.

use futures::stream::{Stream, StreamExt};
use protocol::{RunError, RunEvent};

use crate::api_error::ApiError;

/// Writes each event as a line of JSON.
pub(crate) fn to_lines(
    events: impl Stream<Item = RunEvent> + Send + 'static,
) -> impl Stream<Item = Result<String, ApiError>> + Send + 'static {
    events.map(|event| {
        let mut line = serde_json::to_string(&event).map_err(|_| ApiError(RunError::Broken))?;
        line.push('\n');
        Ok(line)
    })
}
