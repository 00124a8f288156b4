"""What the learner's program prints: bounded, and passed on as it comes."""

import codecs
from contextlib import contextmanager

#: Of each stream of a run, the head is shown as it comes and the tail at the end; the rest is dropped.
_HEAD_BYTES = 48 * 1024
_TAIL_BYTES = 16 * 1024

_CHUNK_CHARACTERS = 8 * 1024
_CHUNK_SECONDS = 0.025


class ProgramOutput:
    """All output of a run; `write` takes the fields of an `output` frame."""

    def __init__(self, write):
        self._write = write
        self._streams = {"stdout": _Stream(), "stderr": _Stream()}
        #: The id of the test that began last. What comes at once is known by its place among the
        #: frames; what is kept until the end is not.
        self.test = None
        # That test, while it is one whose turn has not come.
        self._test_ahead = None
        self._pending = []
        self._pending_characters = 0
        self._due = None

    @contextmanager
    def of_test(self, test):
        """What comes meanwhile is of this test, though its turn has not come."""
        before = self.test, self._test_ahead
        self.test = self._test_ahead = test
        try:
            yield
        finally:
            self.test, self._test_ahead = before

    @property
    def dropped_bytes(self):
        return sum(stream.dropped for stream in self._streams.values())

    @property
    def due(self):
        """When the pending text is to be written, on the monotonic clock, or None."""
        return self._due

    def feed(self, launch, stream, data, now):
        """Takes bytes that came at `now`."""
        text = self._streams[stream].feed(launch, self.test, data)
        if not text:
            return
        source = launch, stream, self._test_ahead
        if self._pending and self._pending[-1][0] == source:
            self._pending[-1][1].append(text)
        else:
            self._pending.append((source, [text]))
        self._pending_characters += len(text)
        if self._due is None:
            self._due = now + _CHUNK_SECONDS
        if self._pending_characters >= _CHUNK_CHARACTERS:
            self.flush()

    def flush(self, _now=None):
        """Writes what is pending."""
        for (launch, stream, test), texts in self._pending:
            named = {} if test is None else {"test": test}
            self._write_chunks(launch, stream, "".join(texts), **named)
        self._pending = []
        self._pending_characters = 0
        self._due = None

    def finish(self):
        """Writes what is pending, and the tails of streams that were cut."""
        self.flush()
        for name, stream in self._streams.items():
            for launch, test, text in stream.tail():
                self._write_chunks(launch, name, text, test=test)
        self._write = _drop

    def _write_chunks(self, launch, stream, text, **fields):
        for start in range(0, len(text), _CHUNK_CHARACTERS):
            chunk = text[start : start + _CHUNK_CHARACTERS]
            self._write(launch=launch, stream=stream, text=chunk, **fields)


def _drop(**_fields):
    """What is printed after the end of the run."""


class _Stream:
    def __init__(self):
        self.dropped = 0
        self._head_left = _HEAD_BYTES
        self._launch = None
        self._decoder = None
        # The tail of each launch and test, as `(launch, test, bytearray)`, the latest last.
        self._tails = []
        self._tail_bytes = 0

    def feed(self, launch, test, data):
        """The text of `data` that belongs to the head; the rest is kept as the tail."""
        if launch != self._launch:
            self._launch = launch
            self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        shown, rest = data[: self._head_left], data[self._head_left :]
        self._head_left -= len(shown)
        if rest:
            self._keep_tail(launch, test, rest)
        return self._decoder.decode(shown) if shown else ""

    def _keep_tail(self, launch, test, data):
        if not self._tails or self._tails[-1][:2] != (launch, test):
            self._tails.append((launch, test, bytearray()))
        self._tails[-1][2].extend(data)
        self._tail_bytes += len(data)
        while self._tail_bytes > _TAIL_BYTES:
            oldest = self._tails[0][2]
            cut = min(len(oldest), self._tail_bytes - _TAIL_BYTES)
            del oldest[:cut]
            self.dropped += cut
            self._tail_bytes -= cut
            if not oldest:
                self._tails.pop(0)

    def tail(self):
        """The tail as `(launch, test, text)`."""
        return [(launch, test, data.decode("utf-8", "replace")) for launch, test, data in self._tails]
