//! The learner's program's output, kept within bounds. The judge has the same bounds; these guard
//! the server's own memory.

use std::collections::{BTreeMap, VecDeque};

use protocol::{OutputChunk, OutputStream, ProgramOutput, TestId};

/// Bytes of one stream that are kept from its beginning.
const HEAD_MAX: usize = 48 * 1024;
/// Bytes of one stream that are kept from its end.
const TAIL_MAX: usize = 16 * 1024;
/// Bytes kept in all, over all starts of the program.
const TOTAL_MAX: usize = 512 * 1024;
/// What a chunk costs besides its text: a program that prints byte by byte on two streams in turn
/// must not cost more than its bytes are worth.
const CHUNK_COST: usize = 64;

/// Keeps the beginning and the end of each stream of each start.
#[derive(Debug, Default)]
pub(crate) struct BoundedOutput {
    heads: Vec<OutputChunk>,
    streams: BTreeMap<(u16, u8), Stream>,
    kept: usize,
    dropped_bytes: u64,
}

#[derive(Debug, Default)]
struct Stream {
    head_bytes: usize,
    tail: Tail,
}

/// The end of a stream, parted by the tests in which it came; no part is empty.
#[derive(Debug, Default)]
struct Tail {
    bytes: usize,
    parts: VecDeque<(Option<TestId>, VecDeque<u8>)>,
}

impl Tail {
    fn push(&mut self, test: Option<TestId>, bytes: &[u8]) {
        self.bytes += bytes.len();
        match self.parts.back_mut() {
            Some((last, kept)) if *last == test => kept.extend(bytes),
            _ => self
                .parts
                .push_back((test, bytes.iter().copied().collect())),
        }
    }

    /// Drops from the beginning what is more than `max` bytes, and returns how much that was.
    fn cut_to(&mut self, max: usize) -> usize {
        let dropped = self.bytes.saturating_sub(max);
        self.bytes -= dropped;
        let mut left = dropped;
        while left > 0
            && let Some((_, oldest)) = self.parts.front_mut()
        {
            let cut = left.min(oldest.len());
            oldest.drain(..cut);
            left -= cut;
            if oldest.is_empty() {
                self.parts.pop_front();
            }
        }
        dropped
    }
}

impl BoundedOutput {
    /// Takes a chunk and returns the part that a reader may see at once.
    pub(crate) fn take(&mut self, mut chunk: OutputChunk) -> Option<OutputChunk> {
        let key = (chunk.launch, stream_number(chunk.stream));
        let joins = (self.heads.last()).is_some_and(|last| last.is_followed_by(&chunk));
        let stream = self.streams.entry(key).or_default();
        let room = TOTAL_MAX.saturating_sub(self.kept);
        // Once a stream has a tail, nothing is added to its head.
        let head_room = if stream.tail.bytes == 0 {
            let cost = if joins { 0 } else { CHUNK_COST };
            (HEAD_MAX - stream.head_bytes).min(room.saturating_sub(cost))
        } else {
            0
        };
        let cut = chunk.text.floor_char_boundary(head_room);
        let rest = chunk.text.split_off(cut);
        stream.head_bytes += cut;
        self.kept += cut;
        if !rest.is_empty() {
            let before = stream.tail.bytes;
            let tail_room = TAIL_MAX.min(before + (room - cut));
            stream.tail.push(chunk.test.clone(), rest.as_bytes());
            self.dropped_bytes += stream.tail.cut_to(tail_room) as u64;
            self.kept = (self.kept + stream.tail.bytes).saturating_sub(before);
        }
        if chunk.text.is_empty() {
            return None;
        }
        match self.heads.last_mut() {
            Some(last) if joins => last.text.push_str(&chunk.text),
            _ => {
                self.kept += CHUNK_COST;
                self.heads.push(chunk.clone());
            }
        }
        Some(chunk)
    }

    /// All that was kept; `dropped_before`, the judge's count of dropped bytes, is added to ours.
    pub(crate) fn end(self, dropped_before: u64) -> ProgramOutput {
        let mut chunks = self.heads;
        for ((launch, stream), kept) in self.streams {
            for (test, bytes) in kept.tail.parts {
                let bytes: Vec<u8> = bytes.into();
                chunks.push(OutputChunk {
                    launch,
                    test,
                    stream: if stream == 0 {
                        OutputStream::Stdout
                    } else {
                        OutputStream::Stderr
                    },
                    text: String::from_utf8_lossy(&bytes).into_owned(),
                });
            }
        }
        ProgramOutput {
            chunks,
            dropped_bytes: self.dropped_bytes.saturating_add(dropped_before),
        }
    }
}

