//! A run's events as the response to the browser: lines of JSON.

use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use protocol::{HEARTBEAT_S, RunError, RunEvent};

use crate::api_error::ApiError;

/// Writes each event as a line of JSON, and an empty line where none has come for a while: so the
/// browser tells a long wait from a connection that is dead.
pub(crate) fn to_lines(
    events: impl Stream<Item = RunEvent> + Send + 'static,
) -> impl Stream<Item = Result<String, ApiError>> + Send + 'static {
    lines_of(events, Duration::from_secs(HEARTBEAT_S.into()))
}

fn lines_of(
    events: impl Stream<Item = RunEvent> + Send + 'static,
    heartbeat: Duration,
) -> impl Stream<Item = Result<String, ApiError>> + Send + 'static {
    stream::unfold(Box::pin(events), move |mut events| async move {
        match tokio::time::timeout(heartbeat, events.next()).await {
            Ok(event) => Some((to_line(&event?), events)),
            Err(_) => Some((Ok("\n".to_owned()), events)),
        }
    })
}

fn to_line(event: &RunEvent) -> Result<String, ApiError> {
    let mut line = serde_json::to_string(event).map_err(|_| ApiError(RunError::Broken))?;
    line.push('\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn a_silence_is_filled_with_empty_lines() {
        let (sender, events) = futures::channel::mpsc::unbounded();
        let mut lines = pin!(lines_of(events, Duration::from_millis(1)).map(Result::unwrap));
        assert_eq!(lines.next().await.as_deref(), Some("\n"));
        assert_eq!(lines.next().await.as_deref(), Some("\n"));
        sender
            .unbounded_send(RunEvent::Queued { position: 1 })
            .unwrap();
        drop(sender);
        let rest: Vec<String> = lines.filter(|line| ready(line != "\n")).collect().await;
        assert_eq!(rest.len(), 1, "{rest:?}");
        assert!(rest[0].contains("\"position\":1"), "{rest:?}");
    }
}
