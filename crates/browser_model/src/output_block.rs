//! A program's output by the tests in which it came.

use protocol::{OutputChunk, OutputStream, TestId};

use crate::AnsiReader;

/// What a program wrote in one test, or at one start where no test is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputBlock<'run> {
    /// The test, if known.
    pub test: Option<&'run TestId>,
    /// The start of the program that wrote it, from 1.
    pub launch: u16,
    /// Its output, in order.
    pub chunks: &'run [OutputChunk],
    /// The tests right after it in which the program wrote the same; `None` for a start without a
    /// known test.
    pub same_in: Vec<Option<&'run TestId>>,
}

/// Cuts a run's output into blocks. One that repeats the block before is named there only.
pub fn output_blocks(chunks: &[OutputChunk]) -> Vec<OutputBlock<'_>> {
    let mut blocks: Vec<OutputBlock<'_>> = Vec::new();
    let parts = chunks.chunk_by(|one, next| one.launch == next.launch && one.test == next.test);
    for part in parts {
        let Some(first) = part.first() else {
            continue;
        };
        let test = first.test.as_ref();
        match blocks.last_mut() {
            Some(last) if written(last.chunks) == written(part) => last.same_in.push(test),
            _ => blocks.push(OutputBlock {
                test,
                launch: first.launch,
                chunks: part,
                same_in: Vec::new(),
            }),
        }
    }
    blocks
}

/// What was written to each stream; their interleaving is chance.
fn written(chunks: &[OutputChunk]) -> [String; 2] {
    [OutputStream::Stdout, OutputStream::Stderr].map(|stream| {
        let of_stream = chunks.iter().filter(|chunk| chunk.stream == stream);
        of_stream.map(|chunk| chunk.text.as_str()).collect()
    })
}

/// The output as plain text, without its colours.
pub fn output_text(chunks: &[OutputChunk]) -> String {
    let mut readers = [AnsiReader::default(), AnsiReader::default()];
    let mut text = String::new();
    for chunk in chunks {
        let reader = &mut readers[usize::from(chunk.stream == OutputStream::Stderr)];
        text.extend(reader.read(&chunk.text).into_iter().map(|span| span.text));
    }
    text
}

#[cfg(test)]
mod tests {
    use protocol::StepId;

    use super::*;

    fn chunk(launch: u16, test: u16, stream: OutputStream, text: &str) -> OutputChunk {
        let step = StepId::parse("ping").unwrap();
        OutputChunk {
            launch,
            test: (test > 0).then(|| TestId::new(step, test)),
            stream,
            text: text.to_owned(),
        }
    }

    #[test]
    fn each_test_has_its_block_and_what_repeats_is_named_once() {
        let chunks = [
            chunk(1, 1, OutputStream::Stdout, "ready\n"),
            chunk(1, 1, OutputStream::Stderr, "gone\n"),
            chunk(2, 2, OutputStream::Stderr, "gone\n"),
            chunk(2, 2, OutputStream::Stdout, "ready\n"),
            chunk(3, 3, OutputStream::Stdout, "ready\n"),
            chunk(3, 3, OutputStream::Stderr, "go"),
            chunk(3, 3, OutputStream::Stderr, "ne\n"),
            chunk(3, 4, OutputStream::Stdout, "other\n"),
        ];
        let found: Vec<_> = output_blocks(&chunks)
            .into_iter()
            .map(|block| {
                let number = |test: Option<&TestId>| test.map(TestId::number);
                let same: Vec<_> = block.same_in.into_iter().map(number).collect();
                (number(block.test), block.chunks.len(), same)
            })
            .collect();
        let expected = [
            (Some(1), 2, vec![Some(2), Some(3)]),
            (Some(4), 1, Vec::new()),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_copy_of_the_output_has_no_colours() {
        let text = output_text(&[
            chunk(1, 0, OutputStream::Stdout, "\x1b[31mred\x1b[0"),
            chunk(1, 0, OutputStream::Stderr, "1 < 2\n"),
            chunk(1, 0, OutputStream::Stdout, "m, plain\n"),
        ]);
        assert_eq!(text, "red1 < 2\n, plain\n");
    }
}
