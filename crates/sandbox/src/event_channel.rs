//! The channel of a run's events to their reader: bounded, though the reader may be slow.
//!
//! A plain bounded channel would let a slow browser delay the reading of the container, and the
//! learner would see a time-out that is our fault. An unbounded one would keep each byte of a
//! program that prints byte by byte in an event of its own. So output that is not yet read is
//! joined, and a queue position that is not yet read is replaced by the newer one. A reader that
//! takes nothing for long, or leaves too much unread, counts as gone, whatever its connection says:
//! it occupies neither a container nor memory.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures::Stream;
use tokio::sync::Notify;
use tracing::info;

use crate::{JobEvent, SandboxError};

/// How long events may be unread. A browser that slept or lost its network has to ask for its run
/// again.
const UNREAD_FOR_MAX: Duration = Duration::from_secs(30);

/// How many bytes of events may be unread when another comes: a hundred times what an honest
/// program's run sends.
const UNREAD_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Both ends of a new channel. Must be called inside a tokio runtime.
pub(crate) fn event_channel() -> (EventSender, JobStream) {
    event_channel_for(UNREAD_FOR_MAX)
}

fn event_channel_for(unread_for_max: Duration) -> (EventSender, JobStream) {
    let channel = Arc::new(Channel {
        buffer: Mutex::new(Buffer::default()),
        reader_left: Notify::new(),
    });
    // It outlives the run: unread events stay until they are read.
    tokio::spawn(give_up_when_unread(
        Arc::downgrade(&channel),
        unread_for_max,
    ));
    let reader = JobStream {
        channel: Arc::clone(&channel),
    };
    (EventSender { channel }, reader)
}

#[derive(Debug)]
struct Channel {
    buffer: Mutex<Buffer>,
    reader_left: Notify,
}

impl Channel {
    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        // Nothing that holds the lock can panic halfway through a change.
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives up on the reader, which finds nothing but the reason for it.
    fn give_up(&self, mut buffer: MutexGuard<'_, Buffer>) {
        if buffer.reader_left {
            return;
        }
        info!(
            bytes = buffer.unread_bytes,
            "Nobody takes a run's events; the run counts as left"
        );
        buffer.end_reading();
        buffer.events.push_back(PendingEvent {
            event: Err(SandboxError::Unread),
            bytes: 0,
        });
        drop(buffer);
        self.reader_left.notify_waiters();
    }
}

#[derive(Debug, Default)]
struct Buffer {
    events: VecDeque<PendingEvent>,
    unread_bytes: usize,
    /// Since when there are events and the reader takes none.
    unread_since: Option<Instant>,
    writer_left: bool,
    /// It was dropped, or given up on.
    reader_left: bool,
    waker: Option<Waker>,
}

#[derive(Debug)]
struct PendingEvent {
    event: Result<JobEvent, SandboxError>,
    bytes: usize,
}

impl Buffer {
    /// Drops what is unread: nobody reads any more.
    fn end_reading(&mut self) {
        self.reader_left = true;
        self.events = VecDeque::new();
        self.unread_bytes = 0;
        self.unread_since = None;
    }
}

async fn give_up_when_unread(channel: Weak<Channel>, unread_for_max: Duration) {
    loop {
        tokio::time::sleep(unread_for_max / 4).await;
        let Some(channel) = channel.upgrade() else {
            return;
        };
        let buffer = channel.buffer();
        let since = buffer.unread_since;
        if since.is_some_and(|since| since.elapsed() >= unread_for_max) {
            channel.give_up(buffer);
            return;
        }
    }
}

/// The run's end of the channel.
#[derive(Debug)]
pub(crate) struct EventSender {
    channel: Arc<Channel>,
}

impl EventSender {
    /// Sends an event of a few bytes.
    pub(crate) fn send(&self, event: JobEvent) {
        self.push(Ok(event), 0);
    }

    /// Sends an event that takes about this many bytes.
    pub(crate) fn send_bytes(&self, event: JobEvent, bytes: usize) {
        self.push(Ok(event), bytes);
    }

    /// Sends the fault that ends the run.
    pub(crate) fn fail(&self, error: SandboxError) {
        self.push(Err(error), 0);
    }

