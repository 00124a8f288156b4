//! The log of one test.
//!
//! One subscriber serves the whole process. A subscriber for each thread would not do: `tracing`
//! asks once for each call site whether there is a subscriber, in the thread that comes there
//! first, so that a test without one would silence the log of all others.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

thread_local! {
    /// What this thread has logged, which is a whole test: its runtime has no other thread.
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The log of this thread.
pub(crate) struct Log;

struct OfThisThread;

impl Log {
    pub(crate) fn begin() -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(|| OfThisThread)
                .init();
        });
        TEXT.with_borrow_mut(Vec::clear);
        Self
    }

    /// The lines with this part.
    pub(crate) fn lines_with(&self, part: &str) -> Vec<String> {
        TEXT.with_borrow(|text| {
            let text = String::from_utf8_lossy(text);
            let lines = text.lines().filter(|line| line.contains(part));
            lines.map(str::to_owned).collect()
        })
    }
}

impl Write for OfThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        TEXT.with_borrow_mut(|text| text.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
