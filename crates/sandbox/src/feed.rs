//! The way of a run's events to whoever watches it: bounded, though the watcher may be slow.
//!
//! A plain bounded channel would let a slow browser hold up the reading of the container, and
//! the learner would see a time-out that is our fault. A plain unbounded one would keep each byte
//! of a program that prints byte by byte in an event of its own. So output that nobody has taken
//! yet is joined, and a place in the queue that nobody has seen is replaced by the newer one.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures::Stream;
use tokio::sync::Notify;

use crate::{JobEvent, SandboxError};

/// Both ends of a new feed.
pub(crate) fn feed() -> (FeedWriter, JobStream) {
    let shared = Arc::new(Shared {
        state: Mutex::new(State::default()),
        reader_left: Notify::new(),
    });
    let reader = JobStream {
        shared: Arc::clone(&shared),
    };
    (FeedWriter { shared }, reader)
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    reader_left: Notify,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic halfway through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Result<JobEvent, SandboxError>>,
    writer_left: bool,
    reader_left: bool,
    waker: Option<Waker>,
}

/// The run's end of the feed.
#[derive(Debug)]
pub(crate) struct FeedWriter {
    shared: Arc<Shared>,
}

impl FeedWriter {
    /// Adds an event.
    pub(crate) fn send(&self, event: JobEvent) {
        self.push(Ok(event));
    }

    /// Adds the fault that ends the run.
    pub(crate) fn fail(&self, error: SandboxError) {
        self.push(Err(error));
    }

    /// Whether nobody watches any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.shared.state().reader_left
    }

    /// Ends when nobody watches any more.
    pub(crate) async fn closed(&self) {
        loop {
            let left = self.shared.reader_left.notified();
            if self.is_closed() {
                return;
            }
            left.await;
        }
    }

    fn push(&self, item: Result<JobEvent, SandboxError>) {
        let mut state = self.shared.state();
        if state.reader_left {
            return;
        }
        match (state.events.back_mut(), item) {
            (Some(Ok(JobEvent::Output(last))), Ok(JobEvent::Output(next)))
                if last.stream == next.stream && last.launch == next.launch =>
            {
                last.text.push_str(&next.text);
            }
            (Some(Ok(JobEvent::Queued { place })), Ok(JobEvent::Queued { place: newer })) => {
                *place = newer;
            }
            (_, item) => state.events.push_back(item),
        }
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for FeedWriter {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.writer_left = true;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A run's events, as they come. Dropping it cancels the run.
#[derive(Debug)]
pub struct JobStream {
    shared: Arc<Shared>,
}

impl Stream for JobStream {
    type Item = Result<JobEvent, SandboxError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut state = self.shared.state();
        match state.events.pop_front() {
            Some(event) => Poll::Ready(Some(event)),
            None if state.writer_left => Poll::Ready(None),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for JobStream {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.reader_left = true;
        state.events.clear();
        drop(state);
        self.shared.reader_left.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use lesson::{OutputChunk, OutputStream};

    use super::*;

    fn output(text: &str) -> JobEvent {
        JobEvent::Output(OutputChunk {
            launch: 1,
            stream: OutputStream::Stdout,
            text: text.to_owned(),
        })
    }

    #[tokio::test]
    async fn output_that_nobody_took_yet_is_joined() {
        let (writer, mut reader) = feed();
        for _ in 0..1000 {
            writer.send(output("x"));
        }
        drop(writer);
        let first = reader.next().await.unwrap().unwrap();
        assert_eq!(first, output(&"x".repeat(1000)));
        assert!(reader.next().await.is_none());
    }

    #[tokio::test]
    async fn only_the_newest_place_is_told() {
        let (writer, mut reader) = feed();
        for place in [3, 2, 1] {
            writer.send(JobEvent::Queued { place });
        }
        let first = reader.next().await.unwrap().unwrap();
        assert_eq!(first, JobEvent::Queued { place: 1 });
    }

    #[tokio::test]
    async fn a_reader_that_leaves_is_noticed() {
        let (writer, reader) = feed();
        let watch = tokio::spawn(async move {
            writer.closed().await;
            writer.is_closed()
        });
        tokio::task::yield_now().await;
        drop(reader);
        assert!(watch.await.unwrap());
    }

    #[tokio::test]
    async fn a_waiting_reader_is_woken() {
        let (writer, mut reader) = feed();
        let watch = tokio::spawn(async move { reader.next().await });
        tokio::task::yield_now().await;
        writer.send(JobEvent::Started);
        assert_eq!(watch.await.unwrap().unwrap().unwrap(), JobEvent::Started);
    }
}