    /// Whether nobody reads any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.channel.buffer().reader_left
    }

    /// Ends when nobody reads any more.
    pub(crate) async fn closed(&self) {
        loop {
            let left = self.channel.reader_left.notified();
            if self.is_closed() {
                return;
            }
            left.await;
        }
    }

    fn push(&self, event: Result<JobEvent, SandboxError>, bytes: usize) {
        let mut buffer = self.channel.buffer();
        if buffer.reader_left {
            return;
        }
        if buffer.unread_bytes > UNREAD_BYTES_MAX {
            self.channel.give_up(buffer);
            return;
        }
        let last = buffer.events.back_mut();
        match (last.map(|last| (&mut last.event, &mut last.bytes)), event) {
            (Some((Ok(JobEvent::Output(last)), of_last)), Ok(JobEvent::Output(next)))
                if last.is_followed_by(&next) =>
            {
                last.text.push_str(&next.text);
                *of_last += bytes;
            }
            (
                Some((Ok(JobEvent::Queued { position }), _)),
                Ok(JobEvent::Queued { position: newer }),
            ) => {
                *position = newer;
            }
            (_, event) => buffer.events.push_back(PendingEvent { event, bytes }),
        }
        buffer.unread_bytes += bytes;
        buffer.unread_since.get_or_insert_with(Instant::now);
        let waker = buffer.waker.take();
        drop(buffer);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for EventSender {
    fn drop(&mut self) {
        let mut buffer = self.channel.buffer();
        buffer.writer_left = true;
        let waker = buffer.waker.take();
        drop(buffer);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A run's events, as they come. Dropping it cancels the run.
#[derive(Debug)]
pub struct JobStream {
    channel: Arc<Channel>,
}

impl Stream for JobStream {
    type Item = Result<JobEvent, SandboxError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut buffer = self.channel.buffer();
        match buffer.events.pop_front() {
            Some(PendingEvent { event, bytes }) => {
                buffer.unread_bytes -= bytes;
                buffer.unread_since = (!buffer.events.is_empty()).then(Instant::now);
                Poll::Ready(Some(event))
            }
            None if buffer.writer_left => Poll::Ready(None),
            None => {
                buffer.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for JobStream {
    fn drop(&mut self) {
        let mut buffer = self.channel.buffer();
        buffer.end_reading();
        drop(buffer);
        self.channel.reader_left.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use protocol::{OutputChunk, OutputStream, StepId, TestId};

    use super::*;

    fn output(text: &str) -> JobEvent {
        JobEvent::Output(OutputChunk {
            test: None,
            launch: 1,
            stream: OutputStream::Stdout,
            text: text.to_owned(),
        })
    }

    #[tokio::test]
    async fn unread_output_is_joined() {
        let (writer, mut reader) = event_channel();
        for _ in 0..1000 {
            writer.send(output("x"));
        }
        drop(writer);
        let first = reader.next().await.unwrap().unwrap();
        assert_eq!(first, output(&"x".repeat(1000)));
        assert!(reader.next().await.is_none());
    }

    #[tokio::test]
    async fn unread_output_keeps_its_tests_apart() {
        let (writer, mut reader) = event_channel();
        let of_test = |number| {
            JobEvent::Output(OutputChunk {
                test: Some(TestId::new(StepId::parse("ping").unwrap(), number)),
                launch: 1,
                stream: OutputStream::Stdout,
                text: "x".to_owned(),
            })
        };
        for number in [1, 2] {
            writer.send(of_test(number));
        }
        drop(writer);
        for number in [1, 2] {
            assert_eq!(reader.next().await.unwrap().unwrap(), of_test(number));
        }
    }

    #[tokio::test]
    async fn only_the_newest_position_is_told() {
        let (writer, mut reader) = event_channel();
        for position in [3, 2, 1] {
            writer.send(JobEvent::Queued { position });
        }
        let first = reader.next().await.unwrap().unwrap();
        assert_eq!(first, JobEvent::Queued { position: 1 });
    }

    #[tokio::test]
    async fn a_reader_that_leaves_is_noticed() {
        let (writer, reader) = event_channel();
        let watch = tokio::spawn(async move {
            writer.closed().await;
            writer.is_closed()
        });
        tokio::task::yield_now().await;
        drop(reader);
        assert!(watch.await.unwrap());
    }

    /// A generous limit for what should happen at once.
    const SOON: Duration = Duration::from_secs(60);

    async fn assert_given_up(mut reader: JobStream) {
        let only = reader.next().await;
        assert!(matches!(only, Some(Err(SandboxError::Unread))), "{only:?}");
        assert!(reader.next().await.is_none());
    }

    #[tokio::test]
    async fn a_reader_that_takes_nothing_for_long_is_given_up() {
        let (writer, reader) = event_channel_for(Duration::from_millis(20));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!writer.is_closed(), "there was nothing to take");
        writer.send(JobEvent::Started);
        tokio::time::timeout(SOON, writer.closed()).await.unwrap();
        writer.send(JobEvent::Started);
        drop(writer);
        assert_given_up(reader).await;
    }

    #[tokio::test]
    async fn what_nobody_takes_after_a_run_is_thrown_away() {
        let (writer, reader) = event_channel_for(Duration::from_millis(20));
        writer.send_bytes(output("x"), 1000);
        drop(writer);
        let thrown_away = async {
            while reader.channel.buffer().unread_bytes > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(SOON, thrown_away).await.unwrap();
        assert_given_up(reader).await;
    }

    #[tokio::test]
    async fn a_reader_that_leaves_too_much_is_given_up() {
        let (writer, reader) = event_channel();
        // Alternating with another event, so that nothing is joined.
        let send = || {
            writer.send_bytes(output("x"), UNREAD_BYTES_MAX / 4);
            writer.send(JobEvent::Started);
        };
        for _ in 0..4 {
            send();
        }
        assert!(!writer.is_closed());
        send();
        assert!(writer.is_closed());
        assert_eq!(reader.channel.buffer().unread_bytes, 0);
        drop(writer);
        assert_given_up(reader).await;
    }

    #[tokio::test]
    async fn a_reader_that_takes_its_events_is_never_given_up() {
        let (writer, mut reader) = event_channel();
        for _ in 0..20 {
            for _ in 0..2 {
                writer.send_bytes(output("x"), UNREAD_BYTES_MAX / 4);
                writer.send(JobEvent::Started);
            }
            let since = reader.channel.buffer().unread_since.unwrap();
            for _ in 0..3 {
                reader.next().await.unwrap().unwrap();
                assert!(reader.channel.buffer().unread_since.unwrap() > since);
            }
            reader.next().await.unwrap().unwrap();
            assert_eq!(reader.channel.buffer().unread_since, None);
        }
        assert!(!writer.is_closed());
    }

    #[tokio::test]
    async fn a_waiting_reader_is_woken() {
        let (writer, mut reader) = event_channel();
        let watch = tokio::spawn(async move { reader.next().await });
        tokio::task::yield_now().await;
        writer.send(JobEvent::Started);
        assert_eq!(watch.await.unwrap().unwrap().unwrap(), JobEvent::Started);
    }
}
