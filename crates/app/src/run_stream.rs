//! A run's events, read from the server's response as they come.

use std::pin::pin;

use futures::future::{self, Either};
use futures::stream::{self, Stream, StreamExt};
use protocol::{HEARTBEAT_S, RunError, RunEvent, RunRequest};

use crate::api::run_step;
use crate::browser;

/// Four times as long as the server ever keeps silent.
const SILENCE_LIMIT_S: u32 = 4 * HEARTBEAT_S;

/// Requests a run and reads its events as they come.
///
/// The stream has a `Finished` or ends with `Interrupted`: where the response breaks off, with
/// [`RunError::Transport`], where nothing comes any more, with [`RunError::Silent`], and where it
/// holds what this page does not know, with [`RunError::Unreadable`]. Dropping it, or the future
/// before it, aborts the request.
pub async fn run_events(request: RunRequest) -> Result<impl Stream<Item = RunEvent>, RunError> {
    let answer = unless_silent(run_step(request))
        .await?
        .map_err(|error| error.0)?;
    let chunks = answer.into_inner().boxed();
    Ok(stream::unfold(
        Some((chunks, Lines::default(), false)),
        |state| async move {
            let (mut chunks, mut lines, has_report) = state?;
            loop {
                if let Some(line) = lines.pop() {
                    let event = read(&line);
                    let is_last = matches!(event, RunEvent::Interrupted { .. });
                    if has_report && is_last {
                        return None;
                    }
                    let has_report = has_report || matches!(event, RunEvent::Finished { .. });
                    return Some((event, (!is_last).then_some((chunks, lines, has_report))));
                }
                let cut_off = match unless_silent(chunks.next()).await {
                    Ok(Some(Ok(chunk))) => {
                        lines.push(&chunk);
                        continue;
                    }
                    // The report is all that a run owes.
                    _ if has_report => return None,
                    Ok(Some(Err(error))) => error.0,
                    Ok(None) if browser::is_offline() => RunError::Offline,
                    Ok(None) => transport("the answer ended before the run did"),
                    Err(silent) => silent,
                };
                return Some((RunEvent::Interrupted { error: cut_off }, None));
            }
        },
    ))
}

/// What comes, or the error of a connection over which nothing came for too long.
async fn unless_silent<T>(coming: impl Future<Output = T>) -> Result<T, RunError> {
    let silence = pin!(browser::wait(SILENCE_LIMIT_S * 1000));
    match future::select(pin!(coming), silence).await {
        Either::Left((came, _)) => Ok(came),
        Either::Right(_) => Err(RunError::Silent {
            silent_s: SILENCE_LIMIT_S,
        }),
    }
}

fn read(line: &[u8]) -> RunEvent {
    serde_json::from_slice(line).unwrap_or_else(|error| RunEvent::Interrupted {
        error: RunError::Unreadable {
            detail: error.to_string(),
        },
    })
}

fn transport(detail: &str) -> RunError {
    RunError::Transport {
        detail: detail.to_owned(),
    }
}

/// Cuts bytes into lines, without the empty ones. The network cuts anywhere, in the middle of a
/// character too, so only whole lines are decoded.
#[derive(Debug, Default)]
struct Lines {
    bytes: Vec<u8>,
    read: usize,
}

impl Lines {
    fn push(&mut self, chunk: &[u8]) {
        self.bytes.drain(..self.read);
        self.read = 0;
        self.bytes.extend_from_slice(chunk);
    }

    fn pop(&mut self) -> Option<Vec<u8>> {
        loop {
            let unread = &self.bytes[self.read..];
            let length = unread.iter().position(|byte| *byte == b'\n')?;
            let line = unread[..length].to_vec();
            self.read += length + 1;
            if !line.is_empty() {
                return Some(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn lines_are_whole_however_the_network_cuts_them() {
        let text = "\n{\"a\":\"é\"}\n\n{}\n".as_bytes();
        for cut in 0..=text.len() {
            let mut lines = Lines::default();
            let mut found = Vec::new();
            for part in [&text[..cut], &text[cut..]] {
                lines.push(part);
                found.extend(std::iter::from_fn(|| lines.pop()));
            }
            assert_eq!(found, ["{\"a\":\"é\"}".as_bytes(), b"{}"], "cut at {cut}");
        }
    }

    #[test]
    fn an_unfinished_line_is_none() {
        let mut lines = Lines::default();
        lines.push(b"{\"a\"");
        assert_eq!(lines.pop(), None);
    }
}