fn stream_number(stream: OutputStream) -> u8 {
    match stream {
        OutputStream::Stdout => 0,
        OutputStream::Stderr => 1,
    }
}

#[cfg(test)]
mod tests {
    use protocol::StepId;

    use super::*;

    fn chunk(launch: u16, stream: OutputStream, text: &str) -> OutputChunk {
        OutputChunk {
            launch,
            test: None,
            stream,
            text: text.to_owned(),
        }
    }

    fn text(output: &ProgramOutput) -> String {
        output
            .chunks
            .iter()
            .map(|chunk| chunk.text.as_str())
            .collect()
    }

    #[test]
    fn a_little_output_is_kept_whole_and_in_order() {
        let mut output = BoundedOutput::default();
        for (stream, text) in [
            (OutputStream::Stdout, "a"),
            (OutputStream::Stdout, "b"),
            (OutputStream::Stderr, "c"),
            (OutputStream::Stdout, "d"),
        ] {
            let seen = output.take(chunk(1, stream, text)).unwrap();
            assert_eq!(seen.text, text);
        }
        let output = output.end(0);
        assert_eq!(text(&output), "abcd");
        assert_eq!((output.chunks.len(), output.dropped_bytes), (3, 0));
    }

    #[test]
    fn of_much_output_the_beginning_and_the_end_are_kept() {
        let mut output = BoundedOutput::default();
        output.take(chunk(1, OutputStream::Stdout, "BEGIN"));
        for _ in 0..100 {
            output.take(chunk(1, OutputStream::Stdout, &"é".repeat(1024)));
        }
        output.take(chunk(1, OutputStream::Stdout, "END"));
        let output = output.end(5);
        let all = text(&output);
        assert!(all.starts_with("BEGIN") && all.ends_with("END"));
        assert!(all.len() <= HEAD_MAX + TAIL_MAX + 3, "{}", all.len());
        let written = 5 + 100 * 2048 + 3;
        // The last character of the head would have been cut in two.
        let kept = HEAD_MAX - 1 + TAIL_MAX;
        assert_eq!(output.dropped_bytes, (written - kept) as u64 + 5);
    }

    #[test]
    fn each_part_of_an_end_names_its_test() {
        let of_test = |test: u16, text: &str| OutputChunk {
            test: Some(TestId::new(StepId::parse("ping").unwrap(), test)),
            ..chunk(1, OutputStream::Stdout, text)
        };
        let mut output = BoundedOutput::default();
        output.take(of_test(1, &"x".repeat(HEAD_MAX)));
        output.take(of_test(1, &"a".repeat(TAIL_MAX)));
        output.take(of_test(2, "bb"));
        output.take(of_test(2, "b"));
        output.take(of_test(1, "a"));
        let output = output.end(0);
        let told: Vec<_> = (output.chunks.iter().skip(1))
            .map(|chunk| (chunk.test.clone().unwrap().to_string(), chunk.text.len()))
            .collect();
        let expected = [("ping.1", TAIL_MAX - 4), ("ping.2", 3), ("ping.1", 1)];
        assert_eq!(told, expected.map(|(test, bytes)| (test.to_owned(), bytes)));
        assert_eq!(output.dropped_bytes, 4);
    }

    #[test]
    fn a_program_that_is_started_for_ever_costs_no_more() {
        let mut output = BoundedOutput::default();
        for launch in 1..=2000 {
            output.take(chunk(launch, OutputStream::Stdout, &"x".repeat(1000)));
        }
        let output = output.end(0);
        assert!(text(&output).len() <= TOTAL_MAX);
        assert_eq!(
            text(&output).len() as u64 + output.dropped_bytes,
            2000 * 1000
        );
    }

    #[test]
    fn two_streams_in_turn_cost_no_more() {
        let mut output = BoundedOutput::default();
        for _ in 0..100_000 {
            output.take(chunk(1, OutputStream::Stdout, "o"));
            output.take(chunk(1, OutputStream::Stderr, "e"));
        }
        let output = output.end(0);
        assert!(output.chunks.len() < 10_000, "{}", output.chunks.len());
        assert_eq!(text(&output).len() as u64 + output.dropped_bytes, 200_000);
    }
}
