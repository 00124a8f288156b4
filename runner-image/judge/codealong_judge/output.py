"""What the learner's program prints: bounded, and passed on as it comes."""

import codecs

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
        self._pending = []
        self._pending_characters = 0
        self._due = None

    @property
    def dropped_bytes(self):
        return sum(stream.dropped for stream in self._streams.values())

    @property
    def due(self):
        """When the pending text is to be written, on the monotonic clock, or None."""
        return self._due

    def feed(self, launch, stream, data, now):
        """Takes bytes that came at `now`."""
        text = self._streams[stream].feed(launch, data)
        if not text:
            return
        if self._pending and self._pending[-1][:2] == (launch, stream):
            self._pending[-1][2].append(text)
        else:
            self._pending.append((launch, stream, [text]))
        self._pending_characters += len(text)
        if self._due is None:
            self._due = now + _CHUNK_SECONDS
        if self._pending_characters >= _CHUNK_CHARACTERS:
            self.flush()

    def flush(self):
        """Writes what is pending."""
        for launch, stream, texts in self._pending:
            self._write_chunks(launch, stream, "".join(texts))
        self._pending = []
        self._pending_characters = 0
        self._due = None

    def finish(self):
        """Writes what is pending, and the tails of streams that were cut."""
        self.flush()
        for name, stream in self._streams.items():
            for launch, text in stream.tail():
                self._write_chunks(launch, name, text)
        self._write = _drop

    def _write_chunks(self, launch, stream, text):
        for start in range(0, len(text), _CHUNK_CHARACTERS):
            self._write(launch=launch, stream=stream, text=text[start : start + _CHUNK_CHARACTERS])


def _drop(**_fields):
    """What is printed after the end of the run."""


class _Stream:
    def __init__(self):
        self.dropped = 0
        self._head_left = _HEAD_BYTES
        self._launch = None
        self._decoder = None
        # The tail of each launch, as `(launch, bytearray)`, the latest last.
        self._tails = []
        self._tail_bytes = 0

    def feed(self, launch, data):
        """The text of `data` that belongs to the head; the rest is kept as the tail."""
        if launch != self._launch:
            self._launch = launch
            self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        shown, rest = data[: self._head_left], data[self._head_left :]
        self._head_left -= len(shown)
        if rest:
            self._keep_tail(launch, rest)
        return self._decoder.decode(shown) if shown else ""

    def _keep_tail(self, launch, data):
        if not self._tails or self._tails[-1][0] != launch:
            self._tails.append((launch, bytearray()))
        self._tails[-1][1].extend(data)
        self._tail_bytes += len(data)
        while self._tail_bytes > _TAIL_BYTES:
            oldest = self._tails[0][1]
            cut = min(len(oldest), self._tail_bytes - _TAIL_BYTES)
            del oldest[:cut]
            self.dropped += cut
            self._tail_bytes -= cut
            if not oldest:
                self._tails.pop(0)

    def tail(self):
        """The tail as `(launch, text)` pairs."""
        return [(launch, data.decode("utf-8", "replace")) for launch, data in self._tails]
